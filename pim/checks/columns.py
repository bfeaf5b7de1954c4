"""Definitions of columns, as attributes of tables and types of records hold them in JSON.

A column is {code, labels, type, unit, validation, required, choices}; `choices` are {code, labels} of a select.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pim.checks.attributes import AttributeRule, OptionRule
from pim.checks.limits import check_limits
from pim.checks.refusals import Refusal
from pim.choices import MAX_COLUMNS, AttributeType

CELL_TYPES = (
    AttributeType.TEXT, AttributeType.NUMBER, AttributeType.BOOLEAN, AttributeType.DATE, AttributeType.SELECT,
    AttributeType.MEASUREMENT,
)  # fmt: skip
MEMBERS = frozenset({"code", "labels", "type", "unit", "validation", "required", "choices"})
MAX_CHOICES = 200
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


def read_columns(columns: Sequence[Mapping[str, Any]]) -> tuple[AttributeRule, ...]:
    """The rules of columns whose definition was checked when it was stored."""
    return tuple(
        AttributeRule(
            id=0,
            code=str(one["code"]),
            type=str(one["type"]),
            unit=str(one.get("unit", "")),
            validation=one.get("validation", {}),
            options=tuple(OptionRule(choice["code"], choice.get("labels", {})) for choice in one.get("choices", ())),
            is_required=bool(one.get("required")),
        )
        for one in columns
    )


def check_columns(raw: Any, *, least: int = 1) -> list[dict[str, Any]]:
    """Definitions in their one spelling. Raises `Refusal` whose path begins with the column's place."""
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        raise Refusal("bad-columns", "Columns are a list of objects, each with code and type")
    if not least <= len(raw) <= MAX_COLUMNS:
        raise Refusal("bad-columns", f"There are {least} to {MAX_COLUMNS} columns, not {len(raw)}")
    found: list[dict[str, Any]] = []
    for at, one in enumerate(raw):
        try:
            column = _check_column(one)
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.detail, path=refusal.below(str(at))) from None
        if column["code"] in {other["code"] for other in found}:
            raise Refusal("bad-columns", f"{column['code']} is there twice", path=f"{at}.code")
        found.append(column)
    return found


def _check_column(one: Mapping[str, Any]) -> dict[str, Any]:
    code, kind = one.get("code"), one.get("type")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise Refusal(
            "bad-columns", "A code has letters, digits and _, forty at most, and begins with one", path="code"
        )
    if unknown := one.keys() - MEMBERS:
        raise Refusal("bad-columns", f"{code}: {', '.join(sorted(map(str, unknown)))}: no such member")
    if kind not in CELL_TYPES:
        raise Refusal("bad-columns", f"{code}: type is one of {', '.join(CELL_TYPES)}", path="type")
    unit = str(one.get("unit") or "")
    column: dict[str, Any] = {
        "code": code,
        "type": str(kind),
        "labels": check_words(one.get("labels") or {}),
        "unit": unit,
        "validation": check_limits(str(kind), unit, one.get("validation") or {}),
        "required": bool(one.get("required")),
    }
    if kind == AttributeType.SELECT:
        column["choices"] = _check_choices(one.get("choices"))
    return column


def _check_choices(raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not 0 < len(raw) <= MAX_CHOICES:
        raise Refusal("bad-columns", f"A select has 1 to {MAX_CHOICES} choices", path="choices")
    found: dict[str, dict[str, Any]] = {}
    for at, one in enumerate(raw):
        code = one.get("code") if isinstance(one, Mapping) else None
        if not isinstance(code, str) or not code.strip() or code in found:
            raise Refusal("bad-columns", "Each choice has a code of its own", path=f"choices.{at}")
        found[code] = {"code": code, "labels": check_words(one.get("labels") or {})}
    return list(found.values())


def check_words(labels: Any) -> dict[str, str]:
    """Locale to text."""
    if not isinstance(labels, Mapping) or not all(isinstance(text, str) for text in labels.values()):
        raise Refusal("bad-columns", "Labels are an object of language to text", path="labels")
    return {str(locale): text.strip()[:200] for locale, text in labels.items() if text.strip()}
