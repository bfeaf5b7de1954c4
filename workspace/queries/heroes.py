"""Products that are offered somewhere without a hero, one by one, with the pictures that could be it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from associations.choices import BindingRole
from associations.models import Binding
from associations.queries import find_bindings, products_without_hero
from associations.queries.evidence import target_of
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.markets.models import Scope
from pim.models import Product
from pim.models.attributes import clearance_of
from pim.queries.products import labels_of
from workspace.queries.counts import Capped
from workspace.queries.gallery import DECIDE, looks_of
from workspace.queries.pictures import SHOWABLE, addresses, visible_media
from workspace.queries.queues import spot_in
from workspace.queries.rights import badges
from workspace.queries.scopes import address, choose_scope, place_label, visible_scopes
from workspace.queries.shown import LOCALE, Fact, Rights, Tab

CANDIDATES = 9  # each has a key
SIBLINGS = 60
ROLES = (BindingRole.GALLERY, BindingRole.DETAIL, BindingRole.HERO)


@dataclass(frozen=True)
class Place:
    """Where heroes are missed: a channel in a market, by the first of its scopes."""

    scope: Scope

    @property
    def label(self) -> str:
        return place_label(self.scope)

    @property
    def query(self) -> dict[str, str]:
        return {"channel": self.scope.channel.code, "market": self.scope.market.code}


@dataclass(frozen=True)
class HeroCandidate:
    """A picture that could be the hero; `key` sets it."""

    key: int
    asset_uid: UUID
    name: str
    picture_url: str
    origin: str
    rights: Rights | None


@dataclass(frozen=True)
class BareProduct:
    uid: UUID
    url: str
    sku: str
    title: str
    family: str
    facts: list[Fact]
    hangs_on: str
    candidates: list[HeroCandidate]
    picker_query: str


@dataclass(frozen=True)
class HeroDesk:
    product: BareProduct | None
    position: Capped
    total: Capped
    previous_url: str
    next_url: str
    place: Place | None
    place_tabs: list[Tab]
    place_query: str
    can_decide: bool


def chosen_place(wanted: Mapping[str, str], actor: Actor) -> Place | None:
    """The channel and market that the address names, as far as they are the actor's; else the first."""
    scope = choose_scope(visible_scopes(actor), wanted)
    return Place(scope) if scope else None


def heroless(place: Place | None, actor: Actor) -> QuerySet[Product]:
    if place is None:
        return Product.objects.none()
    return products_without_hero(actor, channel=place.scope.channel, market=place.scope.market, at=moment.now())


def hero_desk(*, wanted: Mapping[str, str], actor: Actor, uid: str = "", after: str | None = None) -> HeroDesk:
    """The product asked for, or the next after the one that has a hero now; by SKU."""
    place = chosen_place(wanted, actor)
    rows = heroless(place, actor).select_related("family", "root", "parent")
    spot = spot_in(rows, key="sku", uid=uid, after=after)
    return HeroDesk(
        product=_shown(spot.current, place, actor) if spot.current and place else None,
        position=spot.position,
        total=spot.total,
        previous_url=hero_address(spot.previous, place),
        next_url=hero_address(spot.following, place),
        place=place,
        place_tabs=_places(place, actor),
        place_query=urlencode(place.query) if place else "",
        can_decide=actor.may(DECIDE),
    )


def hero_address(uid: UUID | None, place: Place | None) -> str:
    """Where one product of the queue is worked on."""
    asked = (place.query if place else {}) | {"product": str(uid)}
    return f"{reverse('missing_heroes')}?{urlencode(asked)}" if uid else ""


def _places(current: Place | None, actor: Actor) -> list[Tab]:
    """One tab for each channel and market: rights and placements do not differ by language."""
    found: dict[tuple[Any, ...], Place] = {}
    for scope in visible_scopes(actor):
        found.setdefault((scope.channel_id, scope.market_id), Place(scope))
    return [
        Tab(
            one.label,
            f"{reverse('missing_heroes')}?{urlencode(one.query)}",
            current is not None and one.query == current.query,
        )
        for one in found.values()
    ]


def _shown(product: Product, place: Place, actor: Actor) -> BareProduct:
    target = target_of(product)
    identifiers = product.identifiers.within(clearance_of(actor)).order_by("scheme", "value")[:3]
    return BareProduct(
        uid=product.uid,
        url=reverse("product", args=[product.uid]) + address(place.scope),
        sku=product.sku,
        title=labels_of([product.pk], LOCALE)[product.pk],
        family=product.family.label(LOCALE),
        facts=[Fact(one.scheme.upper(), one.value) for one in identifiers],
        hangs_on=f"{target.sku}, {looks_of(target.axis)}" if target.axis else target.sku,
        candidates=_candidates(product, place, actor),
        picker_query=f"for={product.uid}&one=1&{urlencode(place.query)}",
    )


def _candidates(product: Product, place: Place, actor: Actor) -> list[HeroCandidate]:
    """Its own pictures and its model's first, then those of its siblings; each asset once."""
    own = [one.binding for one in visible_media(product.pk, actor)]
    tree = find_bindings(actor).current(moment.now()).of_live_assets()
    others = tree.filter(product__root_id=product.root_id).order_by("product__sku", "position", "pk")
    once: dict[int, Binding] = {}
    for row in [*own, *others[:SIBLINGS]]:
        if row.role in ROLES and row.asset.kind in SHOWABLE:
            once.setdefault(row.asset_id, row)
    rows = list(once.values())
    urls = addresses([row.asset for row in rows], actor)
    rows = [row for row in rows if row.asset_id in urls][:CANDIDATES]
    rights = badges([row.asset_id for row in rows], place.scope, moment.now())
    return [
        HeroCandidate(
            key, row.asset.uid, row.asset.title, urls[row.asset_id], _origin(row, product), rights.get(row.asset_id)
        )
        for key, row in enumerate(rows, 1)
    ]


def _origin(row: Binding, product: Product) -> str:
    looks = looks_of(row.axis)
    if row.product_id == product.pk:
        return looks or "its own"
    return f"{row.product.sku}, {looks}" if looks else row.product.sku
