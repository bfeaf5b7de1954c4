"""Listings: the list, its filters, and what a tree of products has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from foundation.core.actors import CATEGORY, Actor
from foundation.core.pages import encode_cursor, keyset_page
from pim.models import Product
from pim.queries.products import find_products, labels_of
from syndication.choices import ListingState
from syndication.models import Listing, Rejection
from workspace.queries.facets import Cell, Filter, Rows, Wanted, counted, narrowed
from workspace.queries.listing_kinds import by_reason, by_rejection, narrow_reason, narrow_rejected
from workspace.queries.problems import problem_text
from workspace.queries.scopes import label, visible_scopes
from workspace.queries.shown import LOCALE, Facet, State

PAGE = 50
ORDER = ("-changed_at", "-pk")
STATES = {
    ListingState.LIVE: State("Live", "ok"),
    ListingState.HELD: State("Held", "attention"),
    ListingState.TOMBSTONE: State("Withdrawn"),
}
REJECTED = State("Rejected", "bad")
REFUSED = "rejected"  # as a state in addresses; a listing that is refused may be live


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
    """One page of the listings of the actor's scopes, what changed last first; rows keep the filter to go on in."""
    visible, filters = _matching(Listing.objects.visible_to(actor), wanted.q, actor), _filters(actor)
    page = keyset_page(_with_scope(narrowed(visible, filters, wanted)), order=ORDER, cursor=wanted.cursor, limit=PAGE)
    total, found = counted(visible, filters, wanted, _cells)
    rows = [
        replace(row, url=queue_address(one, wanted)) if wanted.is_filtered else row
        for one, row in zip(page.rows, rows_of(page.rows, actor), strict=True)
    ]
    return ListingList(total, found, rows, page.next_cursor)


def queue_address(listing: Listing, wanted: Wanted) -> str:
    """The page of a listing in a filter. Its place is in the address, so that it keeps it when it is mended."""
    at = encode_cursor([listing.changed_at, listing.pk])
    query = urlencode([*wanted.pairs(), ("at", at)])
    return f"{reverse('listing', args=[listing.uid])}?{query}"


def chips_of(root_ids: Mapping[int, str], actor: Actor) -> dict[int, list[tuple[State, str]]]:
    """For each tree (by its id, with its SKU) how many listings are in which state, each with the list of them.

    Two queries.
    """
    visible = Listing.objects.visible_to(actor).filter(root_id__in=list(root_ids)).order_by()
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for root, state, count in visible.values_list("root_id", "state").annotate(number=Count("*")):
        counts[root][state] = count
    refused = visible.filter(pk__in=Rejection.objects.unresolved().values("listing_id"))
    for root, count in refused.values_list("root_id").annotate(number=Count("*")):
        counts[root][REFUSED] = count
    return {root: state_chips(states, q=root_ids[root]) for root, states in counts.items()}


def state_chips(counts: Mapping[str, int], **where: str) -> list[tuple[State, str]]:
    """`3 held` and the like, each with the address of the list that it counts."""
    known = {**{state.value: shown for state, shown in STATES.items()}, REFUSED: REJECTED}
    return [
        (
            State(f"{counts[name]:,} {shown.label.lower()}", shown.tone),
            f"{reverse('listing_list')}?{urlencode({**where, 'state': name})}",
        )
        for name, shown in known.items()
        if counts.get(name)
    ]


def listing_counts(actor: Actor) -> tuple[int, int]:
    """How many are live, and how many are held."""
    rows = Listing.objects.visible_to(actor).order_by()
    counts = dict(rows.values_list("state").annotate(number=Count("*")))
    return counts.get(ListingState.LIVE, 0), counts.get(ListingState.HELD, 0)


def rows_of(listings: Sequence[Listing], actor: Actor) -> list[ListingRow]:
    """With the titles of products that the actor still sees, and the SKUs of those that left the actor's markets."""
    ids = {one.product_id for one in listings}
    seen = Product.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True)
    titles = labels_of(list(seen if actor.within("pim.view").is_limited("market", CATEGORY) else ids), LOCALE)
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


def _with_scope(rows: Rows) -> Rows:
    return rows.select_related("scope__channel", "scope__market").defer("body")


def matching_listings(wanted: Wanted, *, actor: Actor) -> Rows:
    """The rows that the list would show, unordered and uncounted."""
    return narrowed(_matching(Listing.objects.visible_to(actor), wanted.q, actor), _filters(actor), wanted)


def _matching(rows: Rows, q: str, actor: Actor) -> Rows:
    for word in q.lower().split()[:8]:
        rows = rows.filter(product_id__in=find_products(word, actor=actor).values("pk"))
    return rows


def _filters(actor: Actor) -> list[Filter]:
    def narrow_state(rows: Rows, values: Sequence[str]) -> Rows:
        wanted = Q(state__in=values)
        if REFUSED in values:
            wanted |= Q(pk__in=Rejection.objects.unresolved().values("listing_id"))
        return rows.filter(wanted)

    scopes = {scope.pk: scope for scope in visible_scopes(actor)}
    channels = {one.channel.code: one.channel.name or one.channel.code for one in scopes.values()}
    markets = {one.market.code: one.market.name or one.market.code for one in scopes.values()}
    locales = sorted({one.locale_id for one in scopes.values()})
    states = [(state.value, STATES[state].label) for state in ListingState]
    return [
        Filter("state", "State", narrow_state, of=_states_of, options=[*states, (REFUSED, REJECTED.label)]),
        Filter("reason", "Held because", narrow_reason, by_reason),
        Filter("rejected", "Rejected because", narrow_rejected, by_rejection),
        Filter(
            "channel", "Channel", lambda rows, values: rows.filter(scope__channel__code__in=values),
            of=lambda cell: [scopes[cell["scope_id"]].channel.code], options=sorted(channels.items()),
        ),
        Filter(
            "market", "Market", lambda rows, values: rows.filter(scope__market__code__in=values),
            of=lambda cell: [scopes[cell["scope_id"]].market.code], options=sorted(markets.items()),
        ),
        Filter(
            "locale", "Language", lambda rows, values: rows.filter(scope__locale_id__in=values),
            of=lambda cell: [scopes[cell["scope_id"]].locale_id], options=[(code, code) for code in locales],
        ),
    ]  # fmt: skip


def _states_of(cell: Cell) -> list[str]:
    return [cell["state"], REFUSED] if cell["is_refused"] else [cell["state"]]


def _cells(rows: Rows) -> Iterable[Cell]:
    """Listings by scope and state, those that a channel refuses apart. Two queries; no document is read."""
    every = rows.order_by().values_list("scope_id", "state").annotate(number=Count("*"))
    refused = rows.filter(pk__in=Rejection.objects.unresolved().values("listing_id")).order_by()
    apart = {
        (scope, state): number
        for scope, state, number in refused.values_list("scope_id", "state").annotate(number=Count("*"))
    }
    for scope, state, number in every:
        some = apart.get((scope, state), 0)
        yield {"scope_id": scope, "state": state, "is_refused": True, "rows": some}
        yield {"scope_id": scope, "state": state, "is_refused": False, "rows": number - some}
