"""A product's sheet in a scope: which attributes it has, what holds for each, and where a person would say more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.markets.models import ANY_LOCALE, Scope
from pim.models import Attribute, AttributeGroup, Override, Product, Requirement
from pim.models.attributes import clearance_of
from pim.queries.classifications import actor_at
from pim.queries.values import Ground, read_ground
from pim.resolution import Resolved, Step
from workspace.queries.scopes import address
from workspace.queries.shown import LOCALE

NOWHERE = "general"
LAST = 1_000_000  # groups without a place stand last
SHARED, MARKET = "shared", "market"


@dataclass(frozen=True)
class Entry:
    """One attribute of the sheet, the level at which the family has it, and what holds for it."""

    attribute: Attribute
    level: int
    may_override_below: bool
    found: Resolved | None
    is_below: bool
    is_required: bool
    group_label: str = ""
    group_place: int = LAST

    @property
    def code(self) -> str:
        return self.attribute.code

    @property
    def group(self) -> str:
        return self.attribute.group or NOWHERE

    @property
    def is_missing(self) -> bool:
        return self.is_required and (self.found is None or not self.found.counts)


@dataclass(frozen=True)
class Sheet:
    """What all fields of a page share."""

    product: Product
    line: Sequence[Product]
    scope: Scope
    actor: Actor
    ground: Ground
    entries: Sequence[Entry]
    overrides: Mapping[tuple[int, int, int], Override]

    @cached_property
    def editor(self) -> Actor:
        """The actor as far as they may edit the product here."""
        editor = self.actor.within("pim.edit")
        known = editor is self.actor or Product.objects.visible_to(editor).filter(pk=self.product.pk).exists()
        here = actor_at(self.product, editor).at(market=self.scope.market.code)
        return here if known else replace(editor, reaches=())

    @cached_property
    def by_code(self) -> Mapping[str, Entry]:
        return {entry.code: entry for entry in self.entries}

    @cached_property
    def _cells(self) -> Mapping[tuple[str | None, str], int]:
        return {(cell.market, cell.locale): cell.cell_id for cell in self.ground.chain}

    def place_of(self, entry: Entry) -> str:
        """Where a person's edit goes: into the market's own value where there is one, else where all markets look."""
        is_limited = self.editor.limits("market") is not None
        return MARKET if is_limited or self.own(entry, MARKET) is not None else SHARED

    def locale_of(self, entry: Entry) -> str:
        return self.scope.locale_id if entry.attribute.is_localizable else ANY_LOCALE

    def market_of(self, place: str) -> str | None:
        return self.scope.market.code if place == MARKET else None

    def cell_of(self, entry: Entry, place: str) -> int | None:
        return self._cells.get((self.market_of(place), self.locale_of(entry)))

    def own(self, entry: Entry, place: str) -> Any:
        """What the product itself says there; None if nothing."""
        stored = self.ground.stored.get((self.product.pk, self.cell_of(entry, place) or 0))
        return stored.vals.get(entry.code) if stored else None

    def override(self, entry: Entry, product_id: int, cell_id: int) -> Override | None:
        return self.overrides.get((product_id, cell_id, entry.attribute.pk))

    def without_own(self, entry: Entry, place: str) -> Step | None:
        """What would hold if the product said nothing there."""
        here = self.product.pk, self.cell_of(entry, place), "own"
        steps = self.ground.trail(entry.code)
        rest = [step for step in steps if (step.owner.product_id, step.cell.cell_id, step.kind) != here]
        return next((step for step in rest if step.value is not None), None)

    def page_of(self, sku: str, code: str) -> str:
        """The field on the page of another product of the line; empty for the product itself."""
        owner = next((one for one in self.line if one.sku == sku), None)
        if owner is None or owner.pk == self.product.pk:
            return ""
        return f"{reverse('product', args=[owner.uid])}{address(self.scope)}&field={code}#value-{code}"

    def owner_at(self, level: int) -> Product | None:
        return next((one for one in self.line if one.level == level), None)


def read_sheet(product: Product, line: Sequence[Product], scope: Scope, actor: Actor) -> Sheet:
    """The attributes of the product's family that the actor may see, with what holds in the scope."""
    rows = Attribute.objects.visible_to(actor).filter(memberships__family=product.family, memberships__is_active=True)
    level, below = F("memberships__level"), F("memberships__may_override_below")
    group = AttributeGroup.objects.filter(code=OuterRef("group"))
    told = {"group_labels": Subquery(group.values("labels")), "group_place": Subquery(group.values("position"))}
    members: Any = rows.annotate(level=level, may_override_below=below, **told).order_by("memberships__index")
    asked = Requirement.objects.filter(family=product.family, channel=scope.channel)
    required = set(asked.values_list("attribute_id", flat=True))
    ground = read_ground(line, scope, max_sensitivity=clearance_of(actor))
    resolved = ground.resolve()
    overrides = Override.objects.visible_to(actor).filter(product__in=line, cell__market=scope.market)
    return Sheet(
        product=product,
        line=line,
        scope=scope,
        actor=actor,
        ground=ground,
        entries=[
            Entry(
                one,
                one.level,
                one.may_override_below,
                resolved.get(one.code),
                is_below=one.level > product.level,
                is_required=one.pk in required and one.level <= product.level,
                group_label=str((one.group_labels or {}).get(LOCALE, "")),
                group_place=LAST if one.group_place is None else one.group_place,
            )
            for one in members
        ],
        overrides={(one.product_id, one.cell_id, one.attribute_id): one for one in overrides},
    )
