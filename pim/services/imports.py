"""Taking in a file of products: it is kept, looked at, and given to a job."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from foundation.blobs.services import store_blob
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing, Problems
from foundation.core.hashing import CHUNK
from foundation.history.services import recorded
from foundation.jobs.services import start_job
from pim.choices import ImportState
from pim.errors import BadFile
from pim.models import ColumnMapping, ProductImport
from pim.queries.book import read_book
from pim.services.columns import ROW_NOTE, Survey, read_formats, read_layout, survey_columns
from pim.services.tables import MAX_BYTES, TableForm, read_table, sniff_table

JOB = "pim.import"
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
MAX_NAME = 200


def start_import(
    file: IO[bytes] | Path, *, filename: str, actor: Actor, mapping: Mapping[str, Any] | None = None,
    dry_run: bool = False,
) -> ProductImport:  # fmt: skip
    """Keep the file and start a job that brings its rows in, or with `dry_run` one that only checks them.

    `mapping` (import-mapping/1) names our header for each of theirs, and how numbers, dates and lists are written.
    A file that is no table, too large, or has headers that mean nothing is refused at once: `BadFile`,
    `UnknownColumn` or `Problems`, and nothing is kept. A check passes over headers that mean nothing: it names them,
    and takes those that the actor has mapped before as they were mapped.
    """
    actor = actor.require("pim.import")
    mapping = dict(mapping or {})
    with tempfile.NamedTemporaryFile() as copy:
        path = _bounded_copy(file, copy) if not isinstance(file, Path) else file
        form = sniff_table(path, mapping=mapping)
        read_formats(mapping)
        table = read_table(path, form=form)
        _, headers = next(table)
        if dry_run:
            mapping = _with_remembered(mapping, headers, actor)
        else:
            read_layout(headers, mapping=mapping, book=read_book())
        reading = _read_reading(form, headers, mapping=mapping)
        continues = _continued(headers, next(table, (0, []))[1], actor)
        blob = store_blob(path, media_type=MEDIA_TYPES[form.kind])
    with recorded(actor):
        product_import = ProductImport.objects.create(
            filename=Path(filename.replace("\\", "/")).name.replace("\0", "")[-MAX_NAME:] or f"products.{form.kind}",
            source=blob,
            mapping=mapping,
            dry_run=dry_run,
            reading=reading,
            continues=continues,
            owner_id=actor.user_id,
            actor=actor.label,
            created_at=moment.now(),
        )
        _start_job(product_import, actor)
    return product_import


def map_columns(*, uid: UUID, columns: Mapping[str, str | None], actor: Actor) -> ProductImport:
    """Say what headers of a checked file mean (`code`, `code@place`, a field; None leaves one out), and check it again.

    What is said is remembered for the actor's next file with the same header.
    """
    actor = actor.require("pim.import")
    with recorded(actor):
        record = _checked(uid, actor)
        headers = record.reading.get("headers", [])
        if unknown := [header for header in columns if header not in headers]:
            raise Invalid(f"The file has no column {unknown[0]!r}", path="columns")
        said = {**record.mapping, "columns": {**record.mapping.get("columns", {}), **columns}}
        survey = survey_columns(headers, mapping=said, book=read_book())
        if wrong := [one for one in survey.problems if one.path in columns]:
            raise wrong[0] if len(wrong) == 1 else Problems(wrong)
        _remember(columns, actor)
        record.mapping, record.reading = said, record.reading | _judged(survey)
        record.state, record.error = ImportState.WAITING, ""
        record.save(update_fields=["mapping", "reading", "state", "error"])
        _start_job(record, actor)
    return record


def import_checked_file(*, uid: UUID, actor: Actor) -> ProductImport:
    """Bring in the rows of a file that was checked, once. Headers that nobody mapped are left out.

    Raises `Conflict` when it is not checked (any more), or when something is in the way of reading it at all.
    """
    actor = actor.require("pim.import")
    with recorded(actor):
        record = _checked(uid, actor)
        if record.reading.get("problem"):
            raise Conflict(str(record.reading["problem"]), path="columns")
        left_out = dict.fromkeys(record.reading.get("unmapped", {}))
        record.mapping = {**record.mapping, "columns": {**record.mapping.get("columns", {}), **left_out}}
        record.dry_run, record.state, record.finished_at = False, ImportState.WAITING, None
        record.save()
        _start_job(record, actor)
    return record


def _read_reading(form: TableForm, headers: Sequence[Any], *, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """How a file was understood, as it is kept beside it."""
    survey = survey_columns(headers, mapping=mapping, book=read_book())
    return {**asdict(form), "headers": list(survey.layout.headers), **_judged(survey)}


def _judged(survey: Survey) -> dict[str, Any]:
    """The headers that mean nothing, and what keeps the file from being read at all."""
    problem = "" if survey.has_sku else next(one.detail for one in survey.problems if one.path == "sku")
    return {"unmapped": survey.unmapped, "problem": problem}


def _start_job(record: ProductImport, actor: Actor) -> None:
    """A check that could not tell one product from another has nothing to do."""
    if record.dry_run and record.reading["problem"]:
        record.state = ImportState.CHECKED
    else:
        record.job_uid = start_job(kind=JOB, queue="bulk", payload={"import": record.pk}, actor=actor).uid
    record.save(update_fields=["state", "job_uid"])


def _checked(uid: UUID, actor: Actor) -> ProductImport:
    record = ProductImport.objects.visible_to(actor).select_for_update(of=("self",)).filter(uid=uid).first()
    if record is None:
        raise Missing("There is no such import, or it is somebody else's", path="uid")
    if not record.dry_run or record.state != ImportState.CHECKED:
        raise Conflict("Only a file that was checked, and not imported yet, can be taken further", path="uid")
    return record


def _with_remembered(mapping: Mapping[str, Any], headers: Sequence[Any], actor: Actor) -> dict[str, Any]:
    """The mapping, and for headers that mean nothing by themselves what the actor said of them before."""
    book, said = read_book(), dict(mapping.get("columns", {}))
    unknown = survey_columns(headers, mapping=mapping, book=book).unmapped
    for row in ColumnMapping.objects.visible_to(actor).filter(header__in=unknown):
        wanted = {**said, row.header: row.target or None}
        if row.header not in survey_columns(headers, mapping={**mapping, "columns": wanted}, book=book).unmapped:
            said = wanted
    return {**mapping, "columns": said} if said else dict(mapping)


def _remember(columns: Mapping[str, str | None], actor: Actor) -> None:
    if actor.user_id is None:
        return
    rows = [
        ColumnMapping(owner_id=actor.user_id, header=header, target=target or "") for header, target in columns.items()
    ]
    ColumnMapping.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["owner", "header"], update_fields=["target"]
    )


def _continued(headers: Sequence[Any], cells: Sequence[Any], actor: Actor) -> ProductImport | None:
    """The import whose error file this is, by our note in its first row."""
    at = next((at for at, header in enumerate(headers) if str(header or "").strip() == ROW_NOTE), None)
    note = str(cells[at] or "") if at is not None and at < len(cells) else ""
    try:
        uid = UUID(note.partition("#")[0])
    except ValueError:
        return None
    return ProductImport.objects.visible_to(actor).filter(uid=uid).first()


def _bounded_copy(source: IO[bytes], target: Any) -> Path:
    """As a file on this machine, for libraries that want a path; stops at the limit."""
    length = 0
    while chunk := source.read(CHUNK):
        length += len(chunk)
        if length > MAX_BYTES:
            raise BadFile(f"The file has more than {MAX_BYTES:,} bytes: split it")
        target.write(chunk)
    target.flush()
    return Path(target.name)
