"""Products, assets and actors for bindings. Rows of the rooms below are made plainly; bindings through services."""

from __future__ import annotations

from itertools import count
from typing import Any

from stdnum.ean import calc_check_digit

from dam.choices import Kind
from dam.models import Asset, AssetVersion
from foundation.accounts.choices import PERMISSIONS, Role
from foundation.blobs.models import Blob
from foundation.core import moment
from foundation.core.actors import Actor, Reach, system
from foundation.history.services import recorded
from foundation.markets.models import Market
from pim.choices import ProductState
from pim.models import Attribute, Family, FamilyAxis, Identifier, Option, Placement, Product

NUMBERS = count(1)
HOUSE = system("test")


def actor(role: Role, name: str, **scopes: set[str]) -> Actor:
    limits = {dimension: frozenset(codes) for dimension, codes in scopes.items()}
    return Actor(f"user:{name}", None, name.title(), (Reach(PERMISSIONS[role], limits),))


STEWARD = actor(Role.STEWARD, "sam")
STUDIO = actor(Role.STUDIO, "stella")
OUTSIDER = actor(Role.STEWARD, "olivier", market={"FR"})
KEY = Actor("key:erp/1", None, "ERP", (Reach(PERMISSIONS[Role.STEWARD]),))


def gtin(number: int) -> str:
    body = f"0400000{number:06d}"
    return body + calc_check_digit(body)


def family(code: str, *levels: list[str], visual: str | None = None) -> Family:
    """A family with these axes per level of variants."""
    with recorded(HOUSE):
        attributes = {
            axis: Attribute.objects.get_or_create(code=axis, defaults={"type": "select"})[0]
            for axes in levels
            for axis in axes
        }
        made = Family.objects.create(code=code, depth=len(levels), visual_axis=attributes.get(visual or ""))
        for level, axes in enumerate(levels, 1):
            for position, axis in enumerate(axes):
                FamilyAxis.objects.create(family=made, level=level, attribute=attributes[axis], position=position)
    return made


def product(
    sku: str, of: Family | None = None, parent: Product | None = None, number: int | None = None,
    state: str = ProductState.ACTIVE, **axes: str,
) -> Product:  # fmt: skip
    """A product; with a number it has a GTIN."""
    kind = parent.family if parent else of or Family.objects.get_or_create(code="things")[0]
    with recorded(HOUSE):
        made = Product(
            sku=sku,
            parent=parent,
            level=parent.level + 1 if parent else 0,
            family=kind,
            axis_key="&".join(f"{code}={value}" for code, value in axes.items()),
            state=state,
            created_at=moment.now(),
        )
        made.pk = next(NUMBERS) + 1_000_000
        made.root_id = parent.root_id if parent else made.pk
        made.save(force_insert=True)
        if number is not None:
            Identifier.objects.create(scheme="gtin", value=gtin(number), product=made)
        _say_axes(made, axes)
    return made


def _say_axes(made: Product, axes: dict[str, str]) -> None:
    from foundation.markets.models import Cell
    from pim.models import ProductValues

    if not axes:
        return
    for code, value in axes.items():
        Option.objects.get_or_create(attribute=Attribute.objects.get(code=code), code=value)
    cell, _ = Cell.objects.get_or_create(market=None, locale="*")
    ProductValues.objects.create(product=made, cell=cell, vals=dict(axes))


def place(made: Product, market: Market, channel: Any) -> None:
    with recorded(HOUSE):
        Placement.objects.create(product=made, market=market, channel=channel)


def asset(title: str, *, kind: str = Kind.IMAGE, markets: tuple[str, ...] = ()) -> Asset:
    with recorded(HOUSE):
        return Asset.objects.create(
            title=title,
            kind=kind,
            first_sha256=f"{next(NUMBERS):064x}",
            markets=list(markets),
            created_at=moment.now(),
        )


def version(
    of: Asset, *identifiers: tuple[str, str, str], filename: str = "IMG_0001.jpg", keywords: tuple[str, ...] = ()
) -> AssetVersion:
    """The next version of the asset, with identifiers as (source, scheme, value)."""
    with recorded(HOUSE):
        sha256 = f"{next(NUMBERS):064x}"
        Blob.objects.create(sha256=sha256, bytes=1, media_type="image/jpeg", created_at=moment.now())
        return AssetVersion.objects.create(
            asset=of,
            number=of.versions.count() + 1,
            blob_id=sha256,
            filename=filename,
            media_type="image/jpeg",
            identifiers=[dict(zip(("source", "scheme", "value"), row, strict=True)) for row in identifiers],
            embedded={"xmp": {"Xmp.dc.subject": list(keywords)}} if keywords else {},
            created_at=moment.now(),
        )
