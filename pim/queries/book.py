"""The product model at a glance: every rule that a batch of products is checked against, read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from foundation.markets.models import Cell, Locale, Market
from pim.checks import AttributeRule, OptionRule
from pim.checks.columns import read_columns
from pim.checks.rules import ProductRule
from pim.choices import AttributeType
from pim.models import Attribute, Family, FamilyAttribute, FamilyAxis, Option, ValidationRule


@dataclass(frozen=True)
class Member:
    """An attribute's place in a family."""

    level: int
    may_override_below: bool
    index: int

    def admits(self, level: int) -> bool:
        return level == self.level or (level > self.level and self.may_override_below)


@dataclass(frozen=True)
class FamilyRule:
    id: int
    code: str
    depth: int
    members: dict[str, Member]
    axes: dict[int, list[str]]


@dataclass
class Book:
    """Attributes and families by code; markets and locales by code; cells by (market id, locale)."""

    attributes: dict[str, AttributeRule]
    families: dict[str, FamilyRule]
    markets: dict[str, Market]
    locales: frozenset[str]
    cells: dict[tuple[int | None, str], int] = field(default_factory=dict)
    rules: list[ProductRule] = field(default_factory=list)

    @cached_property
    def families_by_id(self) -> dict[int, FamilyRule]:
        return {family.id: family for family in self.families.values()}


def read_book(codes: Collection[str] | None = None) -> Book:
    """Nine small queries, whatever the number of products; with `codes` the book knows these attributes alone, and
    what the rules over them read besides.
    """
    rules = read_rules()
    if codes is not None:
        codes = {*codes}.union(*(rule.inputs for rule in rules if rule.inputs & {*codes}))
    return Book(
        rules=rules,
        attributes={rule.code: rule for rule in _attributes(codes)},
        families={rule.code: rule for rule in _families()},
        markets={market.code: market for market in Market.objects.all()},
        locales=frozenset(Locale.objects.values_list("code", flat=True)),
        cells={(market, locale): pk for pk, market, locale in Cell.objects.values_list("id", "market_id", "locale")},
    )


def read_rules() -> list[ProductRule]:
    """The rules over several values that are in force."""
    rows = ValidationRule.objects.filter(is_active=True).select_related("attribute")
    return [
        ProductRule(
            row.pk, row.code, row.family_id, row.expression, row.severity, row.messages,
            row.attribute.code if row.attribute else "",
        )
        for row in rows
    ]  # fmt: skip


def read_rule(attribute: Attribute) -> AttributeRule:
    """The rule of one attribute."""
    return rule_of(attribute, list(attribute.options.all()))


def _attributes(codes: Collection[str] | None) -> list[AttributeRule]:
    attributes, rows = Attribute.objects.all(), Option.objects.all()
    if codes is not None:
        attributes, rows = attributes.filter(code__in=codes), rows.filter(attribute__code__in=codes)
    options: dict[int, list[Option]] = defaultdict(list)
    for option in rows:
        options[option.attribute_id].append(option)
    return [rule_of(attribute, options[attribute.pk]) for attribute in attributes]


def rule_of(attribute: Attribute, options: list[Option]) -> AttributeRule:
    """What the checks must know of it, with these options."""
    return AttributeRule(
        id=attribute.pk,
        code=attribute.code,
        type=attribute.type,
        is_localizable=attribute.is_localizable,
        is_market_overridable=attribute.is_market_overridable,
        sensitivity=attribute.sensitivity,
        unit=attribute.unit,
        is_unique=attribute.is_unique or attribute.type == AttributeType.IDENTIFIER,
        validation=attribute.validation,
        options=tuple(OptionRule(one.code, one.labels, tuple(one.synonyms), one.is_retired) for one in options),
        columns=read_columns(attribute.validation.get("columns", ())),
    )


def _families() -> list[FamilyRule]:
    members: dict[int, dict[str, Member]] = defaultdict(dict)
    for row in FamilyAttribute.objects.filter(is_active=True).select_related("attribute"):
        members[row.family_id][row.attribute.code] = Member(row.level, row.may_override_below, row.index)
    axes: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for axis in FamilyAxis.objects.select_related("attribute").order_by("level", "position"):
        axes[axis.family_id][axis.level].append(axis.attribute.code)
    return [
        FamilyRule(family.pk, family.code, family.depth, members[family.pk], dict(axes[family.pk]))
        for family in Family.objects.all()
    ]
