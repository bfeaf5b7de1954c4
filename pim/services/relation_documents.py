"""Relations as somebody sends them, read and checked one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.markets.models import Market
from pim.choices import MAX_QUANTITY, MAX_RELATIONS
from pim.models import Product, Relation, RelationType
from pim.queries.classifications import actor_at

FIELDS = frozenset({"type", "product", "market", "quantity", "position"})


@dataclass(frozen=True)
class Wanted:
    """A relation that is to be, from the side of a product: `product` is the other one."""

    type: RelationType
    product: Product
    market: Market | None
    quantity: int | None
    position: int | None = None

    @property
    def key(self) -> tuple[int, int, int | None]:
        return self.type.pk, self.product.pk, self.market.pk if self.market else None

    @property
    def market_code(self) -> str | None:
        return self.market.code if self.market else None

    def at(self, place: int) -> Wanted:
        return replace(self, position=place)

    def row(self, product: Product, place: int) -> Relation:
        """The row at the product of which it is said."""
        return Relation(
            product=product, type=self.type, target=self.product, market=self.market, quantity=self.quantity,
            position=place,
        )  # fmt: skip


def read_relations(product: Product, *, relations: Sequence[Mapping[str, Any]], actor: Actor) -> list[Wanted]:
    """Documents of type, product (a SKU), market, quantity and position, each once; paths begin with their number.

    A product or a market that the actor does not see is not there.
    """
    if len(relations) > 10 * MAX_RELATIONS:
        raise Invalid(f"At most {10 * MAX_RELATIONS:,} relations at once", path="")
    types = {one.code: one for one in RelationType.objects.visible_to(actor)}
    skus = {sku for one in relations if isinstance(sku := one.get("product"), str) and "\0" not in sku}
    products = {one.sku: one for one in Product.objects.visible_to(actor).filter(sku__in=skus)}
    here = actor_at(product, actor.within("pim.view"))
    markets = {one.code: one for one in Market.objects.all() if here.sees("market", one.code)}
    found: dict[tuple[int, int, int | None], Wanted] = {}
    for at, one in enumerate(relations):
        if unknown := one.keys() - FIELDS:
            raise Invalid(f"{min(map(str, unknown))}: no such field of a relation", path=str(at))
        kind = _one_of(types, one.get("type"), "type", at)
        other = _one_of(products, one.get("product"), "product", at)
        if other.pk == product.pk:
            raise Invalid(f"{product.sku} is nothing to itself: choose another product", path=f"{at}.product")
        market = _one_of(markets, one["market"], "market", at) if one.get("market") is not None else None
        if market is not None and not kind.is_market_limitable:
            raise Invalid(f"Relations of {kind.code} hold in all markets", path=f"{at}.market")
        wanted = Wanted(kind, other, market, _quantity(kind, one.get("quantity"), at), _position(one, at))
        if wanted.key in found:
            raise Invalid(f"{other.sku} is there twice", path=f"{at}.product")
        found[wanted.key] = wanted
    return list(found.values())


def _one_of(known: Mapping[str, Any], code: Any, name: str, at: int) -> Any:
    if not isinstance(code, str) or code not in known:
        said = repr(code[:80]) if isinstance(code, str) else "like that"
        noun = "type of relations" if name == "type" else name
        raise Invalid(f"There is no {noun} {said}", path=f"{at}.{name}")
    return known[code]


def _quantity(kind: RelationType, given: Any, at: int) -> int | None:
    if not kind.has_quantity:
        if given is not None:
            raise Invalid(f"Relations of {kind.code} have no quantity", path=f"{at}.quantity")
        return None
    if given is None:
        return 1
    if type(given) is not int or not 1 <= given <= MAX_QUANTITY:
        raise Invalid(f"A quantity is a whole number from 1 to {MAX_QUANTITY:,}", path=f"{at}.quantity")
    return given


def _position(one: Mapping[str, Any], at: int) -> int | None:
    given = one.get("position")
    if given is not None and (type(given) is not int or not 0 <= given < 2**31):
        raise Invalid("A position is a whole number", path=f"{at}.position")
    return given
