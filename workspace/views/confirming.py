"""Before what is dangerous somebody confirms that it is they, unless they did so lately; then it goes on as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import stash_and_reauthenticate
from allauth.core.internal.httpkit import deserialize_request, serialize_request
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from foundation.accounts.authentication import is_fresh
from foundation.core.sealing import seal, unseal
from workspace.views.pages import PageRequest

View = Callable[..., HttpResponseBase]
RESUME = "workspace.views.confirming.resume"


def confirmed(view: View) -> View:
    """Below `page`: only for who has signed in or confirmed it within the last ten minutes.

    Who views as somebody else sees the form, which they cannot send.
    """

    @wraps(view)
    def shown(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.actor.is_viewing or is_fresh(request) else _ask(request)

    return shown


def _ask(request: PageRequest) -> HttpResponseBase:
    """To the page that asks. What was sent waits in the session, sealed: forms hold passwords and secrets."""
    asking = stash_and_reauthenticate(request, {"sealed": seal(serialize_request(request))}, RESUME)
    return HttpResponseClientRedirect(asking.url) if request.htmx else asking


def resume(request: PageRequest, state: Mapping[str, str]) -> HttpResponseBase:
    """Called by the library once it is they: a page is shown again, a form goes on as it was sent."""
    kept: Any = deserialize_request(unseal(state["sealed"]), copy(request))
    if kept.method != "POST":
        return redirect(kept.get_full_path())
    kept.META = {name: value for name, value in kept.META.items() if not name.startswith("HTTP_HX_")}
    kept.__dict__.pop("headers", None)
    kept.htmx = HtmxDetails(kept)
    view, args, kwargs = resolve(kept.path_info)
    response: HttpResponseBase = view(kept, *args, **kwargs)
    return response
