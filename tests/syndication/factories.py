"""A catalogue to publish: coats in colours and sizes, pictures with rights, and the rules of two channels."""

from __future__ import annotations

from itertools import count
from typing import Any

from associations.services.bindings import bind_asset
from dam.models import Asset, AssetVersion
from dam.services.licences import assign_licence, define_licence
from dam.services.presets import define_preset
from dam.verdict import TermFacts
from foundation.blobs.services import store_blob
from foundation.core import moment
from foundation.core.actors import system
from foundation.events.sequencing import drain
from foundation.history.services import recorded
from pim.models import Product
from pim.services import create_product, define_attribute, define_family, place_product, set_values
from syndication.models import Listing
from syndication.services.profiles import define_profile

HOUSE = system("tests")
NUMBERS = count(1)
SHOP: dict[str, Any] = {
    "fields": [
        {"target": "title", "source": "attribute", "attribute": "name"},
        {"target": "description", "source": "attribute", "attribute": "description"},
        {"target": "colour", "source": "attribute", "attribute": "colour"},
        {"target": "size", "source": "attribute", "attribute": "size", "options": "code"},
        {"target": "weight", "source": "attribute", "attribute": "weight", "unit": {"metric": "kg", "imperial": "lb"}},
        {"target": "price", "source": "attribute", "attribute": "price"},
        {"target": "gtin", "source": "identifier", "scheme": "gtin"},
        {"target": "brand", "source": "constant", "value": "Harrow"},
        {"target": "model", "source": "model"},
    ],
    "media": [
        {"target": "main_image", "role": "hero", "preset": "card"},
        {"target": "gallery", "role": "gallery", "preset": "card", "limit": 3},
    ],
    "required": ["title", "gtin"],
    "hero": "publish-without",
}
BAZAAR: dict[str, Any] = {
    "product_type": {"default": "PRODUCT", "families": {"coats": "COAT"}},
    "fields": [
        {"target": "title", "source": "attribute", "attribute": "name", "shorten": 80},
        {"target": "description", "source": "attribute", "attribute": "description"},
        {"target": "colour", "source": "attribute", "attribute": "colour"},
        {"target": "gtin", "source": "identifier", "scheme": "gtin"},
    ],
    "media": [{"target": "main_image", "role": "hero", "preset": "card"}],
    "required": ["gtin"],
    "hero": "publish-without",
    "seller": "HARROW",
}


def make_gtin() -> str:
    payload = f"952{next(NUMBERS):09d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload)))
    return f"{payload}{-total % 10}"


def make_model() -> None:
    """Attributes of every kind that a mapping treats in its own way, and a family of coats."""
    define_attribute(code="name", type="text", is_localizable=True, is_market_overridable=True, actor=HOUSE)
    define_attribute(code="description", type="rich_text", is_localizable=True, actor=HOUSE)
    colours = [
        {"code": "red", "labels": {"en-GB": "Red", "de-DE": "Rot"}, "external_codes": {"bazaar": "RED"}},
        {"code": "blue", "labels": {"en-GB": "Blue", "de-DE": "Blau"}},
    ]
    define_attribute(code="colour", type="select", options=colours, actor=HOUSE)
    sizes = [{"code": code, "labels": {"en-GB": code.upper()}} for code in "sm"]
    define_attribute(code="size", type="select", options=sizes, actor=HOUSE)
    define_attribute(code="weight", type="measurement", unit="g", validation={"units": ["g", "kg"]}, actor=HOUSE)
    define_attribute(code="price", type="money", is_market_overridable=True, sensitivity="restricted", actor=HOUSE)
    define_attribute(code="cost", type="money", sensitivity="secret", actor=HOUSE)
    define_attribute(code="gtin", type="identifier", actor=HOUSE)
    on_model = ("name", "description", "weight", "price", "cost")
    members = [{"code": code, "level": 0, "may_override_below": True} for code in on_model]
    members += [{"code": code, "level": 1} for code in ("colour", "size", "gtin")]
    define_family(
        code="coats", attributes=members, axes=[["colour", "size"]], visual_axis="colour", label_attribute="name",
        actor=HOUSE,
    )  # fmt: skip
    define_preset(
        code="card", label="Card", body={"width": 600, "height": 600, "fit": "contain", "format": "jpeg"}, actor=HOUSE
    )


def make_profiles() -> None:
    define_profile(channel="shop", body=SHOP, actor=HOUSE)
    define_profile(channel="bazaar", body=BAZAAR, actor=HOUSE)


def make_coat(sku: str = "COAT", *variants: str) -> Product:
    """A coat with a name in English and German, and a variant for each `colour-size`."""
    model = create_product(sku=sku, family="coats", actor=HOUSE, values={"weight": {"amount": "850", "unit": "g"}})
    set_values(model, values={"name": "Wool coat", "description": "Warm."}, locale="en-GB", actor=HOUSE)
    set_values(model, values={"name": "Wollmantel"}, locale="de-DE", actor=HOUSE)
    prices = {"price": {"EUR": "129.00", "GBP": "119.00"}, "cost": {"EUR": "31.07"}}
    set_values(model, values=prices, actor=HOUSE)
    for name in variants or ("red-s",):
        colour, size = name.split("-")
        values = {"colour": colour, "size": size, "gtin": make_gtin()}
        create_product(sku=f"{sku}-{name}", parent=sku, values=values, actor=HOUSE)
    return model


def place(product: Product, *places: str) -> None:
    for where in places or ("shop/DACH", "shop/GB", "bazaar/GB"):
        channel, market = where.split("/")
        place_product(product, channel=channel, market=market, actor=HOUSE, reason="range 2026")


def make_asset(title: str = "Red coat", *, state: str = "approved", width: int = 1200) -> Asset:
    """An approved picture as ingest leaves it, without having been through it."""
    at = moment.now()
    with recorded(HOUSE):
        blob = store_blob(f"{title} {next(NUMBERS)}".encode(), media_type="image/jpeg")
        asset = Asset.objects.create(kind="image", title=title, first_sha256=blob.pk, state=state, created_at=at)
        approved = {"state": "approved", "approved_at": at} if state == "approved" else {}
        asset.current_version = AssetVersion.objects.create(
            asset=asset, number=1, blob=blob, filename="a.jpg", media_type="image/jpeg", width=width, height=width,
            created_at=at, **approved,
        )  # fmt: skip
        asset.save()
    return asset


def license_asset(asset: Asset, name: str = "", **term: Any) -> Any:
    """A licence of one term that holds for the asset."""
    facts = TermFacts(**{key: frozenset(value) if isinstance(value, set) else value for key, value in term.items()})
    licence = define_licence(name=name or f"Licence {next(NUMBERS)}", terms=[facts], actor=HOUSE)
    assign_licence([asset], licence=licence, actor=HOUSE)
    return licence


def make_picture(product: Product, title: str = "Red coat", *, role: str = "hero", **term: Any) -> Asset:
    """A licensed asset that shows the product."""
    asset = make_asset(title)
    license_asset(asset, **term)
    bind_asset(product=product, asset=asset, role=role, actor=HOUSE)
    return asset


def listing(sku: str, where: str = "shop/GB/en-GB") -> Listing:
    channel, market, locale = where.split("/")
    return Listing.objects.get(
        sku=sku, scope__channel__code=channel, scope__market__code=market, scope__locale_id=locale
    )


def document(sku: str, where: str = "shop/GB/en-GB") -> dict[str, Any]:
    import json

    found = json.loads(listing(sku, where).body)
    assert isinstance(found, dict)
    return found


def product(sku: str) -> Product:
    return Product.objects.get(sku=sku)


def settle() -> None:
    drain()
