"""Which products the identifiers of a file lead to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Q

from associations.choices import visual_axis
from associations.matching import Claim, Sighting, Target, shown_at, sightings, sightings_in_name
from dam.models import Asset, AssetVersion
from pim.choices import GTIN, SKU, ProductState
from pim.models import FamilyAxis, Identifier, Product
from pim.queries.products import axis_values, lines_of

RETIRED = "but that product is retired"
Key = tuple[str, str]


class Axes(NamedTuple):
    """A family's axes by code, each with its level, and the one that decides how a variant looks."""

    levels: dict[str, int]
    visual: str | None


def version_with_evidence(asset: Asset) -> AssetVersion | None:
    """The newest version that carries identifiers, else the newest: a copy saved without metadata says nothing new."""
    versions = list(AssetVersion.objects.filter(asset=asset).order_by("-number"))
    return next((version for version in versions if version.identifiers), versions[0] if versions else None)


def find_claims(version: AssetVersion) -> list[Claim]:
    """What the version's identifiers say; its file name is asked only where they lead to no product."""
    return written_claims(version) or _claims(_first(sightings_in_name(version.filename)))


def written_claims(version: AssetVersion) -> list[Claim]:
    """The same, leaving out its file name."""
    return _claims(sightings(version.identifiers))


def target_of(product: Product) -> Target:
    """Where a picture of the product hangs: at the level of its looks, so that its sizes share it."""
    return _targets({product.pk: product})[product.pk]


def _first(names: list[Sighting]) -> list[Sighting]:
    """The longest beginning of the name that is a SKU."""
    known = _named(names)
    return [name for name in names if known.get((name.scheme, name.value))][:1]


def _claims(seen: list[Sighting]) -> list[Claim]:
    named = _named(seen)
    targets = _targets({product.pk: product for products in named.values() for product in products})
    claims = []
    for sighting in seen:
        for product in named.get((sighting.scheme, sighting.value), []):
            doubts = [sighting.doubt, RETIRED if product.state == ProductState.RETIRED else ""]
            doubt = ", ".join(filter(None, doubts))
            claims.append(Claim(sighting, product.sku, targets[product.pk], doubt))
    return claims


def _named(seen: Iterable[Sighting]) -> dict[Key, list[Product]]:
    """Products by identifier, and by SKU: the present one or a former one. Two queries."""
    gtins = [one.value for one in seen if one.scheme == GTIN]
    skus = [one.value for one in seen if one.scheme == SKU]
    found: dict[Key, dict[int, Product]] = defaultdict(dict)
    for product in Product.objects.filter(sku__in=skus):
        found[SKU, product.sku][product.pk] = product
    wanted = Q(scheme=GTIN, value__in=gtins) | Q(scheme=SKU, value__in=skus)
    for row in Identifier.objects.filter(wanted).select_related("product"):
        found[row.scheme, row.value][row.product_id] = row.product
    return {key: [products[pk] for pk in sorted(products)] for key, products in found.items()}


def _targets(products: Mapping[int, Product]) -> dict[int, Target]:
    lines, values = lines_of(list(products)), axis_values(products)
    axes = _axes({product.family_id for product in products.values()})
    targets = {}
    for pk, product in products.items():
        line = [(one.pk, one.sku) for one in reversed(lines[pk])]
        levels, visual = axes.get(product.family_id, Axes({}, None))
        looks = {visual: levels[visual]} if visual in levels else {}
        others = [level for code, level in levels.items() if code != visual]
        targets[pk] = shown_at(line, looks, values.get(pk, {}), others)
    return targets


def _axes(family_ids: Iterable[int]) -> dict[int, Axes]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    named: dict[int, str | None] = {}
    rows = FamilyAxis.objects.filter(family_id__in=family_ids).select_related("attribute", "family__visual_axis")
    for row in rows.order_by("level", "position"):
        found[row.family_id][row.attribute.code] = row.level
        chosen = row.family.visual_axis
        named[row.family_id] = chosen.code if chosen else None
    return {pk: Axes(levels, visual_axis(named[pk], list(levels))) for pk, levels in found.items()}
