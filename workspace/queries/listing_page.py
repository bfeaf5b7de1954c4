"""One listing: what the channel receives, where each part comes from, in which state it is and why."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse

from associations.queries import BoundAsset
from dam.queries.rights import verdicts
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.hashing import canonical_json, sha256_bytes
from foundation.events.models import Dirty
from pim.models import Product
from pim.queries.products import labels_of
from syndication.choices import PROJECTION, ListingState
from syndication.models import Listing, Rejection
from syndication.queries.explain import Explanation, Origin, explain_listing
from workspace.queries.history import events_of
from workspace.queries.listings import REJECTED, STATES
from workspace.queries.pictures import tiles, visible_media
from workspace.queries.problems import Mender, Problem
from workspace.queries.rights import badge
from workspace.queries.scopes import address, label
from workspace.queries.shown import LOCALE, State, Tile, TimelineEntry
from workspace.queries.words import anchor, cause


@dataclass(frozen=True)
class ListingHead:
    scope: str
    channel_url: str
    state: State
    revision: int | None
    hash: str
    at: datetime
    product_url: str
    sku: str
    title: str


@dataclass(frozen=True)
class Field:
    """A field of the document; `note` says where its value comes from, `url` leads there."""

    label: str
    value: str
    note: str
    url: str


@dataclass(frozen=True)
class Delivered:
    """A picture in the document: its field, its form, and the address that the channel fetches it from."""

    target: str
    preset: str
    url: str


@dataclass(frozen=True)
class Picture:
    """A picture bound to the product here: where it goes (nowhere: `sent` is empty), and until when it may."""

    tile: Tile
    sent: list[Delivered]
    ends_at: datetime | None
    reason: str


@dataclass(frozen=True)
class ListingPage:
    """`mark` is another one as soon as anything of the page's state is; `is_changing` tells that it is about to be."""

    uid: UUID
    listing: ListingHead
    problems: list[Problem]
    pictures: list[Picture]
    fields: list[Field]
    body: str
    is_failing: bool
    is_changing: bool
    can_publish: bool
    mark: str
    history: list[TimelineEntry]


def get_visible_listing(uid: UUID, *, actor: Actor) -> Listing:
    """The listing, read in one statement with whether it is about to be written anew: so neither outruns the other."""
    rows = Listing.objects.visible_to(actor).select_related("scope__channel", "scope__market", "scope__locale")
    dirty = Dirty.objects.filter(projection=PROJECTION, subject_id=OuterRef("root_id"))
    listing = rows.annotate(is_waiting=Exists(dirty)).filter(uid=uid).first()
    if listing is None:
        raise Missing("There is no such listing, or it is of another market", path="uid")
    return listing


def _is_waiting(listing: Listing) -> bool:
    return bool(vars(listing)["is_waiting"])


def product_of(listing: Listing, *, actor: Actor) -> Product | None:
    """The product, unless it has left the actor's markets."""
    rows = Product.objects.visible_to(actor).select_related("family", "root", "parent")
    return rows.filter(pk=listing.product_id).first()


def listing_mark(listing: Listing) -> str:
    """What a page that shows the listing compares, to know whether it is still true. One query."""
    refused = sorted(Rejection.objects.unresolved().filter(listing=listing).values_list("pk", flat=True))
    state = [listing.state, listing.revision, listing.problems, refused, _is_waiting(listing)]
    return sha256_bytes(canonical_json(state).encode())[:16]


def listing_page(uid: UUID, *, actor: Actor) -> ListingPage:
    """The listing as it is out, or as it would be.

    A product that left the actor's markets leaves its listing behind: that, with the SKU, is all that is shown of it.
    """
    listing = get_visible_listing(uid, actor=actor)
    product = product_of(listing, actor=actor)
    product_url = reverse("product", args=[product.uid]) + address(listing.scope) if product else ""
    bound = visible_media(product.pk, actor, listing.scope) if product else []
    explained = explain_listing(product, scope=listing.scope, at=moment.now()) if product else None
    rejections = list(Rejection.objects.unresolved().filter(listing=listing))
    return ListingPage(
        uid=listing.uid,
        listing=_head(listing, product, product_url, is_rejected=bool(rejections)),
        problems=Mender.of([listing], actor).problems(listing, rejections, product_url),
        pictures=_pictures(bound, product, listing, actor),
        fields=_fields(explained, listing.sku, product_url, {str(one.binding.asset.uid): one for one in bound}),
        body=_indented(listing.body),
        is_failing=bool(rejections) or listing.state == ListingState.HELD,
        is_changing=_is_changing(listing, explained),
        can_publish=product is not None and actor.may("syndication.publish"),
        mark=listing_mark(listing),
        history=events_of([listing.uid], actor, is_grouped=False),
    )


def _pictures(bound: list[BoundAsset], product: Product | None, listing: Listing, actor: Actor) -> list[Picture]:
    """Those that go out first, each with its rights where this listing is."""
    if product is None or not bound:
        return []
    at, scope = moment.now(), listing.scope
    territories = frozenset(scope.market.territories)
    found = verdicts([one.asset_id for one in bound], scope.channel.code, territories, scope.channel.use, at)
    shown = tiles(bound, product, actor, {pk: badge(verdict, at) for pk, verdict in found.items()})
    sent: dict[str, list[Delivered]] = defaultdict(list)
    for one in json.loads(listing.body).get("media", []) if listing.body else []:
        sent[one["asset"]].append(Delivered(one["target"], one["preset"], one["url"]))
    pictures = [
        Picture(tile, sent[str(one.binding.asset.uid)], verdict.boundary, "" if verdict.allowed else verdict.reason)
        for one, tile in zip(bound, shown, strict=True)
        for verdict in [found[one.asset_id]]
    ]
    return sorted(pictures, key=lambda one: not one.sent)


def _head(listing: Listing, product: Product | None, product_url: str, *, is_rejected: bool) -> ListingHead:
    return ListingHead(
        scope=label(listing.scope),
        channel_url=reverse("channel", args=[listing.scope.channel.code]),
        state=REJECTED if is_rejected else STATES[ListingState(listing.state)],
        revision=listing.revision,
        hash=listing.hash,
        at=listing.changed_at,
        product_url=product_url,
        sku=listing.sku,
        title=labels_of([product.pk], LOCALE)[product.pk] if product else listing.sku,
    )


def _is_changing(listing: Listing, explained: Explanation | None) -> bool:
    """Truth says something else by now: the projection is about to follow."""
    if _is_waiting(listing):
        return True
    return explained is not None and listing.is_live and explained.hash != listing.hash


def _indented(body: str) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2) if body else ""


def _fields(explained: Explanation | None, sku: str, product_url: str, bound: Mapping[str, BoundAsset]) -> list[Field]:
    """Every field in the document's order; a picture by its name, which leads to it."""
    rows = []
    for one in explained.fields if explained else []:
        field = _field(one, sku, product_url)
        if picture := bound.get(field.value):
            asset = picture.binding.asset
            field = replace(field, value=asset.title, url=reverse("asset", args=[asset.uid]))
        rows.append(field)
    return rows


def _field(one: Origin, sku: str, product_url: str) -> Field:
    words = [cause(one.source)] if one.source else []
    if one.sku and one.sku != sku:
        words.append(f"from {one.sku}")
    if one.market not in ("", "*"):
        words.append(f"for {one.market} only")
    if one.is_fallback:
        words.append(f"in {one.locale}")
    if one.transform:
        words.append(one.transform)
    return Field(one.target, spoken(one.value), ", ".join(words), product_url + anchor(one.source))


def spoken(value: Any) -> str:
    """A value of the document as text."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(spoken(one) for one in value)
    if isinstance(value, dict) and value.keys() in ({"amount", "unit"}, {"amount", "currency"}):
        return f"{value['amount']} {value.get('unit') or value.get('currency')}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {spoken(one)}" for name, one in value.items())
    return "" if value is None else str(value)
