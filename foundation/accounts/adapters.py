"""Where django-allauth asks this house: who may come in, what is written down, what is kept sealed."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from foundation.accounts.authentication import is_fresh
from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import note_factors_changed, note_signed_in, note_signed_out, set_password
from foundation.core.sealing import seal, unseal

LOG = logging.getLogger(__name__)


class SignInAdapter(DefaultAccountAdapter):
    """Nobody signs themselves up, programs do not sign in, and a refusal does not say what was wrong."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "There is nobody of this name with this password.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
        "rate_limited": "Too many attempts. Wait five minutes, then try again.",
        "incorrect_code": "This code is not the one, or was used already. Try the next.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        LOG.warning("Sign-in refused: %r from %s", credentials.get("username", ""), self.get_client_ip(request))

    def pre_login(self, request: HttpRequest, user: Any, **known: Any) -> HttpResponse | None:
        response: HttpResponse | None
        response = self.respond_user_inactive(request, user) if user.is_service else None
        response = response or super().pre_login(request, user, **known)
        if response is not None:
            LOG.warning("Sign-in refused: the account of %s is closed", user.username)
        return response

    def post_login(self, request: HttpRequest, user: Any, **known: Any) -> HttpResponse:
        method = "+".join(dict.fromkeys(one["method"] for one in get_authentication_records(request, user)))
        LOG.info("Signed in: %s by %s from %s", user.username, method, self.get_client_ip(request))
        note_signed_in(user=user, method=method)
        response: HttpResponse = super().post_login(request, user, **known)
        return response

    def logout(self, request: HttpRequest) -> None:
        user, session_key = request.user, str(request.session.session_key)
        super().logout(request)
        if isinstance(user, User):
            LOG.info("Signed out: %s", user.username)
            note_signed_out(user=user, session_key=session_key)

    def is_reauthentication_required(self, *, app: str, **known: Any) -> bool:
        return not is_fresh(context.request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def set_password(self, user: Any, password: str) -> None:
        set_password(user=user, password=password, actor=actor_of(user))

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **known: Any) -> None:
        """The library's word for a changed way to sign in; the house tells it as an event."""
        if template_prefix.startswith(("mfa/", "socialaccount/")):
            note_factors_changed(user=user)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **known: Any
    ) -> None:
        """Coming and going is seen, it needs no toast."""
        if message_template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, message_template, *args, **known)


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are kept sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not the one, or was used already. Try the next.",
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return "Passkey"
