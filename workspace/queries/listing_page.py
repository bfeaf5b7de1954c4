"""One listing: what the channel receives, where each part comes from, in which state it is and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from associations.queries import BoundAsset
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Missing
from pim.models import Product
from pim.queries.products import labels_of
from syndication.choices import ListingState
from syndication.models import Listing, Rejection
from syndication.queries.explain import Explanation, Origin, explain_listing
from workspace.queries.history import events_of
from workspace.queries.listings import REJECTED, STATES, problem_text
from workspace.queries.pictures import tiles, visible_media
from workspace.queries.rights import badges
from workspace.queries.scopes import address, label
from workspace.queries.shown import LOCALE, State, Tile, TimelineEntry
from workspace.queries.words import anchor, cause


@dataclass(frozen=True)
class ListingHead:
    scope: str
    state: State
    revision: int | None
    hash: str
    at: datetime
    product_url: str
    sku: str
    title: str


@dataclass(frozen=True)
class Problem:
    """Why it is held or refused, or what could be better (`tone` attention), with the field that mends it."""

    text: str
    attribute: str
    url: str
    code: str
    tone: str


@dataclass(frozen=True)
class Field:
    """A field of the document; `note` says where its value comes from, `url` leads there."""

    label: str
    value: str
    note: str
    url: str


@dataclass(frozen=True)
class ListingPage:
    listing: ListingHead
    problems: list[Problem]
    pictures: list[Tile]
    fields: list[Field]
    body: str
    is_changing: bool
    history: list[TimelineEntry]


def listing_page(uid: UUID, *, actor: Actor) -> ListingPage:
    """The listing as it is out, or as it would be; `is_changing` tells that the projection has yet to catch up.

    A product that left the actor's markets leaves its listing behind: that, with the SKU, is all that is shown of it.
    """
    listing = (
        Listing.objects.visible_to(actor)
        .select_related("scope__channel", "scope__market", "scope__locale")
        .filter(uid=uid)
        .first()
    )
    if listing is None:
        raise Missing("There is no such listing, or it is of another market", path="uid")
    seen = Product.objects.visible_to(actor).select_related("family", "root", "parent")
    product = seen.filter(pk=listing.product_id).first()
    product_url = reverse("product", args=[product.uid]) + address(listing.scope) if product else ""
    bound = visible_media(product.pk, actor, listing.scope) if product else []
    explained = explain_listing(product, scope=listing.scope, at=moment.now()) if product else None
    rejections = list(Rejection.objects.unresolved().filter(listing=listing))
    return ListingPage(
        listing=_head(listing, product, product_url, is_rejected=bool(rejections)),
        problems=[
            *(_rejection(one, product_url) for one in rejections),
            *(_problem(one, product_url) for one in listing.problems),
        ],
        pictures=_pictures(bound, product, listing, actor),
        fields=_fields(explained, listing.sku, product_url, {str(one.binding.asset.uid): one for one in bound}),
        body=_indented(listing.body),
        is_changing=_is_changing(listing, explained),
        history=events_of([listing.uid], actor),
    )


def _pictures(bound: list[BoundAsset], product: Product | None, listing: Listing, actor: Actor) -> list[Tile]:
    if product is None:
        return []
    return tiles(bound, product, actor, badges([one.asset_id for one in bound], listing.scope, moment.now()))


def _head(listing: Listing, product: Product | None, product_url: str, *, is_rejected: bool) -> ListingHead:
    return ListingHead(
        scope=label(listing.scope),
        state=REJECTED if is_rejected else STATES[ListingState(listing.state)],
        revision=listing.revision,
        hash=listing.hash,
        at=listing.changed_at,
        product_url=product_url,
        sku=listing.sku,
        title=labels_of([product.pk], LOCALE)[product.pk] if product else listing.sku,
    )


def _is_changing(listing: Listing, explained: Explanation | None) -> bool:
    return explained is not None and listing.is_live and explained.hash != listing.hash


def _indented(body: str) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2) if body else ""


def _rejection(one: Rejection, product_url: str) -> Problem:
    return Problem(one.message, cause(one.attribute), product_url + anchor(one.attribute), one.code, "bad")


def _problem(problem: Mapping[str, Any], product_url: str) -> Problem:
    origin = str(problem.get("origin", "") or problem.get("target", ""))
    tone = "bad" if problem.get("blocks", True) else "attention"
    return Problem(
        problem_text(problem), cause(origin), product_url + anchor(origin), str(problem.get("code", "")), tone
    )


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
    return Field(one.target, _spoken(one.value), ", ".join(words), product_url + anchor(one.source))


def _spoken(value: Any) -> str:
    """A value of the document as text."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(_spoken(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_spoken(one)}" for name, one in value.items())
    return "" if value is None else str(value)
