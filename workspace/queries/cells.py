"""Typed cells: of tables in products' forms, and of records' fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pim.choices import MAX_ROWS, AttributeType
from pim.models import Attribute
from workspace.queries.shown import LOCALE

KINDS = {
    AttributeType.BOOLEAN: "choice",
    AttributeType.SELECT: "choice",
    AttributeType.DATE: "date",
    AttributeType.NUMBER: "number",
    AttributeType.MEASUREMENT: "number",
}
TRUTH = (("true", "Yes"), ("false", "No"))
NEXT = "NEXT"  # the row that a script copies


@dataclass(frozen=True)
class Head:
    """A column, as its heading says it."""

    code: str
    label: str
    unit: str
    is_required: bool
    hint: str = ""


@dataclass(frozen=True)
class Cell:
    """One input; `words` are what it says where nothing is typed."""

    name: str
    id: str
    label: str
    kind: str
    value: str = ""
    words: str = ""
    choices: Sequence[tuple[str, str]] = ()
    is_required: bool = False
    error: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Grid:
    """A table to type in or to read. The last of `rows` is empty; `blank` is a row to be copied."""

    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    blank: Sequence[Cell]
    most: int


def grid(attribute: Attribute, raw: Any, *, prefix: str = "") -> Grid:
    columns = attribute.validation.get("columns", [])
    rows = [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, list) else []
    most = int(attribute.validation.get("max_rows", MAX_ROWS))
    asked = [*rows, {}] if prefix and len(rows) < most else rows
    return Grid(
        heads=[head(one) for one in columns],
        rows=[_row(columns, row, prefix, str(at)) for at, row in enumerate(asked)],
        blank=_row(columns, {}, prefix, NEXT),
        most=most,
    )


def head(column: Mapping[str, Any]) -> Head:
    limits = column.get("validation") or {}
    return Head(
        column["code"], label_of(column), str(column.get("unit", "")), bool(column.get("required")), _hint(limits)
    )


def _row(columns: Sequence[Mapping[str, Any]], said: Mapping[str, Any], prefix: str, at: str) -> list[Cell]:
    return [
        cell(one, said.get(one["code"]), name=f"row-{at}-{one['code']}", key=f"{prefix}-{at}-{one['code']}", row=at)
        for one in columns
    ]


def cell(column: Mapping[str, Any], value: Any, *, name: str, key: str, row: str = "", error: str = "") -> Cell:
    label, kind = label_of(column), str(column["type"])
    return Cell(
        name=name,
        id=key,
        label=f"{label}, row {int(row) + 1 if row.isdecimal() else row}" if row else label,
        kind=KINDS.get(AttributeType(kind), "line"),
        value=spell(value),
        words=spoken(column, value),
        choices=choices_of(column),
        is_required=bool(column.get("required")),
        error=error,
        hint=_hint(column.get("validation") or {}),
    )


def label_of(said: Mapping[str, Any]) -> str:
    """What a column or a choice is called."""
    labels = said.get("labels") or {}
    return str(labels.get(LOCALE) or next(iter(labels.values()), said["code"]))


def choices_of(column: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    if column["type"] == AttributeType.BOOLEAN:
        return TRUTH
    return [(one["code"], label_of(one)) for one in column.get("choices", ())]


def spell(value: Any) -> str:
    """As it is typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"{value.get('amount', '')} {value.get('unit', '')}".strip()
    return "" if value is None else str(value)


def spoken(column: Mapping[str, Any], value: Any) -> str:
    """As it is read."""
    typed = spell(value)
    return dict(choices_of(column)).get(typed, typed)


def table_words(attribute: Attribute, rows: Any) -> list[list[tuple[str, str]]]:
    """Each row as pairs of column and cell."""
    columns = attribute.validation.get("columns", [])
    return [
        [(label_of(one), spoken(one, row.get(one["code"]))) for one in columns]
        for row in rows
        if isinstance(row, Mapping)
    ]


def _hint(limits: Mapping[str, Any]) -> str:
    least, most = limits.get("min"), limits.get("max")
    if least is not None and most is not None:
        return f"{least} to {most}"
    if least is not None:
        return f"At least {least}"
    return f"At most {most}" if most is not None else ""
