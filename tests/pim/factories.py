"""A small house to test in: two markets, two channels, coats in colours and sizes, and cups."""

from __future__ import annotations

from itertools import count
from typing import Any

from foundation.accounts.choices import Dimension, Role
from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import create_api_key, create_user, grant_role
from foundation.core.actors import Actor, system
from foundation.markets.models import Scope
from foundation.markets.queries import get_scope
from pim.models import Product
from pim.services import apply_model, create_product, upsert_products

HOUSE = system("factory")
_numbers = count(1)


def attribute(code: str, kind: str, flags: str = "", **more: Any) -> dict[str, Any]:
    """Flags: l localizable, m market overridable."""
    return {
        "code": code, "type": kind, "localizable": "l" in flags, "market_overridable": "m" in flags,
        "sensitivity": "public", "labels": {"en-GB": code.title()}, **more,
    }  # fmt: skip


MODEL: dict[str, Any] = {
    "format": "product-model/1",
    "locales": [
        {"code": "de-AT", "fallback": [{"locale": "de-DE", "counts_as_translated": True}]},
        {"code": "de-DE", "fallback": [{"locale": "en-GB", "counts_as_translated": False}]},
        {"code": "en-GB", "fallback": []},
    ],
    "markets": [
        {"code": "GB", "territories": ["GB"], "locales": ["en-GB"], "currency": "GBP"},
        {"code": "DE", "territories": ["DE"], "locales": ["de-DE"], "currency": "EUR"},
        {"code": "AT", "territories": ["AT"], "locales": ["de-AT"], "currency": "EUR"},
    ],
    "channels": [
        {"code": "shop", "kind": "pull", "markets": ["GB", "DE", "AT"], "clearance": "restricted"},
        {"code": "bazaar", "kind": "marketplace", "markets": ["GB"], "clearance": "public"},
    ],
    "attributes": [
        attribute("name", "text", "lm", validation={"max_length": 80}),
        attribute("description", "rich_text", "lm"),
        attribute("gtin", "identifier"),
        attribute("colour", "select", options=[
            {"code": "red", "labels": {"en-GB": "Red", "de-DE": "Rot"}, "synonyms": ["crimson"]},
            {"code": "blue", "labels": {"en-GB": "Blue", "de-DE": "Blau"}},
        ]),
        attribute("size", "select", options=[{"code": code, "labels": {"en-GB": code.upper()}} for code in "sml"]),
        attribute("material", "multi_select", options=[
            {"code": "wool", "labels": {"en-GB": "Wool", "de-DE": "Wolle"}},
            {"code": "silk", "labels": {"en-GB": "Silk", "de-DE": "Seide"}},
        ]),
        attribute("weight", "measurement", unit="g", units=["g", "kg", "oz", "lb"], validation={"min": 1}),
        attribute("washable", "boolean"),
        attribute("warranty", "number", "m", validation={"min": 0, "max": 120, "decimals": 0}),
        attribute("launch", "date", "m"),
        attribute("price", "money", "m", sensitivity="restricted"),
        attribute("cost", "money", sensitivity="secret"),
    ],
    "families": [
        {
            "code": "coats", "labels": {"en-GB": "Coats"}, "axes": ["colour", "size"], "visual_axis": "colour",
            "attributes": [
                *({"code": code, "level": "model", "overridable": code in {"name", "price"}}
                  for code in ("name", "description", "material", "washable", "warranty", "launch", "price", "cost")),
                *({"code": code, "level": "variant"} for code in ("gtin", "colour", "size", "weight")),
            ],
            "required": {"shop": ["name", "description", "gtin", "colour", "price"], "bazaar": ["name", "gtin"]},
        },
        {
            "code": "cups", "labels": {"en-GB": "Cups"}, "axes": [],
            "attributes": [{"code": code, "level": "model"} for code in (
                "name", "description", "gtin", "colour", "material", "weight", "washable", "warranty", "launch",
                "price", "cost")],
            "required": {"shop": ["name", "gtin"]},
        },
    ],
}  # fmt: skip


def make_model() -> None:
    apply_model(MODEL, actor=HOUSE)


def make_gtin(number: int | None = None) -> str:
    """A valid GTIN-13 under the prefix kept for examples."""
    payload = f"952{number if number is not None else next(_numbers) + 500_000:09d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload)))
    return f"{payload}{-total % 10}"


def make_cup(sku: str = "", *, family: str = "cups", **values: Any) -> Product:
    return create_product(sku=sku or f"CUP-{next(_numbers)}", family=family, values=values, actor=HOUSE)


def make_coat(sku: str = "COAT", variants: tuple[str, ...] = ("red-s", "red-m", "blue-s")) -> Product:
    """A model with its variants `COAT-red-s` …"""
    documents: list[dict[str, Any]] = [{"sku": sku, "family": "coats"}]
    for name in variants:
        colour, size = name.split("-")
        pairs = {"colour": colour, "size": size, "gtin": make_gtin()}
        values = [{"attribute": code, "value": value} for code, value in pairs.items()]
        documents.append({"sku": f"{sku}-{name}", "parent": sku, "values": values})
    upsert_products(documents, actor=HOUSE)
    return Product.objects.get(sku=sku)


def product(sku: str) -> Product:
    return Product.objects.get(sku=sku)


def scope(name: str) -> Scope:
    return get_scope(*name.split("/"))


def make_user(role: Role, *, market: str = "") -> User:
    user = create_user(username=f"{role}-{market or 'all'}-{next(_numbers)}", actor=HOUSE)
    dimension = Dimension.MARKET if market else Dimension.EVERYWHERE
    grant_role(holder=user, role=role, actor=HOUSE, dimension=dimension, code=market)
    return user


def make_actor(role: Role = Role.STEWARD, *, market: str = "") -> Actor:
    return actor_of(make_user(role, market=market))


def make_key(user: User) -> str:
    return create_api_key(user=user, name="test", actor=HOUSE)[1]
