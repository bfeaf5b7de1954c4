"""Every request has an actor and a request id."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.core.actors import ANONYMOUS
from foundation.core.ids import uuid7
from foundation.history.services import request_id


class ActorMiddleware:
    """Sets `request.actor`, and the request id that history, events and the answer carry.

    The answer to a key says what is left of its limits.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identifier = str(uuid7())
        token = request_id.set(identifier)
        try:
            request.actor = actor_of(request.user) if isinstance(request.user, User) else ANONYMOUS  # type: ignore[attr-defined]
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = identifier
        if allowances := getattr(request, "allowances", None):
            response["RateLimit-Policy"] = ", ".join(one.policy for one in allowances)
            response["RateLimit"] = ", ".join(one.left for one in allowances)
        return response
