"""Signing in, and everybody's own page of how they do. The steps are django-allauth's, in the house's dress."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import redis
from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.models import User
from foundation.accounts.services import end_session, end_sessions, require_spare_factor
from foundation.core.errors import Invalid
from workspace.queries.sign_in import factors_of, links_of, sessions_of, ways_in
from workspace.views.pages import PageRequest, page

View = Callable[..., HttpResponseBase]


def counted(view: View) -> View:
    """Attempts are counted in Valkey; while it is away nobody gets to try."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except redis.RedisError:
            return render(request, "workspace/sign_in_away.html", status=503)

    return never_cache(shown)


class SignInView(account.LoginView):
    """The library's, with the house's word for a name and the providers that one may come by."""

    def get_form(self, *args: Any, **known: Any) -> Any:
        form = super().get_form(*args, **known)
        form.fields["login"].label = "Sign-in name"
        return form

    def get_context_data(self, **known: Any) -> dict[str, Any]:
        return super().get_context_data(**known) | {"ways": ways_in(self.get_next_url() or "")}


@require_safe
@page()
def mine(request: PageRequest) -> HttpResponse:
    context = {
        "factors": factors_of(_me(request)),
        "links": links_of(_me(request)),
        "sessions": sessions_of(_me(request), session_key=str(request.session.session_key)),
    }
    return render(request, "workspace/sign_in.html", context)


@require_POST
@page()
def sessions_end(request: PageRequest) -> HttpResponse:
    """The session that the form names, or all but this one."""
    end_named(request, _me(request))
    return redirect("mfa_index")


def end_named(request: PageRequest, someone: User) -> None:
    """End one session of somebody, or all; never the one that asks."""
    if number := request.POST.get("session", ""):
        if not (number.isascii() and number.isdecimal() and len(number) < 18):
            raise Invalid("Say which session is to end", path="session")
        end_session(user=someone, session_id=int(number), actor=request.actor)
        messages.success(request, "Ended: its next click asks to sign in.")
    else:
        ended = end_sessions(user=someone, actor=request.actor, but=str(request.session.session_key))
        messages.success(request, f"{ended} session{'' if ended == 1 else 's'} ended.")


def keeping_one(view: View) -> View:
    """Nobody removes their last second factor while a role of theirs requires one."""

    @wraps(view)
    def shown(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_spare_factor(user=_me(request))
        return view(request, *args, **kwargs)

    return shown


def _me(request: PageRequest) -> User:
    return cast("User", request.user)


def _own(address: str, view: View, name: str) -> URLPattern:
    """A step on one's own page."""
    return path(f"settings/sign-in/{address}", never_cache(counted(page()(view))), name=name)


# Names are those by which the library calls its views.
urlpatterns = [
    path("login/", counted(SignInView.as_view()), name="account_login"),
    path("login/", counted(SignInView.as_view()), name="socialaccount_login_cancelled"),
    path("login/factor/", counted(factors.authenticate), name="mfa_authenticate"),
    path("login/passkey/", counted(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("login/closed/", account.account_inactive, name="account_inactive"),
    path("logout/", account.logout, name="account_logout"),
    path("confirm/", counted(page()(account.reauthenticate)), name="account_reauthenticate"),
    path("confirm/code/", counted(page()(factors.reauthenticate)), name="mfa_reauthenticate"),
    path("confirm/passkey/", counted(page()(webauthn.reauthenticate_webauthn)), name="mfa_reauthenticate_webauthn"),
    path("settings/sign-in/", mine, name="mfa_index"),
    path("settings/sign-in/", mine, name="mfa_list_webauthn"),
    path("settings/sign-in/", mine, name="account_set_password"),
    path("settings/sign-in/sessions/end/", sessions_end, name="sessions_end"),
    _own("password/", account.password_change, "account_change_password"),
    _own("app/", totp.activate_totp, "mfa_activate_totp"),
    _own("app/remove/", keeping_one(totp.deactivate_totp), "mfa_deactivate_totp"),
    _own("codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    _own("codes/new/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    _own("passkeys/new/", webauthn.add_webauthn, "mfa_add_webauthn"),
    _own("passkeys/<int:pk>/", webauthn.edit_webauthn, "mfa_edit_webauthn"),
    _own("passkeys/<int:pk>/remove/", keeping_one(webauthn.remove_webauthn), "mfa_remove_webauthn"),
]
