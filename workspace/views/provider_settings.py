"""Sign-in providers: listed, added, changed and closed. Secrets go in here and never come out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts.models import Provider
from foundation.accounts.services import add_provider, edit_provider
from foundation.core.errors import TandemError
from workspace import forms
from workspace.queries.providers import get_provider, provider_rows, provider_values
from workspace.views.confirming import confirmed
from workspace.views.pages import PageRequest, beside, page

FORMS = {Provider.Kind.OPENID.value: forms.OpenIDForm, Provider.Kind.SAML.value: forms.SAMLForm}


@require_safe
@page("accounts.manage")
def providers(request: PageRequest) -> HttpResponse:
    return render(request, "workspace/providers.html", {"rows": provider_rows(request.actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@page("accounts.manage")
@never_cache
@confirmed
def provider_new(request: PageRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kind = kind if kind in FORMS else Provider.Kind.OPENID.value
    form = FORMS[kind](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _saved(form, lambda given: _add(request, kind, given)):
        messages.success(request, "Added: it stands on the sign-in page now.")
        return redirect("provider_setting", code=form.cleaned_data["code"])
    context = {
        "form": form,
        "kind": kind,
        "label": Provider.Kind(kind).label,
        "addresses": _addresses(request, kind, "CODE"),
    }
    return render(request, "workspace/provider_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("accounts.manage")
@never_cache
@confirmed
def provider_setting(request: PageRequest, code: str) -> HttpResponse:
    provider = get_provider(code, actor=request.actor)
    given = request.POST if request.method == "POST" else None
    form = FORMS[provider.kind](given, initial=provider_values(provider), is_new=False)
    if request.method == "POST" and form.is_valid() and _saved(form, lambda given: _edit(request, provider, given)):
        messages.success(request, "Saved.")
        return redirect("provider_setting", code=code)
    context = {"form": form, "provider": provider, "addresses": _addresses(request, provider.kind, code)}
    return render(request, "workspace/provider.html", context, status=422 if form.errors else 200)


def _add(request: PageRequest, kind: str, given: dict[str, Any]) -> None:
    add_provider(kind=kind, actor=request.actor, **{name: one for name, one in given.items() if name != "is_open"})


def _edit(request: PageRequest, provider: Provider, given: dict[str, Any]) -> None:
    kept = {name: one for name, one in given.items() if name not in {"code", "issuer"}}
    edit_provider(provider=provider, actor=request.actor, **kept)


def _saved(form: Any, save: Any) -> bool:
    """Whether the service took it; what it refuses stands beside its field."""
    try:
        save(form.cleaned_data)
    except TandemError as error:
        beside(form, error)
        return False
    return True


def _addresses(request: PageRequest, kind: str, code: str) -> list[tuple[str, str]]:
    """What the provider has to be told of this house."""
    names = [("Redirect address", "openid_connect_callback")]
    if kind == Provider.Kind.SAML:
        names = [("Entity id, and address of the metadata", "saml_metadata"), ("Assertion consumer", "saml_acs")]
    return [(label, request.build_absolute_uri(reverse(name, args=[code]))) for label, name in names]
