"""The job that brings a file's rows in: parents first, 200 rows a transaction, from where it was interrupted."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.db.models import F

from foundation.blobs.services import local_copy
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.cells import unescape_formula
from foundation.core.errors import Problems, TandemError
from foundation.history.services import recorded
from foundation.jobs.running import JobRun
from pim.checks import Formats
from pim.choices import ImportState, RowOutcome, Sensitivity
from pim.errors import BadFile, BadProduct
from pim.models import ImportRow, ImportRowError, ProductImport
from pim.models.attributes import clearance_of
from pim.queries.book import Book, read_book
from pim.services.columns import Column, Layout, read_formats, read_layout, survey_columns
from pim.services.differences import Differences
from pim.services.drafts import UNNAMED, UNTOUCHED, CategoriesDraft, ProductDraft, ValueDraft
from pim.services.finishing import finish_import, fix_rows
from pim.services.planning import Foresight, Plan, Planner
from pim.services.tables import plain_cell, read_table, sniff_table
from pim.services.writing import write_drafts

CHUNK_ROWS = 200
DEEPEST = 2
MAX_SHOWN = 500
COUNTS = ("created", "changed", "unchanged", "failed")
# One that was given up goes on when its job is resumed.
ENDED = (ImportState.CHECKED, ImportState.DONE)


@dataclass
class Source:
    """A file as it was scanned: its rows in a spool, and for each SKU its first row and its parent."""

    layout: Layout
    formats: Formats
    values: dict[str, dict[str, Any]]
    spool: IO[str]
    first: dict[str, int] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)
    rows: int = 0

    def __post_init__(self) -> None:
        self.fields = {column.field: column for column in self.layout.columns if column.field}
        self.paths = {column.field or column.attribute: column.header for column in reversed(self.layout.columns)}

    def text(self, cells: Sequence[Any], name: str) -> str:
        """A field of the product, as text."""
        column = self.fields.get(name)
        raw = self.cell(cells, column) if column else None
        return "" if raw is None else str(raw).strip()

    def cell(self, cells: Sequence[Any], column: Column) -> Any:
        raw = cells[column.index] if column.index < len(cells) else None
        if isinstance(raw, str) and self.layout.is_error_file:
            raw = unescape_formula(raw)
        named = self.values.get(column.name) or self.values.get(column.field or column.attribute)
        return named.get(str(raw).strip(), raw) if named and raw is not None else raw

    def level(self, number: int, sku: str) -> int:
        """How many parents a row has in the file; what names no SKU, or one again, goes first."""
        depth, seen = 0, {sku}
        if not sku or self.first[sku] != number:
            return 0
        while (sku := self.parent.get(sku, "")) and sku not in seen and depth < DEEPEST:
            seen.add(sku)
            depth += 1 if sku in self.first else 0
        return depth

    def rows_of(self, level: int, after: int) -> Iterator[tuple[int, list[Any]]]:
        """Rows of a level in the file's order, behind the row where it was interrupted."""
        self.spool.seek(0)
        for line in self.spool:
            number, cells = json.loads(line)
            if number > after and self.level(number, self.text(cells, "sku")) == level:
                yield number, cells


def import_rows(run: JobRun) -> dict[str, object]:
    """Carry out an import. Called again after a crash it goes on behind the last row that was committed."""
    record = ProductImport.objects.get(pk=run.payload["import"])
    if record.state in ENDED:
        return _result(record)
    book = read_book()
    try:
        with scanned(record, book=book) as source:
            ProductImport.objects.filter(pk=record.pk).update(
                state=ImportState.RUNNING, rows=source.rows, error="", finished_at=None
            )
            bring_in = _check_rows if record.dry_run else _bring_in
            bring_in(run, record, source, book)
    except (BadFile, Problems) as error:
        with recorded(run.actor):
            ProductImport.objects.filter(pk=record.pk).update(
                state=ImportState.FAILED, error=error.detail, finished_at=moment.now()
            )
            run.advance(0, note=error.detail[:MAX_SHOWN])
    except Exception as error:
        if run.is_last_attempt:  # the job is given up, and so is the file
            ProductImport.objects.filter(pk=record.pk).update(
                state=ImportState.FAILED, error=f"Given up: {error}"[:MAX_SHOWN], finished_at=moment.now()
            )
        raise
    else:
        if not record.dry_run:
            finish_import(record, run=run, actor=run.actor)
    record.refresh_from_db()
    return _result(record)


@contextmanager
def scanned(record: ProductImport, *, book: Book) -> Iterator[Source]:
    """Read the file once into a spool, in bounded memory."""
    with local_copy(record.source_id) as path, tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        form = sniff_table(path, mapping=record.mapping)
        rows = read_table(path, form=form)
        _, headers = next(rows)
        layout = survey_columns(headers, mapping=record.mapping, book=book).layout if record.dry_run else None
        layout = layout or read_layout(headers, mapping=record.mapping, book=book)
        source = Source(layout, read_formats(record.mapping), record.mapping.get("values", {}), spool)
        for number, raw in rows:
            cells = [plain_cell(cell) for cell in raw]
            spool.write(json.dumps([number, cells]) + "\n")
            source.rows += 1
            if (sku := source.text(cells, "sku")) and source.first.setdefault(sku, number) == number:
                source.parent[sku] = source.text(cells, "parent")
        yield source


def _bring_in(run: JobRun, record: ProductImport, source: Source, book: Book) -> None:
    if not run.cursor:
        _forget_outcomes(run, record)
    done = int(run.cursor.get("done", 0))
    start = int(run.cursor.get("level", 0))
    for level in range(start, DEEPEST + 1):
        rows = source.rows_of(level, int(run.cursor.get("row", 0)) if level == start else 0)
        while chunk := list(islice(rows, CHUNK_ROWS)):
            done += len(chunk)
            with recorded(run.actor):
                _write_chunk(chunk, record, source, book, run.actor)
                cursor = {"level": level, "row": chunk[-1][0], "done": done}
                run.advance(done, total=source.rows, note=record.filename, cursor=cursor)


def _check_rows(run: JobRun, record: ProductImport, source: Source, book: Book) -> None:
    """Plan every row as if the rows before it were in, and write down what would come of it, nothing else.

    After a crash it begins anew: what it has learnt of earlier rows is not kept.
    """
    _forget_outcomes(run, record)
    foresight, done = Foresight(), 0
    for level in range(DEEPEST + 1):
        rows = source.rows_of(level, 0)
        while chunk := list(islice(rows, CHUNK_ROWS)):
            done += len(chunk)
            batch = _read_chunk(chunk, record, source)
            with transaction.atomic():
                planner = Planner(
                    book, run.actor, clearance=Sensitivity.SECRET, at=moment.now(), foresight=foresight
                )  # fmt: skip
                plans = planner.plan_and_diff([draft for _, _, draft in batch.rows])
                transaction.set_rollback(True)  # locks and new cells were for planning only
            foresight.note(plans)
            with recorded(run.actor):
                _note_outcomes(batch, plans, record, source, Differences(book, clearance_of(run.actor)))
                run.advance(done, total=source.rows, note=record.filename)
    with recorded(run.actor):
        ProductImport.objects.filter(pk=record.pk).update(state=ImportState.CHECKED, finished_at=moment.now())
        run.advance(done, total=source.rows, note=record.filename)


def _forget_outcomes(run: JobRun, record: ProductImport) -> None:
    """What an earlier check, or an earlier attempt at one, has said of the rows."""
    with recorded(run.actor):
        ImportRow.objects.filter(product_import=record).delete()
        ImportRowError.objects.filter(product_import=record).delete()
        ProductImport.objects.filter(pk=record.pk).update(**dict.fromkeys(COUNTS, 0))


@dataclass
class _Batch:
    """Rows that can be planned, and those that the file itself rules out."""

    rows: list[tuple[int, list[Any], ProductDraft]] = field(default_factory=list)
    refused: list[tuple[int, list[Any], TandemError]] = field(default_factory=list)


def _read_chunk(chunk: list[tuple[int, list[Any]]], record: ProductImport, source: Source) -> _Batch:
    batch = _Batch()
    for number, cells in chunk:
        problem = _row_problem(number, cells, source)
        if problem is not None:
            batch.refused.append((number, cells, problem))
        else:
            batch.rows.append((number, cells, _draft(cells, record, source)))
    return batch


def _write_chunk(
    chunk: list[tuple[int, list[Any]]], record: ProductImport, source: Source, book: Book, actor: Actor
) -> None:
    batch = _read_chunk(chunk, record, source)
    plans = write_drafts(
        [draft for _, _, draft in batch.rows],
        actor=actor, at=moment.now(), clearance=Sensitivity.SECRET, partial=True, book=book,
    )  # fmt: skip
    _note_outcomes(batch, plans, record, source, Differences(book, clearance_of(actor)))
    landed = [(plan, cells) for (_, cells, _), plan in zip(batch.rows, plans, strict=True) if not plan.problems]
    notes = [note for _, cells in landed if (note := _row_note(cells, source))]
    fix_rows(record, skus=[plan.draft.sku for plan, _ in landed], notes=notes, actor=actor)


def _note_outcomes(
    batch: _Batch, plans: Sequence[Plan], record: ProductImport, source: Source, differences: Differences
) -> None:
    """What became of each row, the reasons of those that stay out, and the sums."""
    errors = [_row_error(record, number, cells, source, problem) for number, cells, problem in batch.refused]
    rows = [
        ImportRow(
            product_import=record, row=number, sku=_storable(source.text(cells, "sku")), outcome=RowOutcome.FAILED
        )
        for number, cells, _ in batch.refused
    ]
    counts = dict.fromkeys(COUNTS, 0) | {"failed": len(errors)}
    for (number, cells, _), plan in zip(batch.rows, plans, strict=True):
        outcome = differences.foretold(plan) if record.dry_run else plan.status
        counts[outcome] += 1
        errors += [_row_error(record, number, cells, source, problem) for problem in plan.problems]
        rows.append(
            ImportRow(
                product_import=record, row=number, sku=_storable(source.text(cells, "sku")), outcome=outcome,
                changes=[] if plan.problems else differences.of(plan),
            )
        )  # fmt: skip
    ImportRow.objects.bulk_create(rows)
    ImportRowError.objects.bulk_create(errors)
    ProductImport.objects.filter(pk=record.pk).update(**{name: F(name) + count for name, count in counts.items()})


def _row_problem(number: int, cells: list[Any], source: Source) -> TandemError | None:
    """What only the file as a whole can tell of a row."""
    sku, path = source.text(cells, "sku"), source.paths["sku"]
    if len(cells) > len(source.layout.headers):
        return BadProduct("There are more cells than headers: is a delimiter in a text?", reason="extra-cells")
    if not sku:
        return BadProduct("The SKU is missing", path=path, reason="missing-sku")
    if source.first[sku] != number:
        text = f"{sku} is in row {source.first[sku]} already, which counts"
        return BadProduct(text, path=path, reason="duplicate-sku")
    seen, above = {sku}, source.parent.get(sku, "")
    while above and above not in seen:
        seen.add(above)
        above = source.parent.get(above, "")
    if above:
        return BadProduct("The parents go round in a circle", path=source.paths["parent"], reason="parent-circle")
    return None


def _draft(cells: list[Any], record: ProductImport, source: Source) -> ProductDraft:
    values = []
    for column in source.layout.columns:
        raw = source.cell(cells, column) if column.attribute else None
        if raw is not None and raw != "":
            values.append(
                ValueDraft(column.attribute, raw, column.market, column.locale, path=column.header, unit=column.unit)
            )
    return ProductDraft(
        sku=source.text(cells, "sku"),
        parent=source.text(cells, "parent") or UNNAMED,
        family=source.text(cells, "family") or None,
        state=source.text(cells, "state") or None,
        reason=f"Import of {record.filename}",
        values=values,
        categories=CategoriesDraft(added=[named]) if (named := source.text(cells, "categories")) else UNTOUCHED,
        formats=source.formats,
        columns=source.paths,
    )


def _row_note(cells: list[Any], source: Source) -> str:
    at = source.layout.row_note
    return str(cells[at]) if at is not None and at < len(cells) and cells[at] else ""


def _row_error(
    record: ProductImport, number: int, cells: list[Any], source: Source, problem: TandemError
) -> ImportRowError:
    header = problem.path if problem.path in source.layout.headers else problem.path.partition(".rows.")[0]
    header = header if header in source.layout.headers else ""
    at = source.layout.headers.index(header) if header else -1
    value = cells[at] if 0 <= at < len(cells) else None
    return ImportRowError(
        product_import=record,
        row=number,
        sku=_storable(source.text(cells, "sku")),
        column=header,
        code=problem.extra.get("reason", problem.code),
        detail=_storable(problem.detail),
        value="" if value is None else _storable(str(value)),
    )


def _storable(text: str) -> str:
    """What the database takes: no NUL, no half characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:MAX_SHOWN]


def _result(record: ProductImport) -> dict[str, object]:
    counts = {name: getattr(record, name) for name in ("rows", *COUNTS)}
    return {"import": str(record.uid), "state": record.state, "error": record.error, **counts}
