"""Who has a role that requires a second factor sets one up before anything else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from foundation.accounts.errors import FactorFirst
from foundation.accounts.queries import factors_of
from foundation.core.problems import CONTENT_TYPE, problem

# Setting one up, showing once more who one is, and leaving.
OPEN = re.compile(r"/(settings/sign-in|confirm|login|sso|logout|theme)/")
FIRST = "A role of yours requires a second factor. Set one up at /settings/sign-in/, then send this again"


class FactorMiddleware:
    """Sets `request.must_set_up`, and leaves such a person no reach until they have a factor.

    What a provider asked of those who come by it is the provider's matter. Keys have no session, and are not asked.
    """

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.must_set_up = request.actor.requires_factor and not _has_shown_enough(request)
        if not request.must_set_up:
            return self.get_response(request)
        request.actor = replace(request.actor, reaches=())
        if OPEN.match(request.path_info):
            return self.get_response(request)
        if request.path_info.startswith(("/api/", "/scim/")):
            error = FactorFirst(FIRST)
            return JsonResponse(problem(error), status=error.status, content_type=CONTENT_TYPE)
        where = reverse("mfa_index")
        return HttpResponseClientRedirect(where) if request.htmx else HttpResponseRedirect(where)


def _has_shown_enough(request: Any) -> bool:
    came_by = [one["method"] for one in get_authentication_records(request, request.user)][:1]
    return came_by == ["socialaccount"] or factors_of(request.user).exists()
