"""Where django-allauth asks this house: who may come in, what is written down, what is kept sealed."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from foundation.accounts.authentication import is_fresh, viewing_of
from foundation.accounts.models import Provider, User, Viewing
from foundation.accounts.providers.calling import GuardedSession
from foundation.accounts.queries import actor_of
from foundation.accounts.services import (
    admit_person,
    end_viewing,
    note_factors_changed,
    note_sign_in_refused,
    note_signed_in,
    note_signed_out,
    place_person,
    set_password,
)
from foundation.core.errors import Conflict
from foundation.core.sealing import seal, unseal

LOG = logging.getLogger(__name__)
CLOCKS_DIFFER = 60  # seconds


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
        name, address = str(credentials.get("username", "")), self.get_client_ip(request)
        LOG.warning("Sign-in refused: %r from %s", name, address)
        note_sign_in_refused(username=name, why="credentials", address=address)

    def pre_login(self, request: HttpRequest, user: Any, **known: Any) -> HttpResponse | None:
        response: HttpResponse | None
        response = self.respond_user_inactive(request, user) if user.is_service else None
        response = response or super().pre_login(request, user, **known)
        if response is not None:
            LOG.warning("Sign-in refused: the account of %s is closed", user.username)
            address = self.get_client_ip(request)
            note_sign_in_refused(username=user.username, why="closed or a program's account", address=address)
        return response

    def post_login(self, request: HttpRequest, user: Any, **known: Any) -> HttpResponse:
        method = "+".join(dict.fromkeys(one["method"] for one in get_authentication_records(request, user)))
        address = self.get_client_ip(request)
        LOG.info("Signed in: %s by %s from %s", user.username, method, address)
        note_signed_in(user=user, method=method, address=address)
        response: HttpResponse = super().post_login(request, user, **known)
        return response

    def logout(self, request: HttpRequest) -> None:
        user, session_key, viewing = request.user, str(request.session.session_key), viewing_of(request)
        super().logout(request)
        if isinstance(user, User):
            LOG.info("Signed out: %s", user.username)
            if viewing:
                end_viewing(viewing=viewing, end=Viewing.End.SIGNED_OUT, actor=actor_of(user))
            note_signed_out(user=user, session_key=session_key)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        codes = SocialAccount.objects.filter(user=user).values("provider")
        return [
            *super().get_reauthentication_methods(user),
            *(
                {
                    "id": f"provider:{one.code}",
                    "description": f"Sign in again at {one.name}",
                    "url": reverse("provider_confirm", args=[one.code]),
                }
                for one in Provider.objects.filter(is_open=True, code__in=codes).order_by("name")
            ),
        ]

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


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Providers are rows; people are found by issuer and subject, and made where the provider may."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        found = Provider.objects.filter(is_open=True).select_related("secret").order_by("name")
        apps = [_app_of(one) for one in found if provider in {None, one.kind, one.code}]
        return [one for one in apps if client_id in {None, one.client_id}]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.state.get("process") == "redirect":
            self._confirm(request, sociallogin)
        elif sociallogin.is_existing:
            self._place(sociallogin)

    def _place(self, sociallogin: Any) -> None:
        provider = Provider.objects.get(code=sociallogin.account.provider)
        try:
            place_person(user=sociallogin.user, provider=provider, groups=sociallogin.groups)
        except Conflict as error:  # the house keeps its last administrator, whatever a provider says
            LOG.warning("Groups are left as they are: %s", error.detail)

    def _confirm(self, request: HttpRequest, sociallogin: Any) -> None:
        """The same person once more, asked since we asked; then it goes on where they were."""
        if not sociallogin.is_existing or sociallogin.user != request.user:
            raise PermissionDenied("Somebody else came back")
        if (sociallogin.shown_at or 0) < sociallogin.state["data"] - CLOCKS_DIFFER:
            raise PermissionDenied("The provider did not ask again")
        account = sociallogin.account
        told = {"provider": account.provider, "uid": account.uid, "reauthenticated": True}
        record_authentication(request, sociallogin.user, "socialaccount", **told)
        raise ImmediateHttpResponse(resume_request(request) or HttpResponseRedirect(reverse("home")))

    def get_requests_session(self) -> GuardedSession:
        return GuardedSession()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        may = Provider.objects.filter(code=sociallogin.account.provider, may_create=True).exists()
        if not may:
            provider = sociallogin.account.provider
            LOG.warning("Sign-in refused: %s sends somebody who is not known", provider)
            address = get_adapter().get_client_ip(request)
            note_sign_in_refused(username="", why=f"not known, from provider {provider}", address=address)
        return may

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        told, account = sociallogin.user, sociallogin.account
        sociallogin.account = admit_person(
            provider=Provider.objects.get(code=account.provider),
            subject=account.uid,
            wanted=told.username or told.email.partition("@")[0],
            name=told.get_full_name(),
            email=told.email,
        )
        user: User = sociallogin.account.user
        sociallogin.user = user
        self._place(sociallogin)
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("mfa_index")

    def on_authentication_error(self, request: HttpRequest, provider: Any, **known: Any) -> None:
        code = getattr(provider.app, "provider_id", provider.id)
        LOG.warning("Sign-in refused: by %s: %s", code, known.get("exception") or known.get("error"))
        note_sign_in_refused(username="", why=f"provider {code}", address=get_adapter().get_client_ip(request))


def _app_of(provider: Provider) -> SocialApp:
    """The row as the library knows providers; never saved."""
    secret = getattr(provider, "secret", None)
    settings = {
        "server_url": provider.issuer,
        "issuer": provider.issuer,
        "subject_claim": provider.subject_claim,
        "groups_claim": provider.groups_claim,
        **provider.metadata,
    }
    return SocialApp(
        provider=provider.kind, provider_id=provider.code, name=provider.name, client_id=provider.client_id,
        secret=unseal(secret.sealed) if secret else "", settings=settings,
    )  # fmt: skip
