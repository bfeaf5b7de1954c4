from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from foundation.workflow.services import dismiss_work_item, reopen_work_item
from workspace.queries.work_items import Wish, WorkList, work_list
from workspace.views.pages import PageRequest, next_address, page, toast

LIST = "#work"


@require_safe
@page()
def work_items(request: PageRequest) -> HttpResponse:
    """The whole page; for htmx the list after a filter, or the next rows of it."""
    found = work_list(actor=request.actor, wish=Wish.read(request.GET.dict()))
    if not request.htmx or request.htmx.history_restore_request:
        return _show(request, "work_items", found)
    return _show(request, "fragments/work_item_rows" if "cursor" in request.GET else "fragments/work_list", found)


@require_POST
@page("workflow.work")
def dismiss(request: PageRequest, uid: UUID) -> HttpResponse:
    """Close it by hand; its row goes, and the numbers of the queues come anew."""
    item = dismiss_work_item(uid=uid, actor=request.actor)
    undo, text = reverse("work_item_reopen", args=[uid]), f"Dismissed: {item.title}"
    if not request.htmx:
        messages.success(request, text, extra_tags=undo)
        return redirect("work_items")
    found = work_list(actor=request.actor, wish=_wish(request), limit=1)
    return toast(_show(request, "fragments/work_dismissed", found), text, undo_url=undo, target=LIST)


@require_POST
@page("workflow.work")
def reopen(request: PageRequest, uid: UUID) -> HttpResponse:
    """Take the dismissal back; the list comes anew, with the item in its place."""
    item = reopen_work_item(uid=uid, actor=request.actor)
    text = f"Undone: {item.title} waits again"
    if not request.htmx:
        messages.success(request, text)
        return redirect("work_items")
    found = work_list(actor=request.actor, wish=_wish(request))
    return toast(_show(request, "fragments/work_list", found), text)


def _wish(request: PageRequest) -> Wish:
    """The filters of the page that the button stands on."""
    return Wish.read(QueryDict(urlsplit(request.htmx.current_url or "").query).dict())


def _show(request: PageRequest, template: str, found: WorkList) -> HttpResponse:
    context = vars(found) | {"next_url": next_address(request, found.next_cursor)}
    return render(request, f"workspace/{template}.html", context)
