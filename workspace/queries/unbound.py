"""Assets that show no product, one by one: what is known of each, and what it may show."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from associations.choices import ROLE_OF_KIND, BindingRole
from associations.matching import role_in, sightings
from associations.queries import suggest_products, unbound_assets
from associations.queries.evidence import written_claims
from dam.models import Asset, AssetVersion
from foundation.core import moment
from foundation.core.actors import Actor
from pim.queries.products import labels_of
from workspace.queries.assets import pixels, state_chip
from workspace.queries.counts import Capped
from workspace.queries.gallery import DECIDE, RoleChoice, looks_of
from workspace.queries.pictures import LARGE, addresses, first_pictures
from workspace.queries.queues import spot_in
from workspace.queries.readings import Reading, readings
from workspace.queries.rights import badges
from workspace.queries.scopes import visible_scopes
from workspace.queries.shown import LOCALE, Rights, State
from workspace.queries.words import phrase


@dataclass(frozen=True)
class SuggestedProduct:
    url: str
    sku: str
    title: str
    axis: str
    looks: str
    sentence: str
    picture_url: str


@dataclass(frozen=True)
class LooseAsset:
    uid: UUID
    url: str
    name: str
    picture_url: str
    meta: list[str]
    state: State
    rights: Rights | None
    filename: str
    keywords: list[str]
    readings: list[Reading]
    suggestions: list[SuggestedProduct]
    role: str

    @property
    def key(self) -> str:
        return str(self.uid)


@dataclass(frozen=True)
class UnboundDesk:
    asset: LooseAsset | None
    position: Capped
    total: Capped
    previous_url: str
    next_url: str
    roles: list[RoleChoice]
    can_decide: bool


def unbound_desk(*, actor: Actor, uid: str = "", after: int | None = None) -> UnboundDesk:
    """The asset asked for, or the next after the one just bound; newest first."""
    spot = spot_in(unbound_assets(actor).select_related("current_version"), key="-pk", uid=uid, after=after)
    return UnboundDesk(
        asset=_shown(spot.current, actor) if spot.current else None,
        position=spot.position,
        total=spot.total,
        previous_url=unbound_address(spot.previous),
        next_url=unbound_address(spot.following),
        roles=[RoleChoice(role.value, phrase(role.label)) for role in BindingRole],
        can_decide=actor.may(DECIDE),
    )


def unbound_address(uid: UUID | None) -> str:
    """Where one asset of the queue is worked on."""
    return f"{reverse('unbound_assets')}?asset={uid}" if uid else ""


def _shown(asset: Asset, actor: Actor) -> LooseAsset:
    version = asset.current_version
    suggestions = _suggestions(asset, actor)
    return LooseAsset(
        uid=asset.uid,
        url=reverse("asset", args=[asset.uid]),
        name=asset.title,
        picture_url=addresses([asset], actor, LARGE).get(asset.pk, ""),
        meta=[pixels(asset), *([f"version {version.number}"] if version else [])],
        state=state_chip(asset),
        rights=badges([asset.pk], next(iter(visible_scopes(actor)), None), moment.now()).get(asset.pk),
        filename=version.filename if version else "",
        keywords=[str(word) for word in asset.metadata.get("keywords", [])][:20],
        readings=readings(_claims(version), version, actor) if version else [],
        suggestions=suggestions,
        role=_role(asset),
    )


def _claims(version: AssetVersion) -> list[dict[str, str]]:
    """Each identifier as it was read, with the SKU of the product that it led to, if any."""
    named = {(one.sighting.scheme, one.sighting.value): one.sku for one in written_claims(version)}
    claims = []
    for row in version.identifiers:
        found = [(one.scheme, one.value) for one in sightings([row]) if (one.scheme, one.value) in named]
        scheme, sku = (found[0][0], named[found[0]]) if found else (row["scheme"], "")
        claims.append({"source": row["source"], "scheme": scheme, "value": str(row["value"]), "sku": sku})
    return claims


def _role(asset: Asset) -> str:
    """What the shoot's metadata ask for, else what its kind is for."""
    embedded = asset.current_version.embedded if asset.current_version else {}
    return role_in(embedded, asset.metadata) or str(ROLE_OF_KIND.get(asset.kind, BindingRole.GALLERY))


def _suggestions(asset: Asset, actor: Actor) -> list[SuggestedProduct]:
    found = suggest_products(asset, actor=actor)
    ids = [one.product.pk for one in found]
    titles, pictures = labels_of(ids, LOCALE), first_pictures(ids, actor) if ids else {}
    return [
        SuggestedProduct(
            url=reverse("product", args=[one.product.uid]),
            sku=one.product.sku,
            title=titles[one.product.pk],
            axis=one.axis,
            looks=looks_of(one.axis),
            sentence=one.sentence,
            picture_url=pictures.get(one.product.pk, ""),
        )
        for one in found
    ]
