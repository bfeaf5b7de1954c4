"""How the API knows who calls: a key in the Authorization header, or the session of the pages."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from foundation.accounts.errors import BadKey, ConfirmFirst
from foundation.accounts.models import ApiKey, Viewing
from foundation.accounts.queries import actor_of, find_key, find_viewing
from foundation.accounts.services import note_key_used
from foundation.core import moment

VIEWING = "viewing"  # in the session: the uid of one


def is_fresh(request: Any) -> bool:
    """Whether the person at this session has shown lately who they are: by signing in, or by confirming it.

    A provider lets people through who came to it hours ago: its word counts where it was asked to ask again.
    """
    told = get_authentication_records(request, request.user)
    records = [one for one in told if one["method"] != "socialaccount" or one.get("reauthenticated")]
    age = moment.now().timestamp() - records[-1]["at"] if records else None
    return age is not None and age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def require_fresh(request: Request) -> None:
    """Before what is dangerous; raises `ConfirmFirst`. Keys are not asked, services say what they may."""
    if not isinstance(request.auth, ApiKey) and not is_fresh(request._request):
        raise ConfirmFirst("Sign in again, or confirm at /confirm/ that it is you, then send this again")


def viewing_of(request: Any) -> Viewing | None:
    """As whom the person at this session views, if they do; it may be over by now."""
    uid = request.session.get(VIEWING)
    return find_viewing(uid, viewer=request.user) if uid and request.user.is_authenticated else None


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer tk_…`."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            key = find_key(secret.strip(), at=moment.now())
        except BadKey as error:
            raise AuthenticationFailed(error.detail, code=error.code) from None
        note_key_used(key)
        request._request.actor = actor_of(key.user, key=key)  # type: ignore[attr-defined]
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ActorSessionAuthentication(SessionAuthentication):
    """The pages' session, with its CSRF check; the middleware has set the actor."""


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes keys."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key, `tk_…`"}


class ActorSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes the pages' session."""

    target_class = ActorSessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
