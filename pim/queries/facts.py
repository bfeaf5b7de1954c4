"""What rows of a product say, as single facts that somebody may know, from their images in history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from foundation.core.actors import Actor
from foundation.history.queries import Image, gone_values
from foundation.markets.models import Cell, Channel, Market
from foundation.taxonomy.models import Category
from pim.choices import ANY_LOCALE
from pim.models import (
    Attribute,
    Classification,
    Family,
    Override,
    Placement,
    Product,
    ProductValues,
    Relation,
    RelationType,
)
from pim.queries.classifications import actor_at

VALUE, OVERRIDE, PLACEMENT, CATEGORY, FIELD = "value", "override", "placement", "category", "field"
RELATION = "relation"
OF_VALUES = (VALUE, OVERRIDE)
OF_PRODUCT = (ProductValues, Override, Placement, Classification, Relation)


@dataclass(frozen=True, order=True)
class Fact:
    """One thing that can be said of a product: an attribute in a cell, a placement, a category, a relation (by its type
    and the SKU of the other product), a field of its row.
    """

    kind: str
    name: str
    market: str = ""  # empty: all
    locale: str = ANY_LOCALE

    @property
    def path(self) -> str:
        """Its name in requests, as `value/name/GB/en-GB`."""
        if self.kind in OF_VALUES:
            return f"{self.kind}/{self.name}/{self.market or '*'}/{self.locale}"
        return f"{self.kind}/{self.name}/{self.market}" if self.market else f"{self.kind}/{self.name}"


Facts = dict[Fact, Any]


@dataclass(frozen=True)
class FactChange:
    """A fact, and what was said before and after; None where nothing was."""

    fact: Fact
    before: Any
    after: Any


class Reader:
    """Reads images of one product's rows with the eyes of an actor: what they may not know is not there."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self.product, self.actor = product, actor
        self.viewer = actor_at(product, actor.within("pim.view"))
        self.categories: dict[int, str] = {}

    @cached_property
    def attributes(self) -> dict[int, str]:
        return dict(Attribute.objects.visible_to(self.actor).values_list("pk", "code"))

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(self.attributes.values())

    @cached_property
    def cells(self) -> dict[int, tuple[str, str]]:
        rows = Cell.objects.values_list("pk", "market__code", "locale")
        limits = self.viewer.limits("market")
        return {
            pk: (market or "", locale)
            for pk, market, locale in rows
            if not market or limits is None or market in limits
        }

    @cached_property
    def channels(self) -> dict[int, str]:
        return dict(Channel.objects.values_list("pk", "code"))

    @cached_property
    def markets(self) -> dict[int, str]:
        return dict(Market.objects.values_list("pk", "code"))

    @cached_property
    def families(self) -> dict[int, str]:
        return dict(Family.objects.values_list("pk", "code"))

    def __call__(self, table: str, image: Image | None) -> Facts:
        """What the image says; nothing where there is none."""
        reads = {
            ProductValues._meta.db_table: self._values,
            Override._meta.db_table: self._override,
            Placement._meta.db_table: self._placement,
            Classification._meta.db_table: self._category,
            Relation._meta.db_table: self._relation,
            Product._meta.db_table: self._fields,
        }
        return reads[table](image) if image else {}

    def _values(self, image: Image) -> Facts:
        if image["cell_id"] not in self.cells:
            return {}
        place = self.cells[image["cell_id"]]
        return {Fact(VALUE, code, *place): said for code, said in image["vals"].items() if code in self.codes}

    def _override(self, image: Image) -> Facts:
        code, place = self.attributes.get(image["attribute_id"]), self.cells.get(image["cell_id"])
        if code is None or place is None:
            return {}
        return {Fact(OVERRIDE, code, *place): {name: image[name] for name in ("reason", "expires_at")}}

    def _placement(self, image: Image) -> Facts:
        channel, market = self.channels[image["channel_id"]], self.markets[image["market_id"]]
        if not self.viewer.admits(channel=channel, market=market):
            return {}
        return {Fact(PLACEMENT, channel, market): {name: image[name] for name in ("state", "reason")}}

    def _category(self, image: Image) -> Facts:
        category = self._category_key(image["category_id"])
        return {Fact(CATEGORY, category): True} if category else {}

    def _category_key(self, number: int) -> str:
        if number not in self.categories:
            found = Category.objects.visible_to(self.actor).select_related("tree").filter(pk=number).first()
            self.categories[number] = found.key if found else ""
        return self.categories[number]

    @cached_property
    def relation_types(self) -> dict[int, str]:
        return dict(RelationType.objects.visible_to(self.actor).values_list("pk", "code"))

    @cached_property
    def related(self) -> dict[int, str]:
        """SKUs of what the product points at or once did, as far as the reader sees it. Three queries."""
        targets = set(Relation.objects.filter(product=self.product).values_list("target", flat=True))
        targets |= gone_values(Relation._meta.db_table, "product_id", self.product.pk, told="target_id")
        return dict(Product.objects.visible_to(self.actor).filter(pk__in=targets).values_list("pk", "sku"))

    def _relation(self, image: Image) -> Facts:
        """Nothing where the reader does not see the other product, nor of a type that is no more."""
        market = self.markets[image["market_id"]] if image["market_id"] else ""
        kind, other = self.relation_types.get(image["type_id"]), self.related.get(image["target_id"])
        if kind is None or other is None or (market and not self.viewer.sees("market", market)):
            return {}
        return {Fact(RELATION, f"{kind}/{other}", market): {name: image[name] for name in ("quantity", "position")}}

    def _fields(self, image: Image) -> Facts:
        said = {"state": image["state"], "sku": image["sku"], "family": self.families.get(image["family_id"])}
        said["parent"] = self._sku(image["parent_id"]) if image["parent_id"] else None
        return {Fact(FIELD, name): one for name, one in said.items() if one is not None}

    def _sku(self, number: int) -> str | None:
        if number == self.product.parent_id and self.product.parent is not None:
            return self.product.parent.sku
        return Product.objects.visible_to(self.actor).filter(pk=number).values_list("sku", flat=True).first()


def differences(before: Mapping[Fact, Any], after: Mapping[Fact, Any]) -> list[FactChange]:
    """The facts that differ, in order."""
    return [
        FactChange(fact, before.get(fact), after.get(fact))
        for fact in sorted(before.keys() | after.keys())
        if before.get(fact) != after.get(fact)
    ]


def value_codes(changes: Iterable[FactChange]) -> set[str]:
    """Codes of the attributes that these tell of."""
    return {one.fact.name for one in changes if one.fact.kind in OF_VALUES}
