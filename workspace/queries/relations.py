"""What a product is to others, as its page shows it: by type, its own in their order, and what others say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.markets.models import Market
from pim.models import Product, Relation, RelationType
from pim.queries.classifications import actor_at
from pim.queries.products import labels_of, lines_of
from pim.queries.relations import relations_above, relations_at, relations_of
from workspace.queries.pictures import first_pictures
from workspace.queries.placements import get_visible_product
from workspace.queries.product_picker import ProductChoice, product_choices
from workspace.queries.settings import SettingRow
from workspace.queries.shown import LOCALE

MOST_INCOMING = 24
EDIT = "pim.edit"
LABEL, INVERSE = "label-", "inverse-"
FLAGS = ("is_two_way", "has_quantity", "is_market_limitable")


@dataclass(frozen=True)
class RelatedTile:
    """One relation as a tile of the other product; `origin` is the model that says it, if another product does."""

    id: int
    sku: str
    name: str
    url: str
    picture_url: str
    market: str
    quantity: int | None
    origin: str = ""
    origin_url: str = ""
    can_change: bool = False


@dataclass(frozen=True)
class RelationGroup:
    """Relations of a type: `sorted` are those that this person sorts, `others` stand after them."""

    code: str
    label: str
    sorted: list[RelatedTile]
    others: list[RelatedTile]

    @property
    def count(self) -> int:
        return len(self.sorted) + len(self.others)


@dataclass(frozen=True)
class IncomingGroup:
    label: str
    count: int
    tiles: list[RelatedTile]

    @property
    def more(self) -> int:
        return self.count - len(self.tiles)


@dataclass(frozen=True)
class RelationPanel:
    uid: UUID
    sku: str
    scope_query: str
    groups: list[RelationGroup]
    incoming: list[IncomingGroup]
    types: list[RelationType]
    markets: list[tuple[str, str]]
    holds_everywhere: bool
    can_edit: bool

    @property
    def is_sortable(self) -> bool:
        return any(len(group.sorted) > 1 for group in self.groups)

    @property
    def names(self) -> list[tuple[RelationType, str]]:
        return [(one, one.label(LOCALE)) for one in self.types]

    @property
    def has_quantities(self) -> bool:
        return any(one.has_quantity for one in self.types)


@dataclass(frozen=True)
class RelationChoices:
    """Products to relate to; `related` of each is what it is already."""

    q: str
    choices: list[tuple[ProductChoice, str, bool]]
    has_more: bool
    is_too_short: bool


class _Shelves:
    """Draws relations of one product with the eyes of an actor."""

    def __init__(self, product: Product, actor: Actor, scope_query: str) -> None:
        self.product, self.actor, self.query = product, actor, scope_query
        self.editor = actor_at(product, actor.within(EDIT))
        self.limits = self.editor.limits("market")
        self.titles: Mapping[int, str] = {}
        self.pictures: Mapping[int, str] = {}

    @property
    def can_edit(self) -> bool:
        return self.editor.may(EDIT)

    def know(self, products: Sequence[Product]) -> None:
        ids = list({one.pk for one in products})
        if ids:
            self.titles, self.pictures = labels_of(ids, LOCALE), first_pictures(ids, self.actor)

    def may_change(self, row: Relation) -> bool:
        return self.can_edit and (self.limits is None or row.place in self.limits)

    def tile(self, row: Relation, other: Product, origin: Product | None = None) -> RelatedTile:
        return RelatedTile(
            id=row.pk,
            sku=other.sku,
            name=self.titles[other.pk],
            url=reverse("product", args=[other.uid]) + self.query,
            picture_url=self.pictures.get(other.pk, ""),
            market=row.place or "",
            quantity=row.quantity,
            origin=origin.sku if origin else "",
            origin_url=reverse("product", args=[origin.uid]) + self.query if origin else "",
            can_change=origin is None and self.may_change(row),
        )


def relation_panel(
    product: Product, *, actor: Actor, scope_query: str = "", line: Sequence[Product] | None = None
) -> RelationPanel:
    """The whole card. Own relations are bounded; of what others say the first few are drawn, and all counted."""
    shelves = _Shelves(product, actor, scope_query)
    line = lines_of([product.pk])[product.pk] if line is None else line
    own = relations_of(product, actor=actor)
    above = relations_above([one for one in line if one.pk != product.pk], actor=actor)
    incoming = relations_at(product, actor=actor)
    counts = dict(incoming.order_by().values_list("type").annotate(Count("pk")))
    first = list(incoming.order_by("type__position", "type__code", "product__sku")[:MOST_INCOMING]) if counts else []
    shelves.know([row.other(product) for row in own] + [row.target for row in above] + [row.product for row in first])
    types = list(RelationType.objects.visible_to(actor))
    groups = [_group(kind, own, above, shelves) for kind in types]
    return RelationPanel(
        uid=product.uid,
        sku=product.sku,
        scope_query=scope_query,
        groups=[one for one in groups if one.count],
        incoming=[
            IncomingGroup(kind.inverse_label(LOCALE), counts[kind.pk], [shelves.tile(row, row.product) for row in rows])
            for kind, rows in ((one, [row for row in first if row.type_id == one.pk]) for one in types)
            if kind.pk in counts
        ],
        types=[one for one in types if shelves.limits is None or one.is_market_limitable],
        markets=_markets(shelves.limits) if any(one.is_market_limitable for one in types) else [],
        holds_everywhere=shelves.limits is None,
        can_edit=shelves.can_edit,
    )


def _markets(limits: frozenset[str] | None) -> list[tuple[str, str]]:
    rows = Market.objects.order_by("code").values_list("code", "name")
    return [(code, name or code) for code, name in rows if limits is None or code in limits]


def _group(
    kind: RelationType, own: Sequence[Relation], above: Sequence[Relation], shelves: _Shelves
) -> RelationGroup:  # fmt: skip
    mine = [row for row in own if row.type_id == kind.pk]
    is_sorted = {row.pk for row in mine if row.product_id == shelves.product.pk and shelves.may_change(row)}
    inherited = [row for row in above if row.type_id == kind.pk]
    others = [shelves.tile(row, row.other(shelves.product)) for row in mine if row.pk not in is_sorted]
    return RelationGroup(
        kind.code,
        kind.label(LOCALE),
        [shelves.tile(row, row.target) for row in mine if row.pk in is_sorted],
        others + [shelves.tile(row, row.target, row.product) for row in inherited],
    )


def relation_choices(uid: UUID, q: str, *, actor: Actor) -> RelationChoices:
    """What the picker offers for some words, with what each is to the product already."""
    product = get_visible_product(uid, actor=actor)
    found = product_choices(q, actor=actor)
    related: dict[str, dict[str, None]] = defaultdict(dict)
    for row in relations_of(product, actor=actor):
        related[row.other(product).sku][row.type.label(LOCALE)] = None
    choices = [(one, ", ".join(related[one.sku]), one.uid == product.uid) for one in found.choices]
    return RelationChoices(found.q, choices, found.has_more, found.is_too_short)


def relation_type_rows(actor: Actor) -> list[SettingRow]:
    counts = dict(Relation.objects.visible_to(actor).order_by().values_list("type").annotate(Count("pk")))
    return [
        SettingRow(reverse("relation_type_setting", args=[one.code]), one.code, one.label(LOCALE),
                   [f"{counts.get(one.pk, 0):,} relations", *_traits(one)])
        for one in RelationType.objects.visible_to(actor)
    ]  # fmt: skip


def _traits(one: RelationType) -> list[str]:
    said = {"is_two_way": "both ways", "has_quantity": "so many of each", "is_market_limitable": "per market too"}
    return [words for flag, words in said.items() if getattr(one, flag)]


def relation_type_values(code: str, actor: Actor) -> dict[str, Any]:
    rows = RelationType.objects.visible_to(actor)
    one = rows.filter(code=code).first() if "\0" not in code else None
    if one is None:
        raise Missing("There is no such type of relations", path="code")
    return {
        "code": one.code, "position": one.position, **{flag: getattr(one, flag) for flag in FLAGS},
        **{f"{LABEL}{locale}": text for locale, text in one.labels.items()},
        **{f"{INVERSE}{locale}": text for locale, text in one.inverse_labels.items()},
    }  # fmt: skip
