"""Headers: from a file's own names to attributes and cells.

A header reads `code`, `code [unit]`, `code@locale`, `code@MARKET` or `code@MARKET/locale`; `sku`, `parent_sku`,
`family` and `state` are fields of the product, `category` its place in the product hierarchy. Headers that begin with
`!` are our own notes and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.core.errors import Problems, TandemError
from pim.checks import Formats
from pim.choices import ANY_LOCALE
from pim.errors import BadFile, UnknownColumn
from pim.queries.book import Book

FIELDS = {"sku": "sku", "parent_sku": "parent", "parent": "parent", "family": "family", "state": "state"}
FIELDS |= {"category": "categories"}
NOTE = "!"
ROW_NOTE = "! row"
SUMMARY_NOTE = "! problems"
_HEADER = re.compile(r"(?P<code>[A-Za-z]\w*)(?:@(?P<place>[\w*/-]+))?(?:\s*\[(?P<unit>[^\]]{1,24})\])?")
KNOWN_KEYS = frozenset(
    ["format", "sheet", "encoding", "delimiter", "decimal", "date_format", "list_separator", "booleans"]
) | {"option_labels_in", "values", "columns"}


@dataclass(frozen=True)
class Column:
    """One column that is read: a field of the product, or an attribute in a cell."""

    index: int
    header: str
    name: str
    field: str = ""
    attribute: str = ""
    market: str | None = None
    locale: str = ANY_LOCALE
    unit: str = ""


@dataclass(frozen=True)
class Layout:
    """All columns of a file, and where our own note of the row stands."""

    headers: tuple[str, ...]
    columns: tuple[Column, ...]
    row_note: int | None

    @property
    def is_error_file(self) -> bool:
        return self.row_note is not None


@dataclass(frozen=True)
class Survey:
    """What of a header row is understood, and what is not."""

    layout: Layout
    problems: list[TandemError]

    @property
    def has_sku(self) -> bool:
        return any(column.field == "sku" for column in self.layout.columns)

    @property
    def unmapped(self) -> dict[str, str]:
        """Header to what is wrong with it."""
        return {one.path: one.detail for one in self.problems if one.path in self.layout.headers}


def read_formats(mapping: Mapping[str, Any]) -> Formats:
    """How the file spells numbers, dates, lists and truth. Raises `BadFile` for a mapping that is none."""
    if unknown := mapping.keys() - KNOWN_KEYS:
        raise BadFile(f"The mapping has unknown parts: {', '.join(sorted(unknown))}", path="mapping")
    if mapping.get("format", "import-mapping/1") != "import-mapping/1":
        raise BadFile("The mapping's format is not import-mapping/1", path="mapping")
    for part in ("columns", "values", "booleans"):
        if not isinstance(mapping.get(part, {}), Mapping):
            raise BadFile(f"{part} of the mapping must be an object", path=f"mapping.{part}")
    decimal = str(mapping.get("decimal", "."))
    if decimal not in {".", ","}:
        raise BadFile("decimal of the mapping is . or ,", path="mapping.decimal")
    return Formats(
        decimal=decimal,
        date_format=str(mapping.get("date_format", "%Y-%m-%d")),
        list_separator=str(mapping.get("list_separator") or "|"),
        booleans={str(word): bool(meaning) for word, meaning in mapping.get("booleans", {}).items()},
        labels_in=str(mapping.get("option_labels_in", "")),
    )


def read_layout(headers: Sequence[Any], *, mapping: Mapping[str, Any], book: Book) -> Layout:
    """Every column, or `UnknownColumn` (several: `Problems`) for headers that mean nothing here."""
    survey = survey_columns(headers, mapping=mapping, book=book)
    if survey.problems:
        raise survey.problems[0] if len(survey.problems) == 1 else Problems(survey.problems)
    return survey.layout


def survey_columns(headers: Sequence[Any], *, mapping: Mapping[str, Any], book: Book) -> Survey:
    """The columns that can be read, and a problem for each that cannot; of two that say the same the first is read."""
    names = tuple("" if one is None else str(one).strip() for one in headers)
    wanted: Mapping[str, Any] = mapping.get("columns", {})
    columns: dict[tuple[str, str, str | None, str], Column] = {}
    problems: list[TandemError] = []
    for index, header in enumerate(names):
        name = wanted.get(header, header)
        if not header or name is None or header.startswith(NOTE):
            continue
        try:
            column = _read_column(index, header, str(name), book)
        except TandemError as error:
            problems.append(error)
            continue
        key = (column.field, column.attribute, column.market, column.locale)
        if key in columns:
            text = f"{column.header!r} says the same as {columns[key].header!r}"
            problems.append(UnknownColumn(text, path=column.header))
        columns.setdefault(key, column)
    if not any(column.field == "sku" for column in columns.values()):
        problems.append(UnknownColumn("There is no column for the SKU: name one `sku`, or map one to it", path="sku"))
    row_note = names.index(ROW_NOTE) if ROW_NOTE in names else None
    return Survey(Layout(names, tuple(columns.values()), row_note), problems)


def _read_column(index: int, header: str, name: str, book: Book) -> Column:
    if name in FIELDS:
        return Column(index, header, name, field=FIELDS[name])
    found = _HEADER.fullmatch(name)
    if found is None or found["code"] not in book.attributes:
        raise UnknownColumn(f"{header!r} is no attribute: map it to one, or to null to leave it out", path=header)
    market, locale = _read_place(found["place"] or "", book, header)
    return Column(index, header, name, attribute=found["code"], market=market, locale=locale, unit=found["unit"] or "")


def _read_place(place: str, book: Book, header: str) -> tuple[str | None, str]:
    market, slash, locale = place.partition("/")
    if not slash:
        market, locale = ("", place) if place in book.locales else (place, "")
    if market not in {"", "*"} and market not in book.markets:
        raise UnknownColumn(f"{header!r}: {market} is neither a market nor a locale", path=header)
    if locale not in {"", ANY_LOCALE} and locale not in book.locales:
        raise UnknownColumn(f"{header!r}: there is no locale {locale}", path=header)
    return (market if market not in {"", "*"} else None), locale or ANY_LOCALE
