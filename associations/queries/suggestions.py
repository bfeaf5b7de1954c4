"""What an asset that shows nothing may show. A file name alone suggests nothing."""

from __future__ import annotations

from dataclasses import dataclass

from associations.choices import BindingStatus, Source
from associations.models import Binding
from associations.queries.evidence import version_with_evidence, written_claims
from dam.models import Asset, AssetVersion
from foundation.core.actors import Actor
from pim.models import Product

MOST = 6


@dataclass(frozen=True)
class Suggestion:
    """A product that the asset may show, for the variants of `axis`, and why."""

    product: Product
    axis: str
    sentence: str


def suggest_products(asset: Asset, *, actor: Actor) -> list[Suggestion]:
    """By identifiers in the file that were not sure enough, then by the same picture in another file.

    What a person decided against is not suggested again.
    """
    version = version_with_evidence(asset)
    if version is None:
        return []
    found: dict[tuple[int, str], str] = {}
    for claim in written_claims(version):
        found.setdefault((claim.target.product_id, claim.target.axis), f"{claim.sentence}.")
    for twin in _twins(version, actor):
        sentence = f"{twin.asset.title} is the same picture and shows it."
        found.setdefault((twin.product_id, twin.axis), sentence)
    against = Binding.objects.filter(
        asset=asset, status__in=[BindingStatus.REJECTED, BindingStatus.REMOVED], settled_by=Source.PERSON
    )
    unwanted = set(against.values_list("product_id", "axis"))
    products = Product.objects.visible_to(actor).in_bulk([product_id for product_id, _ in found])
    return [
        Suggestion(products[product_id], axis, sentence)
        for (product_id, axis), sentence in found.items()
        if product_id in products and (product_id, axis) not in unwanted
    ][:MOST]


def _twins(version: AssetVersion, actor: Actor) -> list[Binding]:
    if not version.pixel_sha256:
        return []
    same = AssetVersion.objects.filter(pixel_sha256=version.pixel_sha256).exclude(asset_id=version.asset_id)
    rows = Binding.objects.visible_to(actor).active().filter(asset_id__in=same.values("asset_id"))
    return list(rows.select_related("asset").order_by("pk")[:MOST])
