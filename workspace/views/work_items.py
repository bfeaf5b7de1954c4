"""The inbox, one item's page, and what is said there. What people do to items goes by the verbs of bulk changes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from foundation.bulk.queries import get_verb
from foundation.core.errors import Missing
from foundation.workflow.services import comment_on_work_item, take_back_comment
from workspace.queries.bulk_changes import bulk_bar
from workspace.queries.inbox import Wish, inbox
from workspace.queries.work_forms import WORK_FORMS, work_form
from workspace.queries.work_item_page import get_work_item, work_item_page
from workspace.views.pages import PageRequest, next_address, page, toast, uid_in

ITEM = "#work-item"
REOPEN = "workflow.reopen"
# Verbs that would change nothing of what a tab shows.
POINTLESS = {
    "mine": ("workflow.claim", "workflow.wake", REOPEN),
    "unassigned": ("workflow.release", "workflow.wake", "workflow.unwatch", REOPEN),
    "watched": ("workflow.watch", REOPEN),
    "snoozed": ("workflow.snooze", "workflow.release", REOPEN),
    "all": (REOPEN,),
    "dismissed": (
        "workflow.claim", "workflow.hand_over", "workflow.snooze", "workflow.dismiss", "workflow.release",
        "workflow.wake", "workflow.priority", "workflow.due",
    ),
}  # fmt: skip


@require_safe
@page()
def work_items(request: PageRequest) -> HttpResponse:
    """The whole page; for htmx the list after a filter, or the next rows of it."""
    found = inbox(actor=request.actor, wish=Wish.read(request.GET.dict()))
    context = vars(found) | {
        "next_url": next_address(request, found.next_cursor),
        "bulk": bulk_bar("work_item", actor=request.actor, but=POINTLESS.get(found.wish.tab, ())),
    }
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "workspace/work_items.html", context)
    part = "work_item_rows" if "cursor" in request.GET else "work_list"
    return render(request, f"workspace/fragments/{part}.html", context)


@require_safe
@page("workflow.work")
def work_item(request: PageRequest, uid: UUID) -> HttpResponse:
    """One item, open or closed; for htmx what may have changed of it."""
    part = "fragments/work_item" if request.htmx and not request.htmx.history_restore_request else "work_item"
    return _show(request, uid, part)


@require_safe
@page("workflow.work")
def ask(request: PageRequest, uid: UUID) -> HttpResponse:
    """What a verb needs to know, for one item: the content of a dialog, or a page without scripts."""
    item = get_work_item(uid, actor=request.actor)
    name = request.GET.get("verb", "workflow.snooze")
    if name not in WORK_FORMS:
        raise Missing("There is no such verb", path="verb")
    verb = get_verb(name, actor=request.actor)
    context = {"item": item, "verb": verb, "form": work_form(name, item, actor=request.actor)}
    part = "fragments/work_ask" if request.htmx else "work_ask"
    return render(request, f"workspace/{part}.html", context)


@require_POST
@page("workflow.work")
def comment(request: PageRequest, uid: UUID) -> HttpResponse:
    """Say something; Undo takes it back for a few minutes."""
    said = comment_on_work_item(uid=uid, text=request.POST.get("text", ""), actor=request.actor)
    undo = f"{reverse('work_item_take_back', args=[uid])}?comment={said.uid}"
    return _told(request, uid, "Comment added", undo)


@require_POST
@page("workflow.work")
def take_back(request: PageRequest, uid: UUID) -> HttpResponse:
    """Remove a comment of one's own."""
    named = request.POST.get("comment") or request.GET.get("comment", "")
    take_back_comment(uid=uid, comment=uid_in(named, "comment"), actor=request.actor)
    return _told(request, uid, "Comment taken back")


def _told(request: PageRequest, uid: UUID, text: str, undo: str = "") -> HttpResponse:
    if not request.htmx:
        messages.success(request, text, extra_tags=undo)
        return redirect("work_item", uid=uid)
    return toast(_show(request, uid, "fragments/work_item"), text, undo_url=undo, target=ITEM if undo else "")


def _show(request: PageRequest, uid: UUID, part: str) -> HttpResponse:
    return render(request, f"workspace/{part}.html", {"work": work_item_page(uid, actor=request.actor)})
