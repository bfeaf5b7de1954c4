"""Errors as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from foundation.core.errors import BodyTooLarge, Missing, Problems, TandemError

CONTENT_TYPE = "application/problem+json"


def problem(error: TandemError) -> dict[str, Any]:
    """The members of RFC 9457 section 3.1, with `code`, `path` and `errors` as extensions."""
    body: dict[str, Any] = {
        "type": f"urn:tandem:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    if error.path:
        body["path"] = error.path
    if isinstance(error, Problems):
        body["errors"] = [
            {"code": one.code, "path": one.path, "detail": one.detail, **one.extra} for one in error.errors
        ]
    return body | error.extra


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: our errors and the framework's own leave in the same form."""
    if isinstance(exc, RequestDataTooBig):
        exc = BodyTooLarge("The body is too large for one piece: send it in parts")
    if isinstance(exc, TandemError):
        return Response(problem(exc), status=exc.status, content_type=CONTENT_TYPE)
    response = drf_handler(exc, context)
    if response is None:
        return None
    body: dict[str, Any] = {"type": "about:blank", "title": str(exc), "status": response.status_code}
    if isinstance(exc, Http404):
        body |= {"title": Missing.title, "code": Missing.code, "detail": Missing.title}
    if isinstance(exc, exceptions.ValidationError):
        body |= {"title": "A value is not acceptable", "code": "invalid", "errors": _flatten(exc.detail)}
    elif isinstance(exc, exceptions.APIException):
        codes = exc.get_codes()
        body |= {"detail": str(exc.detail), "code": codes if isinstance(codes, str) else "error"}
    response.data = body
    response.content_type = CONTENT_TYPE
    return response


def _flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [row for key, value in detail.items() for row in _flatten(value, f"{path}.{key}".strip("."))]
    if isinstance(detail, list) and any(isinstance(item, (dict, list)) for item in detail):
        return [row for at, value in enumerate(detail) for row in _flatten(value, f"{path}.{at}".strip("."))]
    return [
        {"code": getattr(item, "code", "invalid"), "path": path, "detail": str(item)}
        for item in (detail if isinstance(detail, list) else [detail])
    ]
