"""Reading tables from files of strangers: XLSX and CSV, row by row, with limits before anything is unpacked."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile, ZipFile

from foundation.core.hashing import CHUNK
from pim.errors import BadFile

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 2_000
MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELL = 32_767
ENCODINGS = ("utf-8-sig", "utf-8", "cp1252", "iso-8859-1", "latin-1", "utf-16")
DELIMITERS = ",;\t|"

Row = tuple[int, list[Any]]


@dataclass(frozen=True)
class TableForm:
    """How a file is to be read."""

    kind: Literal["xlsx", "csv"]
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""


def sniff_table(path: Path, *, mapping: Mapping[str, Any]) -> TableForm:
    """What kind of table it is. Looks at sizes before it unpacks; raises `BadFile` for what is none."""
    size = path.stat().st_size
    if not size:
        raise BadFile("The file is empty")
    if size > MAX_BYTES:
        raise BadFile(f"The file has {size:,} bytes; {MAX_BYTES:,} is the limit: split it")
    with path.open("rb") as stream:
        start = stream.read(8)
    if start.startswith(b"PK\x03\x04"):
        _require_harmless_archive(path)
        return TableForm("xlsx", sheet=str(mapping.get("sheet", "")))
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile("This is an old or an encrypted workbook: save it as .xlsx without a password")
    encoding = _sniff_encoding(path, str(mapping.get("encoding", "")))
    return TableForm("csv", encoding, str(mapping.get("delimiter", "")) or _sniff_delimiter(path, encoding))


def read_table(path: Path, *, form: TableForm) -> Iterator[Row]:
    """Rows as (number, cells), the header first; empty rows are left out, cells at the end that are empty cut off."""
    rows = _read_xlsx(path, form) if form.kind == "xlsx" else _read_csv(path, form)
    count = 0
    for number, cells in rows:
        if number > 2 * MAX_ROWS:
            raise BadFile(f"The table goes beyond row {2 * MAX_ROWS:,}: remove empty rows, or split it")
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if not cells:
            continue
        count += 1
        if count > MAX_ROWS + 1:
            raise BadFile(f"The table has more than {MAX_ROWS:,} rows: split it")
        if len(cells) > MAX_COLUMNS:
            raise BadFile(f"Row {number} has {len(cells)} columns; {MAX_COLUMNS} is the limit")
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in cells):
            raise BadFile(f"Row {number} has a cell of more than {MAX_CELL:,} characters")
        yield number, cells
    if not count:
        raise BadFile("The table has no header")


def plain_cell(cell: Any) -> Any:
    """A cell as JSON can hold it: days as 2026-01-31, other numbers and texts as they are."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    return cell


def _require_harmless_archive(path: Path) -> None:
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadFile("The workbook is damaged: save it again") from error
    if len(entries) > MAX_ENTRIES:
        raise BadFile(f"The workbook has {len(entries)} parts; {MAX_ENTRIES} is the limit")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > MAX_UNPACKED or (unpacked > CHUNK and unpacked / packed > MAX_RATIO):
        raise BadFile("The workbook would unpack to far more than it should: it is not read")
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise BadFile("This archive is not a workbook: send .xlsx or .csv")


def _sniff_encoding(path: Path, given: str) -> str:
    if given:
        if given.lower() not in ENCODINGS:
            raise BadFile(f"The encoding {given!r} is not understood; use {', '.join(ENCODINGS)}")
        candidates = [given.lower()]
    else:
        with path.open("rb") as stream:
            mark = stream.read(3)
        if mark[:2] in (b"\xff\xfe", b"\xfe\xff"):
            candidates = ["utf-16"]
        else:
            candidates = ["utf-8-sig" if mark == b"\xef\xbb\xbf" else "utf-8", "cp1252", "iso-8859-1"]
    for encoding in candidates:
        try:
            with path.open(encoding=encoding, newline="") as stream:
                while chunk := stream.read(CHUNK):
                    if "\0" in chunk:
                        raise BadFile("The file has NUL bytes: it is not a text")
        except UnicodeError:
            continue
        return encoding
    raise BadFile(f"The file is not written in {candidates[0]}")


def _sniff_delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as stream:
        line = stream.readline(MAX_CELL)
    widths = {delimiter: len(next(csv.reader([line], delimiter=delimiter), [])) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: widths[delimiter])


def _read_csv(path: Path, form: TableForm) -> Iterator[Row]:
    if len(form.delimiter) != 1:
        raise BadFile("The delimiter must be one character")
    with path.open(encoding=form.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=form.delimiter, strict=True)
        try:
            yield from enumerate(reader, 1)
        except csv.Error as error:
            raise BadFile(f"Line {reader.line_num} is not well-formed CSV: {error}") from error


def _read_xlsx(path: Path, form: TableForm) -> Iterator[Row]:
    from openpyxl import load_workbook  # noqa: PLC0415  slow to import, and only files need it

    with path.open("rb") as stream:  # a stream, since openpyxl judges paths by their endings
        try:
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        except Exception as error:  # whatever a hostile part makes the parser raise
            raise BadFile("The workbook cannot be read: save it again, without macros and links") from error
        with closing(book):
            yield from _read_sheet(book, form)


def _read_sheet(book: Any, form: TableForm) -> Iterator[Row]:
    if form.sheet and form.sheet not in book.sheetnames:
        raise BadFile(f"There is no sheet {form.sheet!r}; there are {', '.join(book.sheetnames)}")
    if not book.worksheets:
        raise BadFile("The workbook has no sheet")
    sheet = book[form.sheet] if form.sheet else book.worksheets[0]
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    number = 0
    while True:
        try:
            cells = next(rows, None)
        except Exception as error:  # as above: sheets are parsed as they are read
            raise BadFile(f"The sheet cannot be read after row {number}") from error
        if cells is None:
            return
        number += 1
        yield number, list(cells)
