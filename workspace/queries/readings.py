"""What was read off a file, beside the identifier of the product that it led to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from associations.matching import spellings
from dam.models import AssetVersion
from foundation.core.actors import Actor
from pim.choices import SKU
from pim.models import Product

# Where a claim comes from: icon, and what it was read off.
SOURCES = {
    "barcode": ("barcode", "Barcode in the picture"),
    "embedded": ("tag", "Embedded metadata"),
    "xmp": ("tag", "Embedded metadata"),
    "manifest": ("jobs", "Shoot manifest"),
    "filename": ("file", "File name"),
}
SHOWN = 6
Claims = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Reading:
    """`value` as it was read off `where`; `own` is the product's identifier of the same kind, `label` names it."""

    icon: str
    source: str
    where: str
    scheme: str
    value: str
    label: str
    own: str
    is_same: bool


def readings(claims: Claims, version: AssetVersion | None, actor: Actor) -> list[Reading]:
    """Each claim with the product's own word for it, where the actor sees that product. Two queries."""
    skus = {str(claim.get("sku", "")) for claim in claims[:SHOWN]}
    seen = Product.objects.visible_to(actor).filter(sku__in=skus).prefetch_related("identifiers")
    products = {product.sku: product for product in seen}
    return [_reading(claim, products.get(str(claim.get("sku", ""))), version) for claim in claims[:SHOWN]]


def _reading(claim: Mapping[str, Any], product: Product | None, version: AssetVersion | None) -> Reading:
    source, scheme, value = (str(claim.get(name, "")) for name in ("source", "scheme", "value"))
    icon, words = SOURCES.get(source, ("info", source.capitalize()))
    own = _own(product, scheme, value)
    return Reading(
        icon=icon,
        source=words,
        where=_where(source, value, version),
        scheme="" if scheme == "any" else scheme.upper(),
        value=value,
        label=f"{scheme.upper()} of {product.sku}" if product and scheme != SKU else "SKU",
        own=own,
        is_same=bool(own) and value in spellings(own),
    )


def _own(product: Product | None, scheme: str, value: str) -> str:
    if product is None:
        return ""
    if scheme == SKU:
        return product.sku
    values = [one.value for one in product.identifiers.all() if one.scheme == scheme]
    return next((one for one in values if value in spellings(one)), next(iter(values), ""))


def _where(source: str, value: str, version: AssetVersion | None) -> str:
    """The field of the metadata, or the name of the file, that says so."""
    if version is None:
        return ""
    if source == "filename":
        return version.filename
    fields = version.embedded.get("xmp", {}) if source in ("embedded", "xmp") else {}
    if not isinstance(fields, dict):
        return ""
    wanted = spellings(value)
    return next((str(key) for key, text in fields.items() if any(one in str(text) for one in wanted)), "")
