"""The rows that stayed out, as a file of the same kind: put right, it can be sent again as it is."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.core.cells import escape_formula, unescape_formula
from foundation.core.scratch import scratch_folder
from pim.services.columns import NOTE, ROW_NOTE, SUMMARY_NOTE
from pim.services.tables import TableForm, read_table


@dataclass(frozen=True)
class Reason:
    """Why a row stayed out, and the header of the cell that caused it (empty: the row as a whole)."""

    column: str
    detail: str


@dataclass(frozen=True)
class _Sheet:
    """The error file's columns: the source's own, each that has reasons followed by one for them."""

    headers: list[str]
    picks: list[int]  # the source's column for each of ours, -1 for our notes

    def row(self, number: int, cells: Sequence[Any], reasons: Sequence[Reason], uid: str) -> list[Any]:
        by_column: dict[str, list[str]] = {}
        for reason in reasons:
            by_column.setdefault(reason.column, []).append(reason.detail)
        row: list[Any] = []
        for header, pick in zip(self.headers, self.picks, strict=True):
            if pick >= 0:
                row.append(cells[pick] if pick < len(cells) else None)
            elif header == ROW_NOTE:
                row.append(f"{uid}#{number}")
            elif header == SUMMARY_NOTE:
                row.append("; ".join(f"{one.column}: {one.detail}".removeprefix(": ") for one in reasons))
            else:
                row.append("; ".join(by_column.get(header.removeprefix(f"{NOTE} "), [])) or None)
        return row


@contextmanager
def write_error_file(
    source: Path, *, form: TableForm, uid: str, reasons: Mapping[int, Sequence[Reason]]
) -> Iterator[Path]:
    """Yield a temporary file: the source's bad rows with the reason beside each cell, a summary and a note of the row.

    An XLSX stays one, a CSV keeps its encoding and delimiter. Texts that look like formulas stay texts.
    """
    with scratch_folder("errors") as folder:
        target = folder / f"errors.{form.kind}"
        rows = _rows(source, form, uid, reasons)
        if form.kind == "xlsx":
            _write_xlsx(target, rows)
        else:
            _write_csv(target, rows, form)
        yield target


def _rows(source: Path, form: TableForm, uid: str, reasons: Mapping[int, Sequence[Reason]]) -> Iterator[list[Any]]:
    table = read_table(source, form=form)
    _, raw = next(table)
    headers = ["" if one is None else str(one).strip() for one in raw]
    named = {reason.column for row in reasons.values() for reason in row}
    names, picks = [ROW_NOTE], [-1]
    escaped = ROW_NOTE in headers and form.kind == "csv"
    for at, header in enumerate(headers):
        if header.startswith(NOTE):
            continue
        names.append(header)
        picks.append(at)
        if header in named:
            names.append(f"{NOTE} {header}")
            picks.append(-1)
    sheet = _Sheet([*names, SUMMARY_NOTE], [*picks, -1])
    yield list(sheet.headers)
    for number, cells in table:
        if number in reasons:
            plain = [unescape_formula(cell) if escaped and isinstance(cell, str) else cell for cell in cells]
            yield sheet.row(number, plain, reasons[number], uid)


def _write_csv(target: Path, rows: Iterator[list[Any]], form: TableForm) -> None:
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    with target.open("w", encoding=encoding, errors="replace", newline="") as stream:
        writer = csv.writer(stream, delimiter=form.delimiter)
        for row in rows:
            writer.writerow(["" if cell is None else escape_formula(str(cell)) for cell in row])


def _write_xlsx(target: Path, rows: Iterator[list[Any]]) -> None:
    from openpyxl import Workbook  # noqa: PLC0415  slow to import
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Products")
    sheet.freeze_panes = "B2"
    bold, red = Font(bold=True), PatternFill("solid", fgColor="FFFDE2E2")
    notes: list[bool] = []
    for row in rows:
        is_header = not notes
        if is_header:
            notes = [str(one).startswith(NOTE) for one in row]
        line = []
        for at, value in enumerate(row):
            text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value) if isinstance(value, str) else value
            cell = WriteOnlyCell(sheet, value=text)
            if isinstance(value, str):
                cell.data_type = "s"  # also for =…, which openpyxl would make a formula
                cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
            if is_header:
                cell.font = bold
            elif notes[at] and value is not None and at:
                cell.fill = red
            line.append(cell)
        sheet.append(line)
    book.save(target)
