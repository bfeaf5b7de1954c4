"""A product's values in a scope, each with where it comes from, and what the scope misses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import slugify

from foundation.core.actors import Actor
from foundation.markets.models import Scope
from pim.choices import Sensitivity
from pim.models import FamilyAttribute, Product, Requirement
from pim.models.attributes import clearance_of
from pim.queries.values import resolve_values
from pim.resolution import Resolved
from workspace.queries.scopes import address
from workspace.queries.shown import LOCALE
from workspace.queries.words import OptionWords, in_words, option_words

NOWHERE = "general"


@dataclass(frozen=True)
class Origin:
    """Where a value comes from: own, parent, market, fallback or computed; empty where there is none."""

    kind: str = ""
    text: str = ""
    url: str = ""


# Attributes that live on the variants are empty on their model, and nothing misses them there.
BELOW = Origin("below", "Set on each variant")


@dataclass(frozen=True)
class ValueRow:
    code: str
    label: str
    text: str
    unit: str
    is_required: bool
    is_missing: bool
    note: str
    origin: Origin


@dataclass(frozen=True)
class Group:
    code: str
    label: str
    missing: int
    values: list[ValueRow]


@dataclass(frozen=True)
class MissingField:
    label: str
    group: str
    url: str


@dataclass(frozen=True)
class Sheet:
    """What all rows of a page share."""

    product: Product
    line: Sequence[Product]
    scope: Scope
    required: frozenset[str]
    resolved: Mapping[str, Resolved]
    options: OptionWords

    def row(self, member: FamilyAttribute) -> ValueRow:
        attribute = member.attribute
        found = self.resolved.get(attribute.code)
        words = in_words(attribute, found.value if found else None, self.options)
        is_below = member.level > self.product.level
        is_required = attribute.code in self.required and not is_below
        return ValueRow(
            code=attribute.code,
            label=attribute.label(LOCALE),
            text=words.text,
            unit=words.unit if words.text else "",
            is_required=is_required,
            is_missing=is_required and (found is None or not found.counts),
            note="" if attribute.sensitivity == Sensitivity.PUBLIC else attribute.sensitivity.capitalize(),
            origin=self.origin(attribute.code, found) if found else BELOW if is_below else Origin(),
        )

    def origin(self, code: str, found: Resolved) -> Origin:
        """The most telling of the reasons decides the sign; all of them are in the words."""
        words = [f"from {found.sku}"] if found.is_inherited else []
        if found.market:
            words.append(f"for {found.market} only")
        if found.is_fallback:
            words.append(f"in {found.locale}" + ("" if found.counts else ", not translated"))
        if found.kind == "computed":
            words.append("by a rule")
        if not words:
            return Origin("own")
        kind = "fallback" if found.is_fallback else "parent" if found.is_inherited else ""
        kind = kind or ("computed" if found.kind == "computed" else "market")
        text = ", ".join(words)
        return Origin(kind, text[0].upper() + text[1:], self.address(code, found))

    def address(self, code: str, found: Resolved) -> str:
        """The field on the page of the product that the value comes from."""
        owner = next((one for one in self.line if one.sku == found.sku), None)
        if owner is None or not found.is_inherited:
            return ""
        return f"{reverse('product', args=[owner.uid])}{address(self.scope)}#value-{code}"


def value_groups(product: Product, line: Sequence[Product], scope: Scope | None, actor: Actor) -> list[Group]:
    """The attributes of the product's family that the actor may see, in groups, with what holds in the scope."""
    rows = FamilyAttribute.objects.visible_to(actor).filter(family=product.family, is_active=True)
    members = list(rows.select_related("attribute").order_by("index"))
    if scope is None or not members:
        return []
    required = Requirement.objects.filter(family=product.family, channel=scope.channel)
    sheet = Sheet(
        product=product,
        line=line,
        scope=scope,
        required=frozenset(required.values_list("attribute__code", flat=True)),
        resolved=resolve_values([product.pk], scope, max_sensitivity=clearance_of(actor))[product.pk],
        options=option_words([member.attribute for member in members], scope.locale_id),
    )
    groups: dict[str, list[ValueRow]] = defaultdict(list)
    for member in members:
        groups[member.attribute.group or NOWHERE].append(sheet.row(member))
    return [
        Group(slugify(name), _heading(name), sum(row.is_missing for row in rows), rows) for name, rows in groups.items()
    ]


def missing_fields(groups: Sequence[Group]) -> list[MissingField]:
    return [
        MissingField(row.label, group.label, f"#value-{row.code}")
        for group in groups
        for row in group.values
        if row.is_missing
    ]


def _heading(name: str) -> str:
    return name.replace("_", " ").capitalize()
