"""No answer leaves before what was read for it is entered; refusals are entered too."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from foundation.audit.errors import AuditAway
from foundation.audit.registry import REFUSED
from foundation.audit.services import collected_reads, record_act
from foundation.core.actors import Actor
from foundation.core.middleware import API
from foundation.core.problems import CONTENT_TYPE, problem

LOG = logging.getLogger(__name__)
LONGEST_PATH = 500


class AuditMiddleware:
    """Stands within ActorMiddleware. What cannot be entered is not shown; a refusal stands either way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            with collected_reads():
                response = self.get_response(request)
        except Error:
            LOG.exception("A sensitive read could not be entered, so it is refused")
            return _away(request)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if response.status_code == 403 and actor.user_id is not None:
            _enter_refusal(request, response, actor)
        return response


def _enter_refusal(request: HttpRequest, response: HttpResponse, actor: Actor) -> None:
    data = getattr(response, "data", None)
    told = data.get("permission", "") if isinstance(data, dict) else getattr(request, "refused", "")
    path = request.path[:LONGEST_PATH]
    try:
        record_act(REFUSED, actor=actor, subject_type="path", subject=path, method=request.method, permission=told)
    except Error:
        LOG.exception("A refusal could not be entered")


def _away(request: HttpRequest) -> HttpResponse:
    error = AuditAway("What you asked for is sensitive, and the audit cannot be written now. Try again later")
    if request.path.startswith(API):
        return JsonResponse(problem(error), status=error.status, content_type=CONTENT_TYPE)
    return HttpResponse(error.detail, status=error.status, content_type="text/plain")
