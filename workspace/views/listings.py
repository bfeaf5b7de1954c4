from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from foundation.core.errors import Missing
from syndication.choices import ListingState
from syndication.models import Listing
from syndication.services.listings import publish_product
from workspace.queries.facets import Wanted
from workspace.queries.listing_page import get_visible_listing, listing_mark, listing_page, product_of
from workspace.queries.listing_queue import first_in_queue, listing_queue
from workspace.queries.listings import REFUSED, listing_list, reason_of
from workspace.views.pages import PageRequest, next_address, page, show_list, toast, wanted

FACETS = ("state", "reason", "rejected", "channel", "market", "locale")
FAILED = ("state", "reason", "rejected")
# How long a listing's page waits before it asks whether the listing has moved, in milliseconds.
FIRST_WAIT, LONGEST_WAIT = 500, 8000


@require_safe
@page("syndication.view")
def listings(request: PageRequest) -> HttpResponse:
    found = listing_list(wanted(request, FACETS), actor=request.actor)
    context = {
        "total": found.total,
        "q": request.GET.get("q", ""),
        "facets": found.facets,
        "listings": found.listings,
        "next_url": next_address(request, found.next_cursor),
    }
    return show_list(request, "listing", context, more="listing_rows")


@require_safe
@page("syndication.view")
def fix(request: PageRequest) -> HttpResponse:
    """To the first listing of the filter that needs a hand; without one that says so, of all held and rejected."""
    chosen = wanted(request, FACETS)
    if not any(chosen.of(name) for name in FAILED):
        values = {**(chosen.values or {}), "state": [ListingState.HELD.value, REFUSED]}
        chosen = Wanted(chosen.q, values)
    address = first_in_queue(chosen, actor=request.actor)
    return redirect(address or f"{reverse('listing_list')}?{urlencode(chosen.pairs())}")


@require_safe
@page("syndication.view")
def listing(request: PageRequest, uid: UUID) -> HttpResponse:
    return _show(request, uid)


@require_safe
@page("syndication.view")
def watch(request: PageRequest, uid: UUID) -> HttpResponse:
    """Asked by a page that waits: the whole sheet as soon as it is another one, till then the next question."""
    found = get_visible_listing(uid, actor=request.actor)
    if not request.htmx or request.GET.get("mark", "") != listing_mark(found):
        return retarget(reswap(_show(request, uid), "outerHTML"), "#listing")
    waited = request.GET.get("waited", "")
    known = int(waited) if waited.isascii() and waited.isdecimal() and len(waited) < 6 else 0
    wait = min(max(FIRST_WAIT, known * 3 // 2), LONGEST_WAIT)
    context = {"uid": uid, "mark": request.GET["mark"], "wait": wait, "place": _place(request)}
    return render(request, "workspace/fragments/listing_watch.html", context)


@require_POST
@page("syndication.publish")
def publish(request: PageRequest, uid: UUID) -> HttpResponse:
    """Bring it up to date at once, and say what came of it."""
    found = get_visible_listing(uid, actor=request.actor)
    product = product_of(found, actor=request.actor)
    if product is None:
        raise Missing("Its product has left your markets", path="uid")
    publish_product(product, actor=request.actor)
    found.refresh_from_db()
    text, tone = _outcome(found)
    if not request.htmx:
        messages.add_message(request, messages.ERROR if tone == "bad" else messages.SUCCESS, text)
        return redirect("listing", uid=uid)
    return toast(_show(request, uid), text, tone=tone)


def _outcome(listing: Listing) -> tuple[str, str]:
    if listing.is_live:
        return f"Live as revision {listing.revision:,}", "ok"
    if listing.state == ListingState.HELD:
        return f"Still held: {reason_of(listing)}", "bad"
    return "Nothing goes out: it is not offered here", "bad"


def _place(request: PageRequest) -> str:
    """The filter that the listing is looked at in, as the page's address has it."""
    parameters = request.GET.copy()
    for name in ("mark", "waited"):
        parameters.pop(name, None)
    return parameters.urlencode()


def _show(request: PageRequest, uid: UUID) -> HttpResponse:
    found = listing_page(uid, actor=request.actor)
    at = request.GET.get("at", "")
    queue = None
    if at:
        row = get_visible_listing(uid, actor=request.actor)
        queue = listing_queue(row, wanted(request, FACETS), at, actor=request.actor)
    waits = found.is_changing or (queue is not None and found.is_failing)
    context = vars(found) | {"queue": queue, "wait": FIRST_WAIT if waits else 0, "place": _place(request)}
    whole = not request.htmx or request.htmx.history_restore_request
    return render(request, "workspace/listing.html" if whole else "workspace/fragments/listing_sheet.html", context)
