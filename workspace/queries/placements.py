"""Where a product is sold: each channel and market, whether it is placed there, and what its listings are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.events.models import Dirty
from foundation.markets.models import Scope
from pim.models import Placement, Product
from pim.queries.placements import Decision, Offer, decisions_of, placements_of
from syndication.choices import PROJECTION, ListingState
from syndication.models import ChannelProfile, Listing, Rejection
from workspace.queries.listings import REFUSED, REJECTED, STATES, state_chips
from workspace.queries.problems import Mender, Problem
from workspace.queries.scopes import address, visible_scopes
from workspace.queries.shown import State
from workspace.queries.words import person

SHOWN_PROBLEMS = 3
# How long the page waits before it asks again whether the listings are up to date, in milliseconds.
FIRST_WAIT, LONGEST_WAIT = 200, 5000


@dataclass(frozen=True)
class PlacedListing:
    """A product's listing in one locale; of a model how many of its variants are in which state (`states`)."""

    locale: str
    url: str
    states: list[tuple[State, str]]
    problems: list[Problem]
    more: int = 0
    revision: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class PlaceRow:
    """One channel in one market. `exceptions` are the variants that say otherwise than their model."""

    channel: str
    market: str
    name: str
    is_placed: bool
    is_own: bool
    is_last: bool
    reason: str
    since: datetime | None
    by: str
    origin: str
    origin_url: str
    exceptions: int
    has_profile: bool
    listings: list[PlacedListing]

    @property
    def query(self) -> str:
        return urlencode({"channel": self.channel, "market": self.market})


@dataclass(frozen=True)
class ChannelRows:
    code: str
    name: str
    url: str
    rows: list[PlaceRow]


@dataclass(frozen=True)
class PlacementPanel:
    """`wait` is 0 when the listings are as the placements say, else in how many milliseconds to look again."""

    uid: UUID
    sku: str
    channels: list[ChannelRows]
    variants: int
    placed: int
    can_place: bool
    sees_listings: bool
    wait: int
    is_stuck: bool


def get_visible_product(uid: UUID, *, actor: Actor) -> Product:
    product = Product.objects.visible_to(actor).select_related("family", "root", "parent").filter(uid=uid).first()
    if product is None:
        raise Missing("There is no such product, or it is not sold in your markets", path="uid")
    return product


def own_place(product: Product, *, channel: str, market: str) -> str:
    """What the product itself says of the place: `placed`, `withdrawn`, or nothing."""
    rows = Placement.objects.filter(product=product, channel__code=channel, market__code=market)
    return rows.values_list("state", flat=True).first() or ""


def catching_up(product: Product, waited: int) -> tuple[int, bool]:
    """In how many milliseconds to look again (0: the listings are up to date), and whether writing them failed."""
    dirty = Dirty.objects.filter(projection=PROJECTION, subject_id=product.root_id).first()
    if dirty is None:
        return 0, False
    return min(max(FIRST_WAIT, waited * 3 // 2), LONGEST_WAIT), dirty.attempts > 0


def placement_panel(
    product: Product, *, actor: Actor, scopes: Sequence[Scope] | None = None, waited: int = 0
) -> PlacementPanel:
    """Every channel and market that the actor sees. A number of queries that neither scopes nor variants change."""
    # Asked before the listings are read: what is written in between is then seen, or asked for again.
    wait, is_stuck = catching_up(product, waited)
    scopes = visible_scopes(actor) if scopes is None else scopes
    below = _below(product)
    offers = {one.place: one for one in placements_of([product.pk])[product.pk]}
    facts = Facts(
        product=product,
        offers=offers,
        decisions=decisions_of({one.placement_id: one.state for one in offers.values()}),
        exceptions=_exceptions(product, offers),
        profiles=frozenset(ChannelProfile.objects.values_list("channel_id", flat=True)),
        listings=_tree_listings(product, below, actor) if below else _own_listings(product, actor),
        last=_last_place(product, actor),
    )
    channels = [_channel_rows(facts, list(group)) for _, group in groupby(scopes, key=lambda one: one.channel_id)]
    return PlacementPanel(
        uid=product.uid,
        sku=product.sku,
        channels=channels,
        variants=len(below),
        placed=sum(row.is_placed for channel in channels for row in channel.rows),
        can_place=actor.may("pim.place"),
        sees_listings=actor.may("syndication.view"),
        wait=wait,
        is_stuck=is_stuck,
    )


@dataclass(frozen=True)
class Facts:
    """What the rows are drawn from. `last` is the one place by which a limited actor sees the product at all."""

    product: Product
    offers: dict[tuple[str, str], Offer]
    decisions: dict[int, Decision]
    exceptions: Counter[tuple[str, str]]
    profiles: frozenset[int]
    listings: dict[int, PlacedListing]
    last: tuple[str, str] | None


def _channel_rows(facts: Facts, scopes: Sequence[Scope]) -> ChannelRows:
    channel = scopes[0].channel
    rows = [_row(facts, list(group)) for _, group in groupby(scopes, key=lambda one: one.market_id)]
    url = reverse("channel", args=[channel.code])
    return ChannelRows(channel.code, channel.name or channel.code, url, rows)


def _row(facts: Facts, scopes: Sequence[Scope]) -> PlaceRow:
    channel, market = scopes[0].channel, scopes[0].market
    place = (channel.code, market.code)
    offer = facts.offers.get(place)
    decision = facts.decisions.get(offer.placement_id) if offer else None
    inherited = offer is not None and offer.is_inherited
    owner = next((one for one in _line(facts.product) if offer and one.sku == offer.sku), None)
    return PlaceRow(
        channel=channel.code,
        market=market.code,
        name=market.name or market.code,
        is_placed=offer is not None and offer.is_placed,
        is_own=offer is not None and not offer.is_inherited,
        is_last=place == facts.last,
        reason=offer.reason if offer else "",
        since=decision.at if decision else None,
        by=person(decision.actor) if decision else "",
        origin=offer.sku if offer and inherited else "",
        origin_url=reverse("product", args=[owner.uid]) + "#placements-title" if owner and inherited else "",
        exceptions=facts.exceptions[place],
        has_profile=channel.pk in facts.profiles,
        listings=[facts.listings[one.pk] for one in scopes if one.pk in facts.listings],
    )


def _line(product: Product) -> Iterable[Product]:
    return (one for one in (product, product.parent, product.root) if one is not None)


def _below(product: Product) -> list[int]:
    """What is sold of a model; nothing for what is sold itself."""
    if product.level == product.family.depth:
        return []
    tree = Product.objects.sellable().filter(Q(parent_id=product.pk) | Q(root_id=product.pk))
    return list(tree.values_list("pk", flat=True))


def _exceptions(product: Product, offers: dict[tuple[str, str], Offer]) -> Counter[tuple[str, str]]:
    tree = Product.objects.filter(Q(parent_id=product.pk) | Q(root_id=product.pk)).exclude(pk=product.pk)
    rows = Placement.objects.filter(product__in=tree.values("pk")).order_by()
    counts: Any = rows.values_list("channel__code", "market__code", "state").annotate(Count("pk"))
    found: Counter[tuple[str, str]] = Counter()
    for channel, market, state, count in counts:
        offer = offers.get((channel, market))
        if state != (offer.state if offer else "withdrawn"):
            found[channel, market] += count
    return found


def _last_place(product: Product, actor: Actor) -> tuple[str, str] | None:
    """Where withdrawing it would take the tree out of a limited actor's sight."""
    if actor.within("pim.place").limits("market") is None:
        return None
    placed = Placement.objects.visible_to(actor).placed().filter(product__root_id=product.root_id)
    rows = list(placed.values_list("channel__code", "market__code")[:2])
    return rows[0] if len(rows) == 1 else None


def _own_listings(product: Product, actor: Actor) -> dict[int, PlacedListing]:
    listings = list(
        Listing.objects.visible_to(actor)
        .filter(product_id=product.pk)
        .select_related("scope__channel", "scope__market")
        .defer("body")
    )
    refused: dict[int, list[Rejection]] = defaultdict(list)
    for row in Rejection.objects.unresolved().filter(listing__in=[one.pk for one in listings]):
        refused[row.listing_id].append(row)
    mender = Mender.of(listings, actor)
    return {one.scope_id: _own_listing(one, product, refused[one.pk], mender) for one in listings}


def _own_listing(listing: Listing, product: Product, refused: Sequence[Rejection], mender: Mender) -> PlacedListing:
    here = reverse("product", args=[product.uid]) + address(listing.scope)
    problems = mender.problems(listing, refused, here)
    telling = [one for one in problems if one.tone == "bad"]
    state = REJECTED if refused else STATES[ListingState(listing.state)]
    url = reverse("listing", args=[listing.uid])
    return PlacedListing(
        locale=listing.scope.locale_id,
        url=url,
        states=[(state, url)],
        problems=telling[:SHOWN_PROBLEMS],
        more=max(0, len(telling) - SHOWN_PROBLEMS),
        revision=listing.revision,
        at=listing.changed_at if listing.revision is not None else None,
    )


def _tree_listings(product: Product, below: Sequence[int], actor: Actor) -> dict[int, PlacedListing]:
    visible = Listing.objects.visible_to(actor).filter(product_id__in=below).order_by()
    counts: Any = visible.values_list("scope_id", "state").annotate(number=Count("*"))
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for scope, state, count in counts:
        found[scope][state] = count
    refused: Any = Rejection.objects.unresolved().filter(listing__in=visible.values("pk")).order_by()
    for scope, count in refused.values_list("listing__scope_id").annotate(Count("listing_id", distinct=True)):
        found[scope][REFUSED] = count
    scopes = Scope.objects.select_related("channel", "market").in_bulk(found)
    return {pk: _tree_listing(product, scopes[pk], states) for pk, states in found.items()}


def _tree_listing(product: Product, scope: Scope, states: dict[str, int]) -> PlacedListing:
    place = {"q": product.sku, "channel": scope.channel.code, "market": scope.market.code, "locale": scope.locale_id}
    chips = state_chips(states, **place)
    return PlacedListing(scope.locale_id, f"{reverse('listing_list')}?{urlencode(place)}", chips, [])
