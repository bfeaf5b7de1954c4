"""The desk where a person says whether a picture shows a product."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from associations.models import Binding, BindingQuerySet
from associations.queries import find_bindings
from dam.models import Asset
from foundation.core import moment
from foundation.core.actors import Actor
from pim.models import Product
from pim.models.attributes import clearance_of
from pim.queries.products import labels_of
from workspace.queries.counts import Capped
from workspace.queries.pictures import LARGE, addresses, visible_media
from workspace.queries.queues import spot_in
from workspace.queries.readings import Reading, readings
from workspace.queries.rights import badges
from workspace.queries.scopes import visible_scopes
from workspace.queries.shown import LOCALE, Fact, Rights
from workspace.queries.words import phrase

PICTURES, OTHERS = 8, 6
SOURCES = {
    "person": "A person",
    "api": "Another system",
    "manifest": "Shoot manifest",
    "embedded": "Metadata",
    "barcode": "Barcode",
    "filename": "File name",
}


@dataclass(frozen=True)
class StripPicture:
    picture_url: str
    role: str


@dataclass(frozen=True)
class ProposedProduct:
    url: str
    sku: str
    title: str
    family: str
    picture_url: str
    facts: list[Fact]
    pictures: list[StripPicture]


@dataclass(frozen=True)
class Candidate:
    url: str
    sku: str
    title: str
    evidence: str


@dataclass(frozen=True)
class ProposalDesk:
    uid: UUID
    asset_url: str
    picture_url: str
    name: str
    meta: list[str]
    rights: Rights | None
    evidence: str
    readings: list[Reading]
    source: str
    role: str
    product: ProposedProduct
    others: list[Candidate]


@dataclass(frozen=True)
class Desk:
    proposal: ProposalDesk | None
    position: Capped
    total: Capped
    previous_url: str
    next_url: str
    can_decide: bool


def open_proposals(actor: Actor) -> BindingQuerySet:
    return find_bindings(actor).proposed().order_by("pk")


def desk(*, actor: Actor, uid: str = "", after: int | None = None) -> Desk:
    """The proposal asked for, or the first after the one just decided, or the first of all."""
    waiting = open_proposals(actor).select_related("product__family", "asset__current_version")
    spot = spot_in(waiting, key="pk", uid=uid, after=after)
    return Desk(
        proposal=_shown(spot.current, actor) if spot.current else None,
        position=spot.position,
        total=spot.total,
        previous_url=address(spot.previous) if spot.previous else "",
        next_url=address(spot.following) if spot.following else "",
        can_decide=actor.may("associations.decide"),
    )


def address(uid: UUID) -> str:
    return f"{reverse('proposals')}?proposal={uid}"


def _shown(binding: Binding, actor: Actor) -> ProposalDesk:
    asset: Asset = binding.asset
    rights = badges([asset.pk], next(iter(visible_scopes(actor)), None), moment.now())
    return ProposalDesk(
        uid=binding.uid,
        asset_url=reverse("asset", args=[asset.uid]),
        picture_url=addresses([asset], actor, LARGE).get(asset.pk, ""),
        name=asset.title,
        meta=_meta(asset),
        rights=rights.get(asset.pk) or Rights("", "Rights not asked"),
        evidence=binding.sentence or "Somebody proposed it without saying why.",
        readings=readings(binding.evidence.get("claims") or [], asset.current_version, actor),
        source=SOURCES.get(binding.source, phrase(binding.source)),
        role=phrase(binding.role),
        product=_product(binding, actor),
        others=_others(binding, actor),
    )


def _meta(asset: Asset) -> list[str]:
    version = asset.current_version
    if version is None:
        return []
    pixels = [f"{version.width} × {version.height}"] if version.width else []
    return [*pixels, f"version {version.number}"]


def _product(binding: Binding, actor: Actor) -> ProposedProduct:
    product: Product = binding.product
    bound = visible_media(product.pk, actor)[:PICTURES]
    urls = addresses((one.binding.asset for one in bound), actor)
    identifiers = product.identifiers.within(clearance_of(actor)).order_by("scheme", "value")[:3]
    facts = [Fact(one.scheme.upper(), one.value) for one in identifiers]
    if binding.axis:
        name, _, value = binding.axis.partition("=")
        facts.insert(0, Fact("For", f"{phrase(name)}: {value}"))
    return ProposedProduct(
        url=reverse("product", args=[product.uid]),
        sku=product.sku,
        title=labels_of([product.pk], LOCALE)[product.pk],
        family=product.family.label(LOCALE),
        picture_url=next((urls[one.asset_id] for one in bound if one.asset_id in urls), ""),
        facts=facts,
        pictures=[StripPicture(urls[one.asset_id], one.role) for one in bound if one.asset_id in urls],
    )


def _others(binding: Binding, actor: Actor) -> list[Candidate]:
    rows = list(
        open_proposals(actor)
        .filter(asset_id=binding.asset_id)
        .exclude(pk=binding.pk)
        .select_related("product__family")[:OTHERS]
    )
    titles = labels_of([row.product_id for row in rows], LOCALE)
    return [Candidate(address(row.uid), row.product.sku, titles[row.product_id], row.sentence) for row in rows]
