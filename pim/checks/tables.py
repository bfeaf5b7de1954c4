"""Rows of typed cells: the values of tables, and what records say in their fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pim.checks.refusals import Refusal

if TYPE_CHECKING:
    from pim.checks.attributes import AttributeRule

Row = dict[str, Any]
CheckCell = Callable[["AttributeRule", Any], Any]
MAX_PROBLEMS = 50


def check_rows(columns: Sequence[AttributeRule], raw: Any, most: int, check_cell: CheckCell) -> list[Row]:
    """Rows with their typed cells; those in which nothing is said are left out. A text is read as JSON."""
    rows = read_json(raw) if isinstance(raw, str) else raw
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Refusal("not-table", "A table is wanted: a list of rows, each an object of column to cell")
    if len(rows) > most:
        raise Refusal("too-many-rows", f"{len(rows)} rows are too many; {most} is the limit")
    found, problems = [], []
    for at, row in enumerate(rows):
        try:
            found.append(check_row(columns, row, check_cell))
        except Refusal as refusal:
            problems += [
                Refusal(one.code, f"Row {at + 1}, {one.detail}", path=f"rows.{at}.{one.path}") for one in refusal.each
            ]
    _raise(problems)
    return [row for row in found if row]


def check_row(columns: Sequence[AttributeRule], raw: Mapping[str, Any], check_cell: CheckCell) -> Row:
    """The typed cells of a row; one that says nothing at all lacks nothing either."""
    known = {column.code for column in columns}
    problems = [
        Refusal("unknown-column", f"{str(name)[:40]}: there is no such column", path=str(name)[:40])
        for name in raw
        if name not in known
    ]
    cells: Row = {}
    for column in columns:
        try:
            typed = check_cell(column, raw.get(column.code))
        except Refusal as refusal:
            problems.append(Refusal(refusal.code, f"{column.code}: {refusal.detail}", path=column.code))
        else:
            if typed is not None:
                cells[column.code] = typed
    if cells and not problems:
        problems = [
            Refusal("cell-missing", f"{column.code}: say something here", path=column.code)
            for column in columns
            if column.is_required and column.code not in cells
        ]
    _raise(problems)
    return cells


def read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("not-table", "This is not JSON; write a table as a list of rows") from None


def _raise(problems: Sequence[Refusal]) -> None:
    """All that is wrong at once, as far as anybody reads on."""
    if problems:
        first, *others = problems[:MAX_PROBLEMS]
        raise Refusal(first.code, first.detail, path=first.path, others=tuple(others))
