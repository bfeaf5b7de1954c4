"""Listings of a filter one after another: where one is among them, and which come before and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import decode_cursor, encode_cursor, keyset_page
from syndication.models import Listing
from workspace.queries.facets import Rows, Wanted
from workspace.queries.listings import ORDER, matching_listings, queue_address

BACKWARDS = tuple(name.removeprefix("-") for name in ORDER)


@dataclass(frozen=True)
class Queue:
    """`position` counts what the filter still finds; a listing that is mended is no longer among them."""

    position: int
    total: int
    is_among: bool
    previous_url: str
    next_url: str
    list_url: str


def first_in_queue(wanted: Wanted, *, actor: Actor) -> str:
    """The address of the first listing of a filter; empty where it finds none."""
    first = matching_listings(wanted, actor=actor).defer("body").order_by(*ORDER).first()
    return queue_address(first, wanted) if first else ""


def listing_queue(listing: Listing, wanted: Wanted, at: str, *, actor: Actor) -> Queue:
    """The neighbours of a listing from the place (`at`) that its address gives it, wherever it has moved since."""
    rows = matching_listings(wanted, actor=actor).defer("body")
    here = at or encode_cursor([listing.changed_at, listing.pk])
    # A place that is not ours is refused here, before it is used.
    following = keyset_page(rows, order=ORDER, cursor=here, limit=1).rows
    preceding = keyset_page(rows, order=BACKWARDS, cursor=here, limit=1).rows
    return Queue(
        position=_before(rows, here) + 1,
        total=rows.count(),
        is_among=rows.filter(pk=listing.pk).exists(),
        previous_url=_address(preceding, wanted),
        next_url=_address([one for one in following if one.pk != listing.pk], wanted),
        list_url=f"{reverse('listing_list')}?{urlencode(wanted.pairs())}",
    )


def _address(rows: list[Any], wanted: Wanted) -> str:
    return queue_address(rows[0], wanted) if rows else ""


def _before(rows: Rows, here: str) -> int:
    changed_at, pk = decode_cursor(here, len(ORDER))
    return rows.filter(Q(changed_at__gt=changed_at) | Q(changed_at=changed_at, pk__gt=pk)).count()
