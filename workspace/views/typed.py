"""From what a form sends to what a service takes: one reading for each kind of control."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import QueryDict

from foundation.core.errors import Invalid
from pim.choices import AttributeType
from pim.models import Attribute
from workspace.queries.options import words_of

AMOUNT = "amount-"
CELL = re.compile(r"row-(?P<row>\d{1,6})-(?P<column>[A-Za-z]\w*)")


def read_value(attribute: Attribute, form: QueryDict, locale: str) -> Any:
    """What was typed, in the form that `set_values` reads; None where everything is empty."""
    match attribute.type:
        case AttributeType.SELECT | AttributeType.RECORD:
            return _one(attribute, form, locale)
        case AttributeType.MULTI_SELECT:
            return [*form.getlist("value"), *([typed] if (typed := form.get("typed", "").strip()) else [])] or None
        case AttributeType.MEASUREMENT:
            amount = form.get("value", "").strip()
            return {"amount": amount, "unit": form.get("unit", "")} if amount else None
        case AttributeType.MONEY:
            return _money(form)
        case AttributeType.TABLE:
            return read_rows(form) or None
    return form.get("value", "") or None


def _one(attribute: Attribute, form: QueryDict, locale: str) -> str | None:
    """In long lists what is typed is believed, unless it still is the label of the option that was chosen."""
    code, typed = form.get("value", ""), form.get("typed")
    if typed is None or (code and words_of([(attribute, code)], locale).get((attribute.pk, code)) == typed):
        return code or None
    return typed.strip() or None


def read_rows(form: QueryDict) -> list[dict[str, str]]:
    """Rows of cells, those in which nothing is typed left out."""
    rows: dict[int, dict[str, str]] = {}
    for name in form:
        if found := CELL.fullmatch(name):
            rows.setdefault(int(found["row"]), {})[found["column"]] = form.get(name, "").strip()
    said = ({column: cell for column, cell in rows[at].items() if cell} for at in sorted(rows))
    return [row for row in said if row]


def _money(form: QueryDict) -> dict[str, str] | None:
    said = {name.removeprefix(AMOUNT): form.get(name, "").strip() for name in form if name.startswith(AMOUNT)}
    if amount := form.get("amount", "").strip():
        said[form.get("currency", "").strip().upper()] = amount
    return {currency: amount for currency, amount in said.items() if amount} or None


def read_expected(form: QueryDict) -> Any:
    """The own value that the person saw; nothing said means that they saw none."""
    try:
        return json.loads(form.get("expected") or "null")
    except (ValueError, RecursionError):
        raise Invalid("expected is not JSON", path="expected") from None


def read_last_day(text: str) -> datetime | None:
    """The end of an override: midnight after its last day."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise Invalid(f"{text[:20]!r} is not a day; write it like 2026-01-31", path="last_day") from None
