"""Every request has an actor and a request id."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable

import redis
from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import note_session_seen
from foundation.core.actors import ANONYMOUS
from foundation.core.ids import uuid7
from foundation.history.services import on_request

LOG = logging.getLogger(__name__)
LONGEST_REASON = 500
SEEN_SECONDS = 60


class ActorMiddleware:
    """Sets `request.actor`, the request id that history, events and the answer carry, and the reason that the caller
    gives for what they do (`X-Reason`, in UTF-8).

    The answer to a key says what is left of its limits.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identifier = str(uuid7())
        with on_request(identifier, _reason(request)):
            request.actor = actor_of(request.user) if isinstance(request.user, User) else ANONYMOUS  # type: ignore[attr-defined]
            response = self.get_response(request)
        response["X-Request-Id"] = identifier
        if allowances := getattr(request, "allowances", None):
            response["RateLimit-Policy"] = ", ".join(one.policy for one in allowances)
            response["RateLimit"] = ", ".join(one.left for one in allowances)
        return response


def _reason(request: HttpRequest) -> str:
    given = request.headers.get("X-Reason", "").encode("latin-1", "replace").decode("utf-8", "replace")
    return given.replace("\0", "").strip()[:LONGEST_REASON]


class SeenMiddleware:
    """Notes that a session is in use, once a minute, and turns away one that has gone on or lain idle for too long.

    Valkey keeps the minute, so that most requests ask and write nothing; without it each of them asks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.session_key and self._note(request):
            LOG.info("A session of %s is over", request.user.get_username())
            request.session.flush()
            request.user, request.actor = AnonymousUser(), ANONYMOUS  # type: ignore[attr-defined]
        return self.get_response(request)

    def _note(self, request: HttpRequest) -> bool:
        """Whether it is over."""
        key = str(request.session.session_key)
        try:
            name = hashlib.sha256(key.encode()).hexdigest()[:32]
            is_due = cache.add(f"seen:{name}", 1, timeout=SEEN_SECONDS)
        except redis.RedisError as error:
            LOG.warning("Every request asks whether its session goes on: %s", type(error).__name__)
            is_due = True
        return is_due and not note_session_seen(session_key=key, address=get_adapter().get_client_ip(request))
