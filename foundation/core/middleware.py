"""What no address and no form may hold."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from foundation.core.errors import TandemError
from foundation.core.problems import CONTENT_TYPE, problem

API = "/api/"


class RefuseNulMiddleware:
    """Answers 400 to a NUL character in the path, the query or a form: Postgres cannot keep or compare one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_form = request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}
        if "\0" in request.path or _has_nul(request.GET) or (is_form and _has_nul(request.POST)):
            error = TandemError("NUL characters are not accepted")
            if request.path.startswith(API):
                return JsonResponse(problem(error), status=error.status, content_type=CONTENT_TYPE)
            return HttpResponse(error.detail, status=error.status, content_type="text/plain")
        return self.get_response(request)


def _has_nul(given: object) -> bool:
    return any("\0" in text for name, values in given.lists() for text in (name, *values))  # type: ignore[attr-defined]
