from __future__ import annotations

from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import retarget

from foundation.core.errors import Invalid, TandemError
from workspace.choices import LISTS
from workspace.models import SavedView
from workspace.queries.saved_views import count_matches, saved_view_list, view_address, view_panel
from workspace.services import delete_view, rename_view, restore_view, save_view, share_view
from workspace.services.saved_views import clean_query
from workspace.views.pages import PageRequest, next_address, page, toast

PANEL, FORM_ERROR = "#saved-views", "#save-view-error"


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def saved_views(request: PageRequest) -> HttpResponse:
    """All views that one may see; a POST saves one."""
    if request.method == "POST":
        return _save(request)
    found = saved_view_list(actor=request.actor, cursor=request.GET.get("cursor", ""))
    context = {"views": found.views, "next_url": next_address(request, found.next_cursor)}
    if request.htmx and "cursor" in request.GET and not request.htmx.history_restore_request:
        return render(request, "workspace/fragments/saved_view_rows.html", context)
    return render(request, "workspace/saved_view_list.html", context)


@require_safe
@page()
def counts(request: PageRequest) -> HttpResponse:
    """How much each view of a list finds, sent when the list's views come into sight."""
    found = count_matches(request.GET.get("page", ""), actor=request.actor)
    return render(request, "workspace/fragments/saved_view_counts.html", {"counts": found})


@require_POST
@page()
def rename(request: PageRequest, uid: UUID) -> HttpResponse:
    before = SavedView.objects.visible_to(request.actor).filter(uid=uid).values_list("name", flat=True).first()
    view = rename_view(uid=uid, name=_given(request, "name"), actor=request.actor)
    return _answer(request, view, f"Renamed to {view.name}", "saved_view_rename", name=str(before))


@require_POST
@page()
def share(request: PageRequest, uid: UUID) -> HttpResponse:
    wanted = _given(request, "is_shared")
    if wanted not in {"yes", "no"}:
        raise Invalid("Say yes or no", path="is_shared")
    view = share_view(uid=uid, is_shared=wanted == "yes", actor=request.actor)
    text = f"{view.name} is shared" if view.is_shared else f"{view.name} is yours alone"
    return _answer(request, view, text, "saved_view_share", is_shared="no" if view.is_shared else "yes")


@require_POST
@page()
def delete(request: PageRequest, uid: UUID) -> HttpResponse:
    view = delete_view(uid=uid, actor=request.actor)
    return _answer(request, view, f"{view.name} is deleted", "saved_view_restore")


@require_POST
@page()
def restore(request: PageRequest, uid: UUID) -> HttpResponse:
    view = restore_view(uid=uid, actor=request.actor)
    return _answer(request, view, f"{view.name} is back")


def _save(request: PageRequest) -> HttpResponse:
    """Save the list as it is shown now: htmx says where it is, a form without scripts brings the query along."""
    name = request.POST.get("page", "")
    query = _current_query(request, name)
    try:
        view = save_view(
            page=name,
            name=request.POST.get("name", ""),
            query=request.POST.get("query", "") if query is None else query,
            is_shared="is_shared" in request.POST,
            actor=request.actor,
        )
    except TandemError as error:
        if not request.htmx:
            raise
        return retarget(HttpResponse(escape(error.detail), status=422), FORM_ERROR)
    return _answer(request, view, f"Saved as {view.name}", "saved_view_delete")


def _answer(request: PageRequest, view: SavedView, text: str, undo: str = "", **parameters: str) -> HttpResponse:
    """The list's panel again where the change was made beside the list, else a page; with Undo."""
    undo_url = reverse(undo, args=[view.uid]) if undo else ""
    undo_url += f"?{urlencode(parameters)}" if parameters else ""
    query = _current_query(request, view.page)
    if query is None:
        messages.success(request, text, extra_tags=undo_url)
        return redirect(view_address(view) if "page" in request.POST else "saved_view_list")
    panel = view_panel(view.page, query=clean_query(query), actor=request.actor)
    response = render(request, "workspace/parts/saved_views.html", {"views": panel})
    return toast(response, text, undo_url=undo_url, target=PANEL)


def _current_query(request: PageRequest, name: str) -> str | None:
    """The query of the list that htmx asks from; None where it asks from elsewhere, or nobody asks by htmx."""
    if not request.htmx or name not in LISTS:
        return None
    here = urlsplit(request.htmx.current_url or "")
    return here.query if here.path == reverse(name) else None


def _given(request: PageRequest, name: str) -> str:
    """From the form, or from the address where an Undo brings it."""
    return request.POST.get(name, request.GET.get(name, ""))
