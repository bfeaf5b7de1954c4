"""Listings: the list, one listing, and what a product has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.markets.models import Channel, Market
from pim.models import Product
from pim.queries.products import find_products, labels_of
from syndication.choices import ListingState
from syndication.models import Listing, Rejection
from workspace.queries.facets import Filter, Rows, Wanted, facets, narrowed
from workspace.queries.scopes import label
from workspace.queries.shown import LOCALE, Facet, State
from workspace.queries.words import phrase

PAGE = 50
ORDER = ("-changed_at", "-pk")
STATES = {
    ListingState.LIVE: State("Live", "ok"),
    ListingState.HELD: State("Held", "attention"),
    ListingState.TOMBSTONE: State("Withdrawn"),
}
REJECTED = State("Rejected", "bad")


@dataclass(frozen=True)
class ListingRow:
    url: str
    title: str
    sku: str
    scope: str
    state: State
    revision: int | None
    at: datetime
    reason: str


@dataclass(frozen=True)
class ListingList:
    total: int
    facets: list[Facet]
    listings: list[ListingRow]
    next_cursor: str


def listing_list(wanted: Wanted, *, actor: Actor) -> ListingList:
    """One page of the listings of the actor's scopes, what changed last first."""
    visible = Listing.objects.visible_to(actor)
    found, filters = _matching(visible, wanted.q, actor), _filters(actor)
    kept = narrowed(found, filters, wanted)
    page = keyset_page(_with_scope(kept), order=ORDER, cursor=wanted.cursor, limit=PAGE)
    return ListingList(kept.count(), facets(found, filters, wanted), rows_of(page.rows, actor), page.next_cursor)


def listings_of(product: Product, actor: Actor) -> list[ListingRow]:
    """The listings of what is sold; of a model one row per scope, which leads to those of its variants."""
    visible = Listing.objects.visible_to(actor)
    own = list(_with_scope(visible.filter(product_id=product.pk)).order_by("scope_id"))
    if own or product.level == product.family.depth:
        return rows_of(own, actor)
    tree = Product.objects.filter(Q(parent_id=product.pk) | Q(root_id=product.pk))
    below = _with_scope(visible.filter(product_id__in=tree.values("pk"))).order_by("scope_id", "sku")
    return [_scope_row(product, list(rows)) for _, rows in groupby(below, key=lambda one: one.scope_id)]


def _scope_row(product: Product, listings: Sequence[Listing]) -> ListingRow:
    scope = listings[0].scope
    query = urlencode({"q": product.sku, "channel": scope.channel.code, "market": scope.market.code})
    held = next((reason_of(one) for one in listings if one.state == ListingState.HELD), "")
    many = f"{len(listings):,} variant{'s' if len(listings) > 1 else ''}"
    return ListingRow(
        url=f"{reverse('listing_list')}?{query}",
        title=product.sku,
        sku=product.sku,
        scope=label(scope),
        state=_summary(Counter(one.state for one in listings)),
        revision=None,
        at=max(one.changed_at for one in listings),
        reason=f"{many}; {held}" if held else many,
    )


def states_of(root_ids: Sequence[int], actor: Actor) -> dict[int, State]:
    """In one chip per tree: the worst that its listings are in, and how many are."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    rows = Listing.objects.visible_to(actor).filter(root_id__in=root_ids)
    for root, state in rows.values_list("root_id", "state"):
        found[root][state] += 1
    return {root: _summary(counts) for root, counts in found.items()}


def listing_counts(actor: Actor) -> tuple[int, int]:
    """How many are live, and how many are held."""
    rows = Listing.objects.visible_to(actor).order_by()
    counts = dict(rows.values_list("state").annotate(Count("pk")))
    return counts.get(ListingState.LIVE, 0), counts.get(ListingState.HELD, 0)


def rows_of(listings: Sequence[Listing], actor: Actor) -> list[ListingRow]:
    """With the titles of products that the actor still sees, and the SKUs of those that left the actor's markets."""
    ids = {one.product_id for one in listings}
    seen = Product.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True)
    titles = labels_of(list(ids if actor.limits("market") is None else seen), LOCALE)
    refused = rejected_ids(listings)
    return [
        ListingRow(
            url=reverse("listing", args=[one.uid]),
            title=titles.get(one.product_id, one.sku),
            sku=one.sku,
            scope=label(one.scope),
            state=REJECTED if one.pk in refused else STATES[ListingState(one.state)],
            revision=one.revision,
            at=one.changed_at,
            reason=refused.get(one.pk) or reason_of(one),
        )
        for one in listings
    ]


def rejected_ids(listings: Sequence[Listing]) -> dict[int, str]:
    """Listings that a channel refuses now, each with the newest of its reasons. One query."""
    rows = Rejection.objects.unresolved().filter(listing__in=[one.pk for one in listings])
    return dict(rows.order_by("pk").values_list("listing_id", "message"))


def reason_of(listing: Listing) -> str:
    """The first of its problems, and how many more there are."""
    problems = [problem_text(one) for one in listing.problems]
    if not problems:
        return ""
    return problems[0] + (f" and {len(problems) - 1} more" if len(problems) > 1 else "")


def problem_text(problem: Mapping[str, Any]) -> str:
    """What is wrong, in a sentence."""
    return str(problem.get("detail") or problem.get("code", ""))


def _with_scope(rows: Rows) -> Rows:
    return rows.select_related("scope__channel", "scope__market")


def matching_listings(wanted: Wanted, *, actor: Actor) -> Rows:
    """The rows that the list would show, unordered and uncounted."""
    return narrowed(_matching(Listing.objects.visible_to(actor), wanted.q, actor), _filters(actor), wanted)


def _matching(rows: Rows, q: str, actor: Actor) -> Rows:
    for word in q.lower().split()[:8]:
        rows = rows.filter(product_id__in=find_products(word, actor=actor).values("pk"))
    return rows


def _filters(actor: Actor) -> list[Filter]:
    def by_state(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
        return [(state.value, STATES[state].label, counts.get(state.value, 0)) for state in ListingState]

    def by_channel(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = dict(rows.order_by().values_list("scope__channel_id").annotate(Count("pk")))
        return [(one.code, one.name or one.code, counts.get(one.pk, 0)) for one in Channel.objects.visible_to(actor)]

    def by_market(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = dict(rows.order_by().values_list("scope__market_id").annotate(Count("pk")))
        return [(one.code, one.name or one.code, counts.get(one.pk, 0)) for one in Market.objects.visible_to(actor)]

    def narrow_rejected(rows: Rows, values: Sequence[str]) -> Rows:
        open_ones = Rejection.objects.unresolved().filter(code__in=values)
        return rows.filter(pk__in=open_ones.values("listing_id"))

    def by_rejection(rows: Rows) -> Iterable[tuple[str, str, int]]:
        open_ones = Rejection.objects.unresolved().filter(listing__in=rows.order_by().values("pk"))
        kinds = open_ones.order_by("code").values_list("code").annotate(Count("listing_id", distinct=True))
        return [(code, phrase(code.lower()), count) for code, count in kinds]

    return [
        Filter("state", "State", lambda rows, values: rows.filter(state__in=values), by_state),
        Filter("channel", "Channel", lambda rows, values: rows.filter(scope__channel__code__in=values), by_channel),
        Filter("rejected", "Rejection", narrow_rejected, by_rejection),
        Filter("market", "Market", lambda rows, values: rows.filter(scope__market__code__in=values), by_market),
    ]


def _summary(counts: Mapping[str, int]) -> State:
    """`3 held of 30` where any is held, else how many are live, else that all are gone."""
    total = sum(counts.values())
    if held := counts.get(ListingState.HELD):
        return State(f"{held:,} held" if held == total else f"{held:,} held of {total:,}", "attention")
    if live := counts.get(ListingState.LIVE):
        return State(f"{live:,} live", "ok")
    return State(f"{total:,} withdrawn")
