"""API keys: one's own, or everybody's; made, rotated and revoked. A secret is on one page, once."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.models import ApiKey
from foundation.accounts.queries import owner_named
from foundation.accounts.services import SCOPE, KeyScope, create_api_key, revoke_api_key, rotate_api_key
from foundation.core import moment
from foundation.core.errors import Denied, Invalid, Missing
from workspace import forms
from workspace.queries.keys import key_list
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, beside, next_address, page


@require_safe
@page()
def keys(request: PageRequest) -> HttpResponse:
    found = key_list(request.actor, cursor=request.GET.get("cursor", ""))
    context = {"keys": found.keys, "next_url": next_address(request, found.next_cursor)}
    return render(request, "workspace/keys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page()
@never_cache
@confirmed
def key_new(request: PageRequest) -> HttpResponse:
    form = forms.KeyForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        days = given["days"]
        try:
            made = create_api_key(
                user=owner_named(given["user"], actor=request.actor),
                name=given["name"],
                expires_at=moment.now() + timedelta(days=int(days)) if days else None,
                scope=KeyScope(**{name: given[name] for name in SCOPE}),
                actor=request.actor,
            )
        except (Denied, Invalid, Missing) as error:
            beside(form, error)
        else:
            return _made(request, made)
    return render(request, "workspace/key_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@page()
@never_cache
@confirmed
def key_rotate(request: PageRequest, prefix: str) -> HttpResponse:
    """Its successor's secret, once; the old one goes on for a week."""
    return _made(request, rotate_api_key(prefix=prefix, actor=request.actor))


@require_POST
@page()
def key_revoke(request: PageRequest, prefix: str) -> HttpResponse:
    revoke_api_key(prefix=prefix, actor=request.actor)
    messages.success(request, "Revoked: its next request is refused.")
    return redirect("key_list")


def _made(request: PageRequest, made: tuple[ApiKey, str]) -> HttpResponse:
    key, secret = made
    return render(request, "workspace/key_made.html", {"key": key, "secret": secret, "origin": _origin(request)})


def _origin(request: PageRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
