"""Rules over several values, in CEL (Common Expression Language). Pure: no database, no clock.

`product.width <= product.length` is a rule. It is judged where all that it reads has a value; what may be missing is
asked for by `has(product.care)`. Numbers come as numbers, measurements as numbers in the attribute's own unit, money
as a map of currencies, dates as texts (2026-01-31), options as their codes, several of them as a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

import cel

from foundation.core.words import in_locale
from pim.checks.attributes import AttributeRule
from pim.checks.refusals import Refusal
from pim.checks.units import convert
from pim.choices import AttributeType

LONGEST = 1_000
_READS = re.compile(r"\bproduct(?:\.([A-Za-z_]\w*)|\[\s*['\"]([^'\"]+)['\"]\s*\])")
_NAMED = re.compile(r"\bproduct\b")
_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
# Each goes over a list: one in another would let a line of text ask for hours.
_WALKS = re.compile(r"\.\s*(?:all|exists|exists_one|filter|map)\s*\(")


@dataclass(frozen=True)
class ProductRule:
    """What must hold of a product, and what is said where it does not."""

    id: int
    code: str
    family_id: int | None
    expression: str
    severity: str
    messages: Mapping[str, str] = field(default_factory=dict)
    attribute: str = ""

    @cached_property
    def inputs(self) -> frozenset[str]:
        return inputs_of(self.expression)

    def message(self, locale: str = "") -> str:
        return in_locale(self.messages, locale, self.code)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds, or cannot be judged: something that it reads is not there."""
        try:
            return _program(self.expression).execute({"product": dict(values)}) is not False
        except Exception:  # noqa: BLE001  what a value makes of an expression is of many kinds, and all say: not judged
            return True


def inputs_of(expression: str) -> frozenset[str]:
    """Codes of the attributes that an expression reads."""
    return frozenset(dotted or quoted for dotted, quoted in _READS.findall(expression))


def check_expression(expression: str, attributes: Mapping[str, AttributeRule]) -> frozenset[str]:
    """The codes that it reads. Raises `Refusal` for what is no rule, and for one that could take long."""
    if len(expression) > LONGEST:
        raise Refusal("too-long", f"A rule has at most {LONGEST} characters; this one has {len(expression)}")
    if len(_WALKS.findall(_TEXT.sub("", expression))) > 1:
        raise Refusal("too-deep", "A rule goes over one list at most: make two rules of it")
    try:
        _program(expression)
    except ValueError as error:
        raise Refusal("not-cel", _spoken(str(error))) from None
    inputs = inputs_of(expression)
    if not inputs or len(_READS.findall(expression)) < len(_NAMED.findall(_TEXT.sub("", expression))):
        raise Refusal("reads-nothing", "A rule reads attributes by their codes, as in product.width <= product.length")
    for code in sorted(inputs - attributes.keys()):
        raise Refusal("unknown-attribute", f"There is no attribute {code!r}")
    sample = {code: value_for_rule(attributes[code], _SAMPLES.get(attributes[code].type, "a")) for code in inputs}
    try:
        found = _program(expression).execute({"product": sample})
    except TypeError as error:
        raise Refusal("wrong-types", f"Its types do not fit: {_spoken(str(error))}") from None
    except (KeyError, IndexError, ZeroDivisionError):  # a currency that the sample has not, and the like
        return inputs
    except Exception as error:  # noqa: BLE001  an unknown function, a text that is no number: of many kinds
        raise Refusal("not-cel", _spoken(str(error))) from None
    if not isinstance(found, bool):
        raise Refusal("not-boolean", "A rule is true or false, as in product.width <= product.length")
    return inputs


def value_for_rule(rule: AttributeRule, value: Any) -> Any:
    """A typed value as expressions see it."""
    if rule.type == AttributeType.NUMBER:
        return float(value)
    if rule.type == AttributeType.MEASUREMENT:
        amount, unit = Decimal(str(value["amount"])), str(value["unit"])
        return float(convert(amount, unit, rule.unit) if unit and rule.unit else amount)
    if rule.type == AttributeType.MONEY:
        return {currency: float(amount) for currency, amount in value.items()}
    return value


@lru_cache(maxsize=1_000)
def _program(expression: str) -> Any:
    return cel.compile(expression)


def _spoken(error: str) -> str:
    """The library's sentence without its picture of the line."""
    found = re.search(r"<input>:\d+:(\d+): (.+)", error)
    if found:
        return f"At character {found[1]}: {found[2].split(' expecting')[0]}"
    return error.splitlines()[0][:200]


_SAMPLES: dict[str, Any] = {
    AttributeType.NUMBER: "1",
    AttributeType.BOOLEAN: True,
    AttributeType.DATE: "2026-01-31",
    AttributeType.MULTI_SELECT: ["a"],
    AttributeType.TABLE: [],
    AttributeType.MEASUREMENT: {"amount": "1", "unit": ""},
    AttributeType.MONEY: {"EUR": "1"},
}
