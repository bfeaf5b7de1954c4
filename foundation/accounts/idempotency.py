"""`Idempotency-Key`: who does not know whether a write arrived sends it again, and it is carried out once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from foundation.accounts.services.answers import Answer, answer_once
from foundation.core.errors import Invalid

HEADER = "Idempotency-Key"
PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Sent again with the same key within a day, it is carried out once",
)
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
Handler = TypeVar("Handler", bound=Callable[..., Any])


def idempotent(handler: Handler) -> Handler:
    """For a view's method that writes: with the header field it is carried out once for each user and key."""

    @wraps(handler)
    def carry_out(view: Any, request: Request, *args: Any, **named: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **named)
        if not _KEY.fullmatch(key):
            raise Invalid("The key is 1 to 255 visible ASCII characters, such as a UUID", path=HEADER)
        fingerprint = _fingerprint(request)
        answer = answer_once(
            request.user.pk or 0, key, fingerprint, lambda: _answer(handler(view, request, *args, **named))
        )
        response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
        if answer.is_repeated:
            response["Idempotency-Replayed"] = "true"
        return response

    return cast("Handler", carry_out)


def _fingerprint(request: Request) -> bytes:
    sent = request._request
    lines = (sent.method or "", sent.get_full_path(), sent.content_type or "", sent.headers.get("If-Match", ""))
    return hashlib.sha256("\n".join(lines).encode() + b"\n" + sent.body).digest()


def _answer(response: Any) -> Answer:
    if hasattr(response, "data"):
        body = JSONRenderer().render(response.data).decode()
        response["Content-Type"] = "application/json"
    else:
        body = response.content.decode()
    return Answer(response.status_code, body, {name: response[name] for name in KEPT_HEADERS if name in response})
