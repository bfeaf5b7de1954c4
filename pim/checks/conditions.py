"""What somebody asks of the values of an attribute: whether one holds, and by which keys it may be found. Pure.

The keys narrow the search and may let too much through (`pim_facet_keys` makes them); whether a condition holds, this
module says.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from pim.checks.attributes import AttributeRule, check_value
from pim.checks.refusals import Refusal
from pim.checks.units import convert
from pim.choices import AttributeType

TEXTS = frozenset({AttributeType.TEXT, AttributeType.IDENTIFIER})
LISTS = frozenset({AttributeType.SELECT, AttributeType.MULTI_SELECT, AttributeType.RECORD, AttributeType.BOOLEAN})
AMOUNTS = frozenset({AttributeType.NUMBER, AttributeType.MEASUREMENT, AttributeType.MONEY})
ORDERED = AMOUNTS | {AttributeType.DATE}
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
MOST = Decimal(10) ** 15
# Of a rule what is needed to read what is asked; what a value must satisfy, an answer need not.
FORM = frozenset({"units", "currency", "scheme", "record_type"})


@dataclass(frozen=True)
class Condition:
    """`equal`: one of these is said. `least`, `most`: it lies between, both ends included. `is_filled`: there is a
    value, or there is none.
    """

    rule: AttributeRule
    equal: tuple[Any, ...] = ()
    least: Any = None
    most: Any = None
    is_filled: bool | None = None

    def holds(self, said: Collection[Any]) -> bool:
        """Of values: any of them will do."""
        if self.is_filled is not None and self.is_filled != bool(said):
            return False
        if self.equal and not any(self._equals(one) for one in said):
            return False
        return not self.is_ranged or any(self._lies_between(one) for one in said)

    @property
    def is_ranged(self) -> bool:
        return self.least is not None or self.most is not None

    def _equals(self, value: Any) -> bool:
        if self.rule.type == AttributeType.MULTI_SELECT:
            return not set(self.equal).isdisjoint(value)
        if self.rule.type in TEXTS:
            return str(value).lower() in {str(one).lower() for one in self.equal}
        return value in self.equal

    def _lies_between(self, value: Any) -> bool:
        if self.rule.type == AttributeType.DATE:
            return (self.least is None or self.least <= value) and (self.most is None or value <= self.most)
        least, most = (None if one is None else self._amount(one, one) for one in (self.least, self.most))
        amount = self._amount(value, self.least if self.least is not None else self.most)
        return amount is not None and (least is None or least <= amount) and (most is None or amount <= most)

    def _amount(self, value: Any, asked: Any) -> Decimal | None:
        """In the unit, or of the currency, that is asked for."""
        if self.rule.type == AttributeType.NUMBER:
            return Decimal(value)
        if self.rule.type == AttributeType.MONEY:
            currency = next(iter(asked))
            return Decimal(value[currency]) if currency in value else None
        return convert(Decimal(value["amount"]), value["unit"], self.rule.unit or asked["unit"])

    def keys(self, units: Iterable[str] = ()) -> Iterator[str]:
        """Those that a value within the range may have. `units` are those that such values are measured in."""
        if self.rule.type == AttributeType.DATE:
            first, last = date.fromisoformat(self.least or "1900-01-01"), date.fromisoformat(self.most or "2199-12-31")
            months = range(_month(max(first, EARLIEST)), _month(min(last, LATEST)) + 1)
            yield from (f"{month // 12:04}-{month % 12 + 1:02}" for month in months)
        elif self.rule.type == AttributeType.NUMBER:
            yield from _buckets("", self._end(self.least), self._end(self.most))
        elif self.rule.type == AttributeType.MONEY:
            currency = next(iter(self.least or self.most))
            yield from _buckets(f"{currency} ", self._end(self.least), self._end(self.most))
        else:
            for unit in units:
                yield from _buckets(f"{unit} ", self._end(self.least, unit), self._end(self.most, unit))

    def _end(self, asked: Any, unit: str = "") -> Decimal | None:
        if asked is None or self.rule.type == AttributeType.NUMBER:
            return None if asked is None else Decimal(asked)
        if self.rule.type == AttributeType.MONEY:
            return Decimal(next(iter(asked.values())))
        return convert(Decimal(asked["amount"]), asked["unit"], unit)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _buckets(prefix: str, least: Decimal | None, most: Decimal | None) -> Iterator[str]:
    """As `pim_bucket` counts them, and one more on either side: floats are rounded."""
    first, last = bucket_of(-MOST if least is None else least), bucket_of(MOST if most is None else most)
    yield from (f"{prefix}{one}" for one in range(first - 1, last + 2))


def bucket_of(amount: Decimal) -> int:
    """Which of the steps an amount lies in; order is kept."""
    amount = max(min(amount, MOST), -MOST)
    step = math.floor(16 * math.log(1 + 1000 * abs(float(amount))))
    return step if amount >= 0 else -step


@dataclass
class Asked:
    """What a request asks of one attribute, as it is spelled there."""

    equal: list[str] = field(default_factory=list)
    least: str = ""
    most: str = ""
    presence: str = ""


def read_condition(rule: AttributeRule, asked: Asked) -> Condition:
    """Raises `Refusal` for what cannot be asked of this attribute, or is not a value of it."""
    form = {name: value for name, value in rule.validation.items() if name in FORM}
    bare = replace(rule, validation=form)
    if rule.type in ORDERED and len(asked.equal) == 1 and not asked.least + asked.most:
        asked = Asked(least=asked.equal[0], most=asked.equal[0], presence=asked.presence)
    elif asked.equal and rule.type not in TEXTS | LISTS:
        raise Refusal("not-comparable", f"{_kind(rule)} is asked for by one value, by .min and .max, or by .is")
    if (asked.least or asked.most) and rule.type not in ORDERED:
        raise Refusal("not-ordered", f"{_kind(rule)} has no order; .min and .max are for numbers, amounts and dates")
    if asked.presence not in {"", "filled", "empty"}:
        raise Refusal("unknown-presence", ".is takes filled or empty")
    equal = [one if rule.type in TEXTS else _one(bare, one) for one in asked.equal]
    least, most = (check_value(bare, one) if one else None for one in (asked.least, asked.most))
    if rule.type == AttributeType.MONEY and least and most and least.keys() != most.keys():
        raise Refusal("two-currencies", "Both ends must be amounts of one currency")
    return Condition(rule, tuple(equal), least, most, {"": None, "filled": True, "empty": False}[asked.presence])


def _one(rule: AttributeRule, text: str) -> Any:
    found = check_value(rule, text)
    return found[0] if isinstance(found, list) else found


def _kind(rule: AttributeRule) -> str:
    return f"A value of the type {AttributeType(rule.type).label!r}"
