"""A listing's published revisions: the story, and two of them compared."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.audit.services import note_read
from foundation.core.errors import Missing
from syndication.events import LISTINGS_READ
from syndication.queries.revisions import get_listing
from workspace.queries.listing_history import listing_comparison, listing_history
from workspace.views.pages import PageRequest, next_address, page

MAX_DIGITS = 18


@require_safe
@page("syndication.view")
def history(request: PageRequest, uid: UUID) -> HttpResponse:
    """The revisions; by htmx the next of them."""
    found = listing_history(uid, actor=request.actor, cursor=request.GET.get("cursor", ""))
    if found.is_restricted:
        note_read(LISTINGS_READ, actor=request.actor, subject_type="listing", subjects=[uid])
    context = vars(found) | {"next_url": next_address(request, found.next_cursor)}
    if request.htmx and "cursor" in request.GET and not request.htmx.history_restore_request:
        return render(request, "workspace/fragments/revision_rows.html", context)
    return render(request, "workspace/listing_history.html", context)


@require_safe
@page("syndication.view")
def compare(request: PageRequest, uid: UUID) -> HttpResponse:
    """Two revisions; the address names them, so that it may be sent to somebody."""
    start, end = _number(request, "from"), _number(request, "to")
    if end is None:
        end = get_listing(uid, actor=request.actor).revision
    if end is None:
        raise Missing("It has never been out", path="uid")
    found = listing_comparison(uid, start=start, end=end, actor=request.actor)
    if found.is_restricted:
        note_read(LISTINGS_READ, actor=request.actor, subject_type="listing", subjects=[uid])
    return render(request, "workspace/listing_compare.html", vars(found))


def _number(request: PageRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise Missing("There is no such revision", path=name)
    return int(text)
