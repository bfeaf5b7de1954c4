"""What may be asked of a value, by the type of its attribute or column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pim.checks.refusals import Refusal
from pim.checks.texts import MAX_RICH_TEXT, require_safe_pattern
from pim.checks.units import spell_unit
from pim.choices import MAX_ROWS, AttributeType

_TEXT = ("min_length", "max_length", "pattern", "pattern_hint")
_RANGE = ("min", "max")
LIMITS: dict[str, tuple[str, ...]] = {
    AttributeType.TEXT: _TEXT,
    AttributeType.RICH_TEXT: _TEXT,
    AttributeType.NUMBER: (*_RANGE, "decimals"),
    AttributeType.BOOLEAN: (),
    AttributeType.DATE: _RANGE,
    AttributeType.SELECT: ("vocabulary",),
    AttributeType.MULTI_SELECT: ("vocabulary",),
    AttributeType.MEASUREMENT: (*_RANGE, "units", "dimension"),
    AttributeType.MONEY: (*_RANGE, "currency"),
    AttributeType.IDENTIFIER: ("scheme",),
    AttributeType.RECORD: ("record_type",),
    AttributeType.TABLE: ("columns", "max_rows"),
}
WHOLE = {"min_length": MAX_RICH_TEXT, "max_length": MAX_RICH_TEXT, "decimals": 9, "max_rows": MAX_ROWS}


def check_limits(kind: str, unit: str, limits: Any) -> dict[str, Any]:
    """The limits, each of which its type knows and which can be met. Columns are looked at by `check_columns`."""
    if not isinstance(limits, Mapping):
        raise Refusal("bad-limits", "Limits are an object", path="validation")
    if unknown := limits.keys() - set(LIMITS[kind]):
        name = min(map(str, unknown))
        raise Refusal("bad-limits", f"{name}: a {kind} has no such limit", path=f"validation.{name}")
    found = {str(name): value for name, value in limits.items() if value not in (None, "")}
    if not isinstance(found.get("vocabulary", ""), str):
        raise Refusal("bad-limits", "vocabulary is the code of one", path="validation.vocabulary")
    for name in found.keys() & WHOLE.keys():
        _check_whole(name, found[name])
    for low, high in (("min_length", "max_length"), ("min", "max")):
        _check_pair(kind, low, found.get(low), high, found.get(high))
    where = "validation.pattern"
    try:
        if pattern := found.get("pattern"):
            require_safe_pattern(str(pattern))
        where = "unit"
        if unit and kind == AttributeType.MEASUREMENT:
            spell_unit(unit, unit="", accepted=())
        where = "validation.units"
        for name in found.get("units", []):
            spell_unit(str(name), unit=unit, accepted=())
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.detail, path=where) from None
    return found


def _check_whole(name: str, value: Any) -> None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not 0 <= value <= WHOLE[name]:
        raise Refusal("bad-limits", f"{name} is a whole number from 0 to {WHOLE[name]}", path=f"validation.{name}")


def _check_pair(kind: str, low: str, least: Any, high: str, most: Any) -> None:
    read: list[Any] = []
    for name, value in ((low, least), (high, most)):
        if value is None:
            continue
        try:
            read.append(date.fromisoformat(str(value)) if kind == AttributeType.DATE else _number(value))
        except (ValueError, InvalidOperation):
            what = "a day, as 2026-01-31" if kind == AttributeType.DATE else "a number"
            raise Refusal("bad-limits", f"{name} is {what}", path=f"validation.{name}") from None
    if len(read) > 1 and read[0] > read[1]:
        raise Refusal("bad-limits", f"{low} is above {high}", path=f"validation.{low}")


def _number(value: Any) -> Decimal:
    number = Decimal("NaN" if isinstance(value, bool) else str(value))
    if not number.is_finite():
        raise ValueError("not a number")
    return number
