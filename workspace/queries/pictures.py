"""Pictures on pages: addresses of previews, and tiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from django.urls import reverse

from associations.choices import ROLE_ORDER
from associations.queries import BoundAsset, media_of
from dam.models import Asset
from delivery.services.links import preview_urls
from foundation.core.actors import CATEGORY, Actor
from foundation.markets.models import Scope
from pim.models import Product
from pim.models.products import ProductQuerySet
from workspace.queries.shown import Rights, Tile

SMALL, LARGE = "preview", "large"
SHOWABLE = ("image", "graphic")


def addresses(assets: Iterable[Asset], actor: Actor, preset: str = SMALL) -> dict[int, str]:
    """Where previews of the assets are, for those that have one. Two queries."""
    wanted = {asset.pk for asset in assets if asset.kind in SHOWABLE}
    rows = list(Asset.objects.visible_to(actor).filter(pk__in=wanted).select_related("current_version"))
    return preview_urls(rows, preset=preset, actor=actor)


def first_pictures(product_ids: Sequence[int], actor: Actor) -> dict[int, str]:
    """The address of the picture that stands for each product: its own first one, else the first of its variants."""
    found = {pk: first for pk, bound in media_of(product_ids, actor=actor).items() if (first := _first(bound, actor))}
    bare = [pk for pk in product_ids if pk not in found]
    variants = dict(_below(bare).values_list("pk", "root_id")) if bare else {}
    for pk, bound in media_of(list(variants), actor=actor).items() if variants else ():
        if variants[pk] not in found and (first := _first(bound, actor)):
            found[variants[pk]] = first
    urls = addresses((one.binding.asset for one in found.values()), actor)
    return {pk: urls[one.asset_id] for pk, one in found.items() if one.asset_id in urls}


def visible_media(product_id: int, actor: Actor, scope: Scope | None = None) -> list[BoundAsset]:
    """What a product shows to this actor."""
    return _seen([media_of([product_id], scope=scope, actor=actor)[product_id]], actor)


def tiles(bound: Sequence[BoundAsset], product: Product, actor: Actor, badges: Mapping[int, Rights]) -> list[Tile]:
    """A product's media as tiles; the tag is the role, the small print where each comes from."""
    urls = addresses((one.binding.asset for one in bound), actor)
    return [
        Tile(
            url=reverse("asset", args=[one.binding.asset.uid]),
            name=one.binding.asset.title,
            picture_url=urls.get(one.asset_id, ""),
            tag=one.role,
            meta=[_origin(one, product)],
            rights=badges.get(one.asset_id),
        )
        for one in bound
    ]


def _below(root_ids: Sequence[int]) -> ProductQuerySet:
    return Product.objects.filter(root_id__in=root_ids).exclude(parent=None).order_by("sku")


def _seen(media: Iterable[Sequence[BoundAsset]], actor: Actor) -> list[BoundAsset]:
    """Each binding once, by role, and inside a role in the order given."""
    found: dict[int, BoundAsset] = {}
    every = list(chain.from_iterable(media))
    hidden = _hidden([one.binding.asset for one in every], actor)
    for one in every:
        if one.asset_id not in hidden:
            found.setdefault(one.binding.pk, one)
    return sorted(found.values(), key=lambda one: ROLE_ORDER[one.role])


def _origin(one: BoundAsset, product: Product) -> str:
    if one.product_id != product.pk:
        return f"{'from' if one.is_inherited else 'of'} {one.binding.product.sku}"
    return one.binding.axis.replace("=", " ") or one.binding.get_source_display()


def _first(bound: Sequence[BoundAsset], actor: Actor) -> BoundAsset | None:
    showable = (one for one in bound if one.binding.asset.kind in SHOWABLE)
    return next((one for one in showable if _is_visible(one.binding.asset, actor)), None)


def _is_visible(asset: Asset, actor: Actor) -> bool:
    """What `Asset.objects.visible_to` says, for an asset at hand that shows a product which the actor sees, to who has
    no role in a branch alone.
    """
    if not actor.may("dam.view") or asset.deleted_at is not None:
        return False
    limits = actor.within("dam.view").limits("market")
    return limits is None or not asset.markets or not limits.isdisjoint(asset.markets)


def _hidden(assets: Sequence[Asset], actor: Actor) -> set[int]:
    """Those that the actor does not see. Who has a role in a branch is asked for, since it may be another's branch."""
    hidden = {one.pk for one in assets if not _is_visible(one, actor)}
    if not actor.within("dam.view").is_anywhere_limited(CATEGORY):
        return hidden
    ids = {one.pk for one in assets} - hidden
    return hidden | (ids - set(Asset.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True)))
