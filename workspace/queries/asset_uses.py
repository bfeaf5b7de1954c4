"""Where an asset is used: the products that it shows, and the live listings that carry it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from associations.choices import BindingRole, BindingStatus
from associations.models import Binding, BindingQuerySet
from dam.models import Asset
from delivery.models import Publication
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.markets.models import Channel
from pim.models import Product
from pim.queries.products import find_products, labels_of
from syndication.models import Listing
from workspace.queries.listings import ListingRow, rows_of
from workspace.queries.pictures import first_pictures
from workspace.queries.shown import LOCALE, State
from workspace.queries.words import phrase

PAGE, FOUND = 10, 8
ROLES = [(role.value, role.label.capitalize()) for role in BindingRole]
STATES = {
    BindingStatus.ACTIVE: State("Active", "ok"),
    BindingStatus.PROPOSED: State("Proposed", "attention"),
}


@dataclass(frozen=True)
class BindingShown:
    uid: UUID
    product_url: str
    sku: str
    title: str
    role: str
    place: str
    source: str
    evidence: str
    state: State
    is_proposed: bool


@dataclass(frozen=True)
class ChannelCount:
    name: str
    listings: int


@dataclass(frozen=True)
class Products:
    rows: list[BindingShown]
    next_cursor: str


@dataclass(frozen=True)
class Listings:
    rows: list[ListingRow]
    next_cursor: str


@dataclass(frozen=True)
class AssetUses:
    bindings: list[BindingShown]
    bindings_total: int
    bindings_next: str
    listings: list[ListingRow]
    listings_total: int
    listings_next: str
    channels: list[ChannelCount]
    may_decide: bool
    may_see_listings: bool


@dataclass(frozen=True)
class ProductChoice:
    uid: UUID
    sku: str
    title: str
    family: str
    picture_url: str


def asset_uses(asset: Asset, *, actor: Actor) -> AssetUses:
    """The first rows of both, and how many there are."""
    products, listings = products_shown(asset, actor=actor), listings_with(asset, actor=actor)
    channels = _by_channel(asset, actor)
    more_products, more_listings = (
        f"{reverse(name, args=[asset.uid])}?cursor={cursor}" if cursor else ""
        for name, cursor in (("asset_products", products.next_cursor), ("asset_listings", listings.next_cursor))
    )
    return AssetUses(
        bindings=products.rows,
        bindings_total=_open(asset, actor).count(),
        bindings_next=more_products,
        listings=listings.rows,
        listings_total=sum(one.listings for one in channels),
        listings_next=more_listings,
        channels=channels,
        may_decide=actor.may("associations.decide"),
        may_see_listings=actor.may("syndication.view"),
    )


def products_shown(asset: Asset, *, actor: Actor, cursor: str = "") -> Products:
    """One page of what it shows or may show."""
    rows = _open(asset, actor).select_related("product__family", "cell__market")
    page = keyset_page(rows, order=("status", "pk"), cursor=cursor, limit=PAGE)
    return Products(_shown(page.rows), page.next_cursor)


def listings_with(asset: Asset, *, actor: Actor, cursor: str = "") -> Listings:
    """One page of the live listings that carry it, of the actor's channels and markets."""
    rows = Publication.objects.visible_to(actor).filter(asset=asset)
    page = keyset_page(rows, order=("pk",), cursor=cursor, limit=PAGE)
    named = [row.listing for row in page.rows]
    listings = Listing.objects.visible_to(actor).filter(uid__in=named).select_related("scope__channel", "scope__market")
    found = {one.uid: one for one in listings}
    return Listings(rows_of([found[uid] for uid in named if uid in found], actor), page.next_cursor)


def product_choices(asset: Asset, words: str, *, actor: Actor) -> list[ProductChoice]:
    """Products by words, the first few that match; nothing for no words."""
    if not words.strip() or not actor.may("pim.view"):
        return []
    rows: list[Product] = list(find_products(words, actor=actor).select_related("family").order_by("sku")[:FOUND])
    ids = [one.pk for one in rows]
    titles, pictures = labels_of(ids, LOCALE), first_pictures(ids, actor)
    return [
        ProductChoice(one.uid, one.sku, titles[one.pk], one.family.label(LOCALE), pictures.get(one.pk, ""))
        for one in rows
    ]


def _open(asset: Asset, actor: Actor) -> BindingQuerySet:
    return Binding.objects.visible_to(actor).filter(
        asset=asset, status__in=[BindingStatus.ACTIVE, BindingStatus.PROPOSED]
    )


def _shown(rows: Sequence[Binding]) -> list[BindingShown]:
    titles = labels_of([row.product_id for row in rows], LOCALE)
    return [
        BindingShown(
            uid=row.uid,
            product_url=reverse("product", args=[row.product.uid]),
            sku=row.product.sku,
            title=titles[row.product_id],
            role=row.role,
            place=_place(row),
            source=phrase(row.get_source_display()),
            evidence=row.sentence,
            state=STATES[BindingStatus(row.status)],
            is_proposed=row.status == BindingStatus.PROPOSED,
        )
        for row in rows
    ]


def _place(row: Binding) -> str:
    """For which variants and which market, where it is not for all."""
    axis = row.axis.replace("=", " ").replace("&", ", ")
    market = row.cell.market.code if row.cell.market else ""
    return " · ".join(filter(None, [axis, market]))


def _by_channel(asset: Asset, actor: Actor) -> list[ChannelCount]:
    rows = Publication.objects.visible_to(actor).filter(asset=asset).order_by("channel")
    counts = list(rows.values_list("channel").annotate(Count("listing")))
    names = dict(Channel.objects.filter(code__in=[code for code, _ in counts]).values_list("code", "name"))
    return [ChannelCount(names.get(code) or code, count) for code, count in counts]
