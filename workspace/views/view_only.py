"""Who views as somebody else is shown that person's pages and answers, and writes nothing, whatever they ask for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import rotate_token
from django.urls import Resolver404, resolve
from django_htmx.http import HttpResponseClientRefresh
from psycopg.errors import ReadOnlySqlTransaction

from foundation.accounts.authentication import VIEWING, viewing_of
from foundation.accounts.models import Viewing
from foundation.accounts.queries import actor_of, why_over
from foundation.accounts.services import end_viewing
from foundation.core import moment
from foundation.core.errors import TandemError, ViewOnly
from foundation.core.problems import CONTENT_TYPE, problem
from foundation.history.services import reading_only
from workspace.views.pages import refuse

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
# What one does as oneself all the same, by name.
OWN = {"viewing_stop", "account_logout", "theme"}
# What is about the person who is signed in, or is open to their account alone.
ABOUT_ONESELF = re.compile(r"/(admin|settings/sign-in|confirm|login|sso)/")
NOTHING = (
    "You see the pages as {}, and nothing can be changed. Stop viewing first; the button is at the top of the page"
)
CLOSED = "This page is about you yourself, and you view as {}. Stop viewing first; the button is at the top of the page"
OVER = "You do not view as {} any more: {}"


class ViewingMiddleware:
    """Replaces `request.actor` while a viewing is in force, and sets `request.viewing`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        viewing = viewing_of(request)
        if viewing is None or _is_own(request):
            return self.get_response(request)
        if end := why_over(viewing, actor=request.actor, at=moment.now()):
            return _ended(request, viewing, Viewing.End(end))
        request.viewing, request.actor = viewing, actor_of(viewing.whom).viewed_by(request.actor)
        if request.method not in SAFE:
            return _refused(request, ViewOnly(NOTHING.format(viewing.whom)))
        if ABOUT_ONESELF.match(request.path_info):
            return _refused(request, ViewOnly(CLOSED.format(viewing.whom)))
        with reading_only():
            response = self.get_response(request)
        return _refused(request, request.tried) if hasattr(request, "tried") else response

    def process_exception(self, request: Any, error: Exception) -> HttpResponse | None:
        """The database refused to write for a page that reads: said as any other refusal, outside the transaction."""
        if not isinstance(error, DatabaseError) or not isinstance(error.__cause__, ReadOnlySqlTransaction):
            return None
        transaction.set_rollback(True)
        request.tried = ViewOnly(NOTHING.format(request.viewing.whom))
        return HttpResponse(status=ViewOnly.status)


def _is_own(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).url_name in OWN
    except Resolver404:
        return False


def _ended(request: Any, viewing: Viewing, end: Viewing.End) -> HttpResponse:
    """It is over: what was asked for is not done, since it was asked for under another name."""
    end_viewing(viewing=viewing, end=end, actor=request.actor)
    del request.session[VIEWING]
    rotate_token(request)  # forms that were drawn as the other's are not sent as one's own
    words = OVER.format(viewing.whom, end.label)
    if request.method not in SAFE or _is_api(request):
        return _refused(request, ViewOnly(words))
    messages.info(request, words)
    return HttpResponseClientRefresh() if request.htmx else HttpResponseRedirect(request.get_full_path())


def _refused(request: Any, error: TandemError) -> HttpResponse:
    if _is_api(request):
        return JsonResponse(problem(error), status=error.status, content_type=CONTENT_TYPE)
    return refuse(request, error)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(("/api/", "/scim/"))
