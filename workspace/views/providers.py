"""Coming by an identity provider, and confirming or linking by one. Answers are checked in `accounts.providers`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import deserialize_request
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login, render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views as openid
from allauth.socialaccount.providers.saml import views as saml
from allauth.socialaccount.sessions import LoginSession
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.models import User
from foundation.accounts.providers.openid import OpenIDAdapter
from foundation.accounts.providers.saml import Refused, metadata_of, read_response
from foundation.accounts.services import unlink_person
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, page

LOG = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]
FROM_SAML = "saml_acs_session", "saml-acs-session"


def guarded(view: View) -> View:
    """What a provider sends is foreign: whatever does not hold leads to one page that tells nothing of why."""

    @wraps(view)
    def shown(request: HttpRequest, **named: str) -> HttpResponseBase:
        try:
            provider = get_adapter().get_provider(request, next(iter(named.values())))
        except SocialApp.DoesNotExist:
            raise Http404("There is no such provider") from None
        try:
            return view(request, provider)
        except ImmediateHttpResponse as lead:
            return lead.response
        except (Refused, OAuth2Error, PermissionDenied, ValueError, KeyError, TypeError) as error:
            return render_authentication_error(request, provider, exception=error)

    return never_cache(shown)


@require_safe
@guarded
def openid_login(request: HttpRequest, provider: Any) -> HttpResponseBase:
    return provider.redirect_from_request(request)


@require_safe
@guarded
def openid_callback(request: HttpRequest, provider: Any) -> HttpResponseBase:
    view = openid.OAuth2CallbackView.adapter_view(OpenIDAdapter(request, provider.app.provider_id))
    return view(request)


@require_safe
@guarded
def saml_login(request: HttpRequest, provider: Any) -> HttpResponseBase:
    return provider.redirect_from_request(request)


@require_safe
@guarded
def saml_finish(request: HttpRequest, provider: Any) -> HttpResponseBase:
    """The response that was posted to `saml_acs`, where the session's cookie is not sent along."""
    waiting = LoginSession(request, *FROM_SAML)
    kept = waiting.store.get("request")
    waiting.store.flush()
    if not kept:
        raise Refused("nothing was posted")
    sent = deserialize_request(kept, HttpRequest())
    auth = read_response(request, provider.app, sent=sent)
    login = provider.sociallogin_from_response(request, auth)
    login.state = provider.unstash_redirect_state(request, auth.get_last_response_in_response_to() or "")
    return complete_social_login(request, login)


@require_safe
@guarded
def saml_metadata(request: HttpRequest, provider: Any) -> HttpResponseBase:
    return HttpResponse(metadata_of(request, provider.app), content_type="application/samlmetadata+xml")


@guarded
def saml_acs(request: HttpRequest, provider: Any) -> HttpResponseBase:
    return saml.acs(request, organization_slug=provider.app.provider_id)


saml_acs.csrf_exempt = True  # type: ignore[attr-defined]


@require_safe
@page()
@guarded
def confirm(request: PageRequest, provider: Any) -> HttpResponseBase:
    """One page between: a form that was sent must not be led to a foreign origin by the policy."""
    return render(request, "workspace/confirm_with.html", {"provider": provider, "code": provider.app.provider_id})


@require_safe
@page()
@guarded
def confirm_go(request: PageRequest, provider: Any) -> HttpResponseBase:
    return provider.confirm(request)


@require_POST
@page()
@confirmed
@guarded
def link(request: PageRequest, provider: Any) -> HttpResponseBase:
    """Somebody who is signed in adds a provider to the ways in which they sign in."""
    lead = provider.redirect(request, "connect")
    return render(request, "workspace/leading.html", {"name": provider.name, "address": lead.url})


@require_POST
@page()
@confirmed
def unlink(request: PageRequest, code: str) -> HttpResponseBase:
    unlink_person(user=cast("User", request.user), code=code, actor=request.actor)
    messages.success(request, "You no longer sign in by it.")
    return redirect("mfa_index")


# Names are those by which the library calls its views.
urlpatterns = [
    path("sso/openid/<str:provider_id>/login/", openid_login, name="openid_connect_login"),
    path("sso/openid/<str:provider_id>/callback/", openid_callback, name="openid_connect_callback"),
    path("sso/saml/<str:organization_slug>/login/", saml_login, name="saml_login"),
    path("sso/saml/<str:organization_slug>/acs/", saml_acs, name="saml_acs"),
    path("sso/saml/<str:organization_slug>/finish/", saml_finish, name="saml_finish_acs"),
    path("sso/saml/<str:organization_slug>/metadata/", saml_metadata, name="saml_metadata"),
    path("confirm/with/<str:code>/", confirm, name="provider_confirm"),
    path("confirm/with/<str:code>/go/", confirm_go, name="provider_confirm_go"),
    path("settings/sign-in/providers/<str:code>/link/", link, name="provider_link"),
    path("settings/sign-in/providers/<str:code>/unlink/", unlink, name="provider_unlink"),
]
