"""What every endpoint of taxonomy asks of a request."""

from __future__ import annotations

import re
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from foundation.core.actors import Actor
from foundation.core.errors import Invalid

_ETAG = re.compile(r'(?:W/)?"(\d{1,18})"')


def actor_of(request: Any) -> Actor:
    """Who calls."""
    actor: Actor = request._request.actor
    return actor


def read_body(form: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The body, in the serializer's form."""
    asked = form(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def read_version(request: Request) -> int | None:
    """The version of `If-Match`, if it names one."""
    header = request.headers.get("If-Match", "").strip()
    if header in {"", "*"}:
        return None
    found = _ETAG.fullmatch(header)
    if found is None:
        raise Invalid('If-Match takes an ETag, such as "7"', path="If-Match")
    return int(found[1])
