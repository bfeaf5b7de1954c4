"""What every page has in common: sign-in, permission, refusals in the house's dress, and toasts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, reswap, trigger_client_event
from django_htmx.middleware import HtmxDetails

from foundation.core.actors import Actor
from foundation.core.errors import Denied, Missing, TandemError
from workspace.choices import LISTS
from workspace.queries.facets import Wanted, chosen_of
from workspace.queries.people import who_helps
from workspace.queries.saved_views import view_panel
from workspace.services.saved_views import clean_query


class PageRequest(HttpRequest):
    """A request as the middleware hands it to pages."""

    actor: Actor
    htmx: HtmxDetails
    refused: str


View = Callable[..., HttpResponseBase]


def page(permission: str = "") -> Callable[[View], View]:
    """Only for people who are signed in and have the permission; refusals become pages or toasts."""

    def dress(view: View) -> View:
        @wraps(view)
        def shown(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in(request)
            try:
                if permission:
                    request.actor.require(permission)
                response = view(request, *args, **kwargs)
            except TandemError as error:
                response = refuse(request, error)
            patch_vary_headers(response, ["HX-Request"])
            patch_cache_control(response, private=True, no_cache=True)
            return response

        return shown

    return dress


def _sign_in(request: PageRequest) -> HttpResponse:
    """A fragment cannot hold the sign-in page, so htmx is told to go there."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url("account_login"))
    return redirect_to_login(request.get_full_path())


def refuse(request: PageRequest, error: TandemError) -> HttpResponse:
    """The refusal as a toast for htmx, as a page for everybody else. The audit reads which permission it was."""
    request.refused = str(error.extra.get("permission", ""))
    if request.htmx:
        return reswap(toast(HttpResponse(status=error.status), error.detail, tone="bad"), "none")
    if isinstance(error, Denied):
        context = {"error": error, "helpers": who_helps()}
        return render(request, "workspace/denied.html", context, status=error.status)
    if isinstance(error, Missing):
        raise Http404(error.detail) from error
    return render(request, "workspace/refusal.html", {"error": error}, status=error.status)


def toast(
    response: HttpResponse, text: str, *, tone: str = "ok", undo_url: str = "", target: str = "", link: str = ""
) -> HttpResponse:
    """Ask the page to show a toast: with Undo where there is an address for it, with a link to what it is about."""
    detail: dict[str, Any] = {"text": text, "tone": tone}
    if undo_url:
        detail["undo"] = {"url": undo_url, "target": target} if target else {"url": undo_url}
    if link:
        detail["link"] = link
    trigger_client_event(response, "toast", detail)
    return response


def beside(form: Any, error: TandemError) -> None:
    """A service's refusal beside its field; who may not at all is told so by a page."""
    if isinstance(error, Denied):
        raise error
    form.add_error(error.path if error.path in form.fields else None, error.detail)


def back_to(request: PageRequest, name: str, uid: UUID) -> HttpResponse:
    """To a thing's page, for htmx too."""
    address = resolve_url(name, uid=uid)
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def show_list(request: PageRequest, noun: str, context: dict[str, Any], *, more: str) -> HttpResponse:
    """The whole page with its saved views; for htmx the results of a filter, or the rows of the next page."""
    if not request.htmx or request.htmx.history_restore_request:
        views = _views_of(f"{noun}_list", request)
        return render(request, f"workspace/{noun}_list.html", context | {"views": views})
    if "cursor" in request.GET:
        return render(request, f"workspace/fragments/{more}.html", context)
    return render(request, f"workspace/fragments/{noun}_results.html", context)


def _views_of(name: str, request: PageRequest) -> Any:
    """The panel of saved views; none for a list whose filters are more than can be saved."""
    if name not in LISTS:
        return None
    try:
        query = clean_query(request.GET.urlencode())
    except TandemError:
        query = ""
    return view_panel(name, query=query, actor=request.actor)


def next_address(request: PageRequest, cursor: str) -> str:
    """The same page from the cursor on, with its filters; empty after the last page."""
    if not cursor:
        return ""
    parameters = request.GET.copy()
    parameters["cursor"] = cursor
    return f"?{parameters.urlencode()}"


def uid_in(text: str, path: str) -> UUID:
    """The uid that a form or an address names; one that is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise Missing(f"There is no such {path}", path=path) from None


def wanted(request: PageRequest, facets: Iterable[str]) -> Wanted:
    """What the address asks a list for."""
    values = chosen_of(dict(request.GET.lists()), facets)
    return Wanted(request.GET.get("q", "").strip(), values, request.GET.get("cursor", ""), request.GET.get("sort", ""))
