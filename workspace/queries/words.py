"""Typed values in words for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

from django.utils.html import strip_tags

from pim.choices import AttributeType
from pim.models import Attribute
from workspace.queries.cells import table_words
from workspace.queries.options import CHOOSING, OptionWords

BLOCK_END = re.compile(r"</(?:p|li|h\d|div|ul|ol)>|<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True)
class Words:
    text: str
    unit: str = ""

    @property
    def whole(self) -> str:
        return f"{self.text} {self.unit}".strip()


def in_words(attribute: Attribute, value: Any, options: OptionWords) -> Words:
    """A stored value as a person would write it; an empty text where there is none."""
    if value is None:
        return Words("")
    if attribute.type in CHOOSING:
        chosen = value if isinstance(value, list) else [value]
        return Words(", ".join(options.get((attribute.pk, code), str(code)) for code in chosen))
    if attribute.type == AttributeType.MEASUREMENT:
        return Words(grouped(str(value["amount"])), str(value["unit"]))
    if attribute.type == AttributeType.NUMBER:
        return Words(grouped(str(value)), attribute.unit)
    if attribute.type == AttributeType.TABLE:
        rows = table_words(attribute, value)
        return Words("; ".join(", ".join(f"{name} {cell}" for name, cell in row if cell) for row in rows))
    spell = SPELLINGS.get(attribute.type, str)
    return Words(spell(value))


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%B %Y}"


def plain_text(rich: str) -> str:
    """Rich text without its markup, a line for each block."""
    lines = BLOCK_END.sub("\n", rich)
    return "\n".join(line.strip() for line in unescape(strip_tags(lines)).splitlines() if line.strip())


def _amounts(money: Mapping[str, Any]) -> str:
    return ", ".join(f"{currency} {grouped(str(amount))}" for currency, amount in sorted(money.items()))


SPELLINGS: dict[str, Callable[[Any], str]] = {
    AttributeType.BOOLEAN: lambda value: "Yes" if value else "No",
    AttributeType.DATE: _day,
    AttributeType.MONEY: _amounts,
    AttributeType.RICH_TEXT: plain_text,
}


def grouped(number: str) -> str:
    """1234567.50 as 1,234,567.50, keeping the digits that were given."""
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}" if whole.isdecimal() else number


def byte_size(size: int | None) -> str:
    """4.1 MB"""
    if size is None:
        return ""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def person(label: str) -> str:
    """Who acted, from the label that history keeps: `user:ada`, `key:shop/x1`, `system:sequencer`."""
    kind, _, name = label.partition(":")
    match kind:
        case "user":
            return name
        case "key":
            return f"{name.split('/')[0]} (API key)"
        case "system":
            return "Tandem"
    return label or "Somebody"


def phrase(code: str) -> str:
    """`no-licence` as `No licence`."""
    return code.replace("-", " ").replace("_", " ").capitalize()


def cause(origin: str) -> str:
    """What of a product something is about: `media:hero` as `Hero picture`, `identifier:gtin` as `GTIN`."""
    kind, _, name = origin.rpartition(":")
    if kind == "media":
        return f"{phrase(name)} picture"
    return name.upper() if kind == "identifier" else phrase(name or "listing")


def anchor(origin: str) -> str:
    """Where that stands on the product's page."""
    kind, _, name = origin.rpartition(":")
    if kind == "media":
        return "#pictures-title"
    return f"#value-{name}" if name and kind in ("", "attribute", "identifier") else ""
