"""Links to a product's pictures: those that live listings carry, and what a new one can be made of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from dam.models import Asset, Preset
from delivery.decision import PREVIEW
from delivery.services.links import srcset
from foundation.core.actors import Actor
from foundation.markets.models import Channel, Scope
from pim.models import Product
from syndication.models import Listing
from workspace.queries.gallery import MINT
from workspace.queries.pictures import addresses, visible_media
from workspace.queries.placements import get_visible_product
from workspace.queries.words import phrase

LISTINGS = 60
MINUTES = ((60, "1 hour"), (480, "8 hours"), (1440, "1 day"))


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True)
class LiveLink:
    """A link as a live listing carries it, and the whole set of widths for an `img`."""

    place: str
    preset: str
    url: str
    srcset: str


@dataclass(frozen=True)
class LivePicture:
    name: str
    picture_url: str
    links: list[LiveLink]


@dataclass(frozen=True)
class LinkPanel:
    product_uid: UUID
    sku: str
    pictures: list[Choice]
    presets: list[Choice]
    uses: list[Choice]
    minutes: list[Choice]
    live: list[LivePicture]
    can_mint: bool
    sees_listings: bool


def link_panel(uid: UUID, *, asset: str, actor: Actor) -> LinkPanel:
    """Of all the product's pictures, or of the one that is asked for."""
    product = get_visible_product(uid, actor=actor)
    shown = {one.binding.asset.uid: one.binding.asset for one in visible_media(product.pk, actor)}
    chosen = [one for one in shown.values() if str(one.uid) == asset]
    presets = list(Preset.objects.visible_to(actor).order_by("code"))
    return LinkPanel(
        product_uid=product.uid,
        sku=product.sku,
        pictures=[Choice(str(one.uid), one.title, one in chosen) for one in shown.values()],
        presets=[Choice(one.code, one.label or one.code, one.code == "large") for one in presets],
        uses=_uses(actor),
        minutes=[Choice(str(number), label) for number, label in MINUTES],
        live=_live(product, chosen or list(shown.values()), presets, actor),
        can_mint=actor.may(MINT),
        sees_listings=actor.may("syndication.view"),
    )


def _uses(actor: Actor) -> list[Choice]:
    """To look at, and what the channels do with pictures, in the words of licences."""
    used = Channel.objects.visible_to(actor).order_by("use").values_list("use", flat=True).distinct()
    return [Choice(PREVIEW, "Preview, inside the house"), *(Choice(use, phrase(use)) for use in used if use != PREVIEW)]


def _live(product: Product, assets: Sequence[Asset], presets: Sequence[Preset], actor: Actor) -> list[LivePicture]:
    """By picture what each channel and market gets; a model's variants carry the same links, so each comes once."""
    wanted = {str(asset.uid): asset for asset in assets}
    found: dict[str, dict[tuple[int, int, str], LiveLink]] = defaultdict(dict)
    tree = Q(product_id=product.pk) | (Q(root_id=product.pk) if product.is_root else Q(pk__in=[]))
    listings = Listing.objects.visible_to(actor).live().filter(tree).select_related("scope__channel", "scope__market")
    for listing in listings.order_by("scope_id", "sku")[:LISTINGS]:
        for entry in _media(listing.body):
            asset, scope = wanted.get(str(entry.get("asset"))), listing.scope
            if asset is not None:
                key = (scope.channel_id, scope.market_id, str(entry.get("preset")))
                found[str(asset.uid)].setdefault(key, _link(entry, asset, scope, presets, listing.sku))
    urls = addresses([wanted[uid] for uid in found], actor)
    return [LivePicture(wanted[uid].title, urls.get(wanted[uid].pk, ""), list(found[uid].values())) for uid in found]


def _media(body: str) -> Iterable[Mapping[str, Any]]:
    media = json.loads(body).get("media", []) if body else []
    return media if isinstance(media, list) else []


def _link(entry: Mapping[str, Any], asset: Asset, scope: Scope, presets: Sequence[Preset], sku: str) -> LiveLink:
    channel, market = scope.channel, scope.market.code
    version, name = asset.current_version, f"{sku}-{entry.get('role', '')}"
    return LiveLink(
        place=f"{channel.name or channel.code} · {market}",
        preset=str(entry.get("preset", "")),
        url=str(entry.get("url", "")),
        srcset=srcset(version, presets=presets, channel=channel.code, market=market, name=name) if version else "",
    )
