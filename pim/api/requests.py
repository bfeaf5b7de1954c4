"""What every endpoint of pim asks of a request."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.core.pages import KeysetPagination

PAGING = frozenset({"cursor", "limit", "format"})
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read; 412 if stale"
)
IF_NONE = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, enum=["*"], description="Only if it is new")
_ETAG = re.compile(r'(?:W/)?"(\d{1,18})"')


def actor_of(request: Any) -> Actor:
    """Who calls; may read products at least."""
    actor: Actor = request._request.actor
    actor.require("pim.view")
    return actor


def read_parameters(request: Request, *known: str, prefix: str = "") -> dict[str, str]:
    """The query parameters; one that is not known, and has no such prefix, is refused rather than passed over."""
    unknown = request.query_params.keys() - PAGING - set(known)
    unknown = {name for name in unknown if not (prefix and name.startswith(prefix))}
    if unknown:
        name = min(unknown)
        raise Invalid(f"There is no parameter {name!r}; there are {', '.join(known) or 'none'}", path=name)
    return {name: request.query_params[name] for name in known if request.query_params.get(name)}


def read_limit(request: Request) -> int:
    """How many rows a page of its own making has."""
    return KeysetPagination().limit_of(request)


def read_version(request: Request) -> int | None:
    """The version of `If-Match`, if it names one."""
    header = request.headers.get("If-Match", "").strip()
    if header in {"", "*"}:
        return None
    found = _ETAG.fullmatch(header)
    if found is None:
        raise Invalid('If-Match takes the ETag that was read, such as "7"', path="If-Match")
    return int(found[1])


class ToldByVersion:
    """Of a view set: one row whose ETag is its version."""

    get_object: Callable[[], Any]
    get_serializer: Callable[..., Any]

    def told(self, status: int = 200) -> Response:
        found = self.get_object()
        return Response(self.get_serializer(found).data, status=status, headers={"ETag": f'"{found.version}"'})


def read_expected(request: Request) -> int | None:
    """The version that it must have: that of `If-Match`, none where `If-None-Match: *` asks that it be new."""
    return 0 if read_novelty(request) else read_version(request)


def read_novelty(request: Request) -> str:
    """What `If-None-Match: *` asks for: that it is new."""
    return "new" if request.headers.get("If-None-Match") == "*" else ""


def read_object(request: Request) -> dict[str, Any]:
    """The body, which must be a JSON object."""
    if not isinstance(request.data, dict):
        raise Invalid("The body must be an object", path="")
    return dict(request.data)
