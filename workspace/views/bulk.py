"""Bulk changes: start one from a list, look at what it would do, carry it out, undo it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from foundation.bulk.choices import State
from foundation.bulk.models import BulkChange
from foundation.bulk.queries import get_bulk_change, get_verb
from foundation.bulk.services import (
    apply_bulk_change,
    discard_bulk_change,
    leave_out_row,
    note_rows_shown,
    open_bulk_change,
    preview_bulk_change,
    start_bulk_change,
    stop_bulk_change,
    undo_bulk_change,
)
from foundation.core.errors import Invalid, TandemError
from workspace.queries.bulk_changes import DONE, BulkPage, bulk_change_list, bulk_change_page, count_of, name_of
from workspace.queries.bulk_forms import bulk_form, read_form, read_parameters
from workspace.queries.bulk_nouns import NOUNS
from workspace.views.pages import PageRequest, next_address, page, toast


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def bulk_changes(request: PageRequest) -> HttpResponse:
    """The recent ones. A POST from a list's bar starts another."""
    if request.method == "POST":
        return _start(request)
    with_single = "single" in request.GET
    found = bulk_change_list(actor=request.actor, cursor=request.GET.get("cursor", ""), with_single=with_single)
    context = {"lines": found.lines, "next_url": next_address(request, found.next_cursor), "with_single": with_single}
    is_more = request.htmx and not request.htmx.history_restore_request and "cursor" in request.GET
    return render(request, f"workspace/{'fragments/bulk_lines' if is_more else 'bulk_change_list'}.html", context)


def _start(request: PageRequest) -> HttpResponse:
    verb = get_verb(request.POST.get("verb", ""), actor=request.actor)
    chosen: dict[str, Any] = {"verb": verb.name, "actor": request.actor, "uids": _uids(request.POST, "uid")}
    if "all" in request.POST:
        without = _uids(request.POST, "without")
        chosen |= {"uids": None, "filter": request.POST.get("filter", ""), "without": without}
    if "at_once" in request.POST:
        parameters = read_parameters(verb.name, dict(request.POST.lists()), actor=request.actor)
        return _told(request, start_bulk_change(parameters=parameters, is_at_once=True, **chosen))
    change = start_bulk_change(parameters={}, **chosen) if verb.is_plain else open_bulk_change(**chosen)
    return redirect("bulk_change", uid=change.uid)


def _uids(form: QueryDict, name: str) -> list[UUID]:
    try:
        return [UUID(one) for one in form.getlist(name)]
    except ValueError:
        raise Invalid("Select things of the list", path=name) from None


def _told(request: PageRequest, change: BulkChange) -> HttpResponse:
    """What came of it, as a toast over the list, with the way back."""
    if not request.htmx:
        return redirect("bulk_change", uid=change.uid)
    undo_url = reverse("bulk_undo", args=[change.uid]) if change.changed and change.state == State.APPLIED else ""
    response = HttpResponse(status=204)
    items = reverse("bulk_items", args=[change.uid])
    is_anew = NOUNS[change.noun].leaves_list and change.state == State.UNDONE
    trigger_client_event(response, "list-changed" if is_anew else "items-changed", {"url": items})
    return toast(response, _words(change), undo_url=undo_url, tone="bad" if _is_refused(change) else "ok")


def _is_refused(change: BulkChange) -> bool:
    return bool(change.refused) and not change.changed


def _words(change: BulkChange) -> str:
    if change.state == State.UNDONE:
        kept = f", {change.kept:,} kept: edited since" if change.kept else ""
        return f"Undone: {change.undone:,} as before{kept}"
    if change.total == 1 and change.refused:
        row = change.rows.first()
        return row.reason if row else "Refused"
    done = DONE.get(change.verb, "Changed")
    if NOUNS[change.noun].leaves_list and change.total == change.changed == 1:
        return f"{done}: {change.rows.get().label}"
    told = f"{done} {count_of(change.changed, change)}"
    parts = [f"{change.same:,} the same already"] * bool(change.same) + [f"{change.refused:,} refused"] * bool(
        change.refused
    )
    return ", ".join([told, *parts])


@require_safe
@page()
def bulk_change(request: PageRequest, uid: UUID) -> HttpResponse:
    """What is asked for, then the preview, the progress and the result, each at the same address."""
    return _show(request, uid)


def _show(
    request: PageRequest, uid: UUID, *, given: QueryDict | None = None, refusal: TandemError | None = None
) -> HttpResponse:
    outcome, undo, cursor = (request.GET.get(name, "") for name in ("outcome", "undo", "cursor"))
    found = bulk_change_page(uid, actor=request.actor, outcome=outcome, undo=undo, cursor=cursor)
    _note_shown(request, found)
    context = {"bulk": found, "next_url": next_address(request, found.next_cursor)}
    is_asking = found.stage == State.DRAFT or (found.stage == State.PREVIEWED and "edit" in request.GET)
    if is_asking or refusal:
        lists = dict((given if given is not None else request.GET).lists())
        lists.pop("edit", None)
        form = bulk_form(found.change, lists, actor=request.actor)
        context |= {"form": form, "refusal": refusal}
    status = refusal.status if refusal else 200
    if request.htmx and not request.htmx.history_restore_request:
        part = "bulk_rows" if cursor else "bulk_change"
        return render(request, f"workspace/fragments/{part}.html", context, status=status)
    return render(request, "workspace/bulk_change.html", context, status=status)


def _note_shown(request: PageRequest, found: BulkPage) -> None:
    note_rows_shown(found.change, {row.uid: row.label for row in found.rows if row.url}, actor=request.actor)


@require_safe
@page()
def bulk_items(request: PageRequest, uid: UUID) -> HttpResponse:
    """The things that a small change was for, as the list draws them now."""
    change = get_bulk_change(uid, actor=request.actor)
    ids = list(change.rows.values_list("subject_id", flat=True)[:50])
    noun = NOUNS[change.noun]
    if noun.redraw is None:
        return HttpResponse(status=204)
    context = noun.redraw(ids, request.actor, dict(request.GET.lists()))
    return render(request, f"workspace/fragments/{noun.fragment}.html", context)


@require_POST
@page()
def bulk_preview(request: PageRequest, uid: UUID) -> HttpResponse:
    """What the form holds becomes the change's parameters, and each thing is looked at."""
    change = get_bulk_change(uid, actor=request.actor)
    try:
        parameters = read_form(change, dict(request.POST.lists()), actor=request.actor)
        preview_bulk_change(change, parameters=parameters, actor=request.actor)
    except Invalid as error:
        return _show(request, uid, given=request.POST, refusal=error)
    return redirect("bulk_change", uid=uid)


@require_POST
@page()
def bulk_row(request: PageRequest, uid: UUID) -> HttpResponse:
    """Leave a row out, or take it in again."""
    change = get_bulk_change(uid, actor=request.actor)
    named = _uids(request.POST, "row")
    if len(named) != 1:
        raise Invalid("Say which row", path="row")
    leave_out_row(change, subject=named[0], is_out=request.POST.get("is_out") == "1", actor=request.actor)
    if request.htmx:
        found = bulk_change_page(uid, actor=request.actor, row=named[0])
        _note_shown(request, found)
        return render(request, "workspace/fragments/bulk_row_left_out.html", {"bulk": found})
    return redirect("bulk_change", uid=uid)


@require_POST
@page()
def bulk_apply(request: PageRequest, uid: UUID) -> HttpResponse:
    apply_bulk_change(get_bulk_change(uid, actor=request.actor), actor=request.actor)
    return redirect("bulk_change", uid=uid)


@require_POST
@page()
def bulk_stop(request: PageRequest, uid: UUID) -> HttpResponse:
    """What is done stays done, and can be undone."""
    stop_bulk_change(get_bulk_change(uid, actor=request.actor), actor=request.actor)
    return redirect("bulk_change", uid=uid)


@require_POST
@page()
def bulk_undo(request: PageRequest, uid: UUID) -> HttpResponse:
    change = undo_bulk_change(get_bulk_change(uid, actor=request.actor), actor=request.actor)
    if not request.htmx:
        return redirect("bulk_change", uid=uid)
    if change.is_running:
        return HttpResponseClientRedirect(reverse("bulk_change", args=[uid]))
    return _told(request, change)


@require_POST
@page()
def bulk_discard(request: PageRequest, uid: UUID) -> HttpResponse:
    """Nothing was changed, so nothing is left."""
    change = get_bulk_change(uid, actor=request.actor)
    discard_bulk_change(change, actor=request.actor)
    messages.success(request, f"Discarded: {name_of(change, request.actor)}")
    return redirect(NOUNS[change.noun].list)
