"""Rows of an import: what came of each, what differs, and what is to be done about those that stay out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from pim.choices import RowOutcome
from pim.models import Attribute, ImportRow, ImportRowError, Product, ProductImport
from pim.queries.imports import FIELDS
from workspace.queries.options import OptionWords, words_of
from workspace.queries.shown import LOCALE, State, Tab
from workspace.queries.words import in_words, phrase

PAGE = 50
STATES = {
    RowOutcome.CREATED: State("New", "ok"),
    RowOutcome.CHANGED: State("Changed", "blue"),
    RowOutcome.UNCHANGED: State("The same"),
    RowOutcome.FAILED: State("Refused", "bad"),
}
# What to do about a refusal, by its code. The reason beside it says what was wrong.
ADVICE = {
    "missing-sku": "Fill in the SKU.",
    "duplicate-sku": "Keep one row for each SKU.",
    "bad-sku": "Write the SKU on one line, without doubled spaces.",
    "extra-cells": "Put texts that hold the delimiter into quotes.",
    "unknown-parent": "Add a row for the parent, or correct its SKU.",
    "parent-refused": "Mend the parent’s row; this one comes in with it.",
    "parent-circle": "Let one of these products have no parent.",
    "parent-fixed": "Leave the parent empty, or make a new product.",
    "family-fixed": "Leave the family empty.",
    "family-of-parent": "Leave the family empty; the parent’s counts.",
    "unknown-family": "Use one of the families named.",
    "axis-missing": "Fill in what tells this variant from the others.",
    "axes-taken": "Give it other axis values, or use the SKU that has them.",
    "identifier-taken": "Check the code with the supplier; one product has it.",
    "unknown-option": "Use one of the options, or ask for a new one.",
    "not-in-family": "Clear the cell; such products do not have it.",
    "wrong-level": "Move the value to the row it belongs to.",
    "denied": "Ask a steward of all markets.",
}
OTHERWISE = "Correct the cell in the downloaded file and import that one."


@dataclass(frozen=True)
class Change:
    label: str
    where: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    row: int
    sku: str
    changes: list[Change]


@dataclass(frozen=True)
class RowError:
    row: int
    column: str
    value: str
    reason: str
    advice: str


@dataclass(frozen=True)
class RowLine:
    row: int
    sku: str
    url: str
    state: State
    changes: list[Change]
    errors: list[RowError]


@dataclass(frozen=True)
class RowList:
    outcomes: list[Tab]
    rows: list[RowLine]
    shown: list[ImportRow]
    next_cursor: str


class _Speller:
    """Typed values in words, for the attributes that the actor may see. Two queries."""

    def __init__(self, rows: Iterable[ImportRow], actor: Actor) -> None:
        said = [change for row in rows for change in row.changes]
        codes = {change["attribute"] for change in said}
        self.attributes = {one.code: one for one in Attribute.objects.visible_to(actor).filter(code__in=codes)}
        known = [(self.attributes[one["attribute"]], one) for one in said if one["attribute"] in self.attributes]
        values = [(attribute, one[name]) for attribute, one in known for name in ("before", "after")]
        self.options: OptionWords = words_of(values, LOCALE)

    def changes(self, row: ImportRow) -> list[Change]:
        return [self.change(one) for one in row.changes if one["attribute"] in {*self.attributes, *FIELDS}]

    def change(self, one: dict[str, Any]) -> Change:
        where = ", ".join(part for part in str(one["cell"]).split("/") if part != "*")
        attribute = self.attributes.get(one["attribute"])
        if attribute is None:
            return Change(phrase(one["attribute"]), where, one["before"] or "", one["after"] or "")
        before, after = (self.words(attribute, one[name]) for name in ("before", "after"))
        return Change(attribute.label(LOCALE), where, before, after)

    def words(self, attribute: Attribute, value: Any) -> str:
        found = in_words(attribute, value, self.options)
        return f"{found.text} {found.unit}".strip()


def differences(rows: Iterable[ImportRow], actor: Actor) -> list[Difference]:
    rows = list(rows)
    speller = _Speller(rows, actor)
    return [Difference(row.row, row.sku, speller.changes(row)) for row in rows]


def row_errors(errors: Iterable[ImportRowError]) -> list[RowError]:
    return [RowError(one.row, one.column, one.value, one.detail, ADVICE.get(one.code, OTHERWISE)) for one in errors]


def row_list(record: ProductImport, *, actor: Actor, outcome: str = "", cursor: str = "") -> RowList:
    """One page of the rows, of one outcome or of all, in the file's order. The counts are those of the import."""
    found = ImportRow.objects.visible_to(actor).filter(product_import=record)
    if outcome in RowOutcome.values:
        found = found.filter(outcome=outcome)
    page = keyset_page(found, order=("row", "pk"), cursor=cursor, limit=PAGE)
    return RowList(_tabs(record, outcome), _lines(page.rows, record, actor), list(page.rows), page.next_cursor)


def _tabs(record: ProductImport, outcome: str) -> list[Tab]:
    everything = record.created + record.changed + record.unchanged + record.failed
    return [
        Tab("All", "?", outcome not in RowOutcome.values, count=everything),
        *(
            Tab(STATES[one].label, f"?outcome={one}", one == outcome, count=int(getattr(record, one.value)))
            for one in RowOutcome
        ),
    ]


def _lines(rows: Sequence[ImportRow], record: ProductImport, actor: Actor) -> list[RowLine]:
    speller = _Speller(rows, actor)
    said: dict[int, list[ImportRowError]] = defaultdict(list)
    numbers = [row.row for row in rows if row.outcome == RowOutcome.FAILED]
    for error in record.errors.filter(row__in=numbers).order_by("row", "pk"):
        said[error.row].append(error)
    known = Product.objects.visible_to(actor).filter(sku__in={row.sku for row in rows if row.sku})
    pages = {sku: reverse("product", args=[uid]) for sku, uid in known.values_list("sku", "uid")}
    return [
        RowLine(
            row.row, row.sku, pages.get(row.sku, ""), STATES[RowOutcome(row.outcome)], speller.changes(row),
            row_errors(said[row.row]),
        )
        for row in rows
    ]  # fmt: skip
