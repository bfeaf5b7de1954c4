"""Imports of products: the list, one import's progress and report, and its rows one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.pages import keyset_page
from foundation.jobs.models import Job
from pim.choices import ImportState, RowOutcome
from pim.models import ImportRow, ImportRowError, ProductImport
from workspace.queries.import_columns import Mapper, mapper
from workspace.queries.import_rows import Difference, RowError, differences, row_errors
from workspace.queries.shown import State
from workspace.queries.words import person

ERRORS = 100
RECENT = 50
SAMPLE = 8  # rows whose differences the report shows
STATES = {
    ImportState.WAITING: State("Waiting", "blue"),
    ImportState.RUNNING: State("Running", "blue"),
    ImportState.CHECKED: State("Checked, not imported", "attention"),
    ImportState.DONE: State("Done", "ok"),
    ImportState.FAILED: State("Given up", "bad"),
}
OPEN = (ImportState.WAITING, ImportState.RUNNING)
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16"}


@dataclass(frozen=True)
class ImportLine:
    url: str
    name: str
    at: datetime
    actor: str
    state: State
    rows: int
    failed: int


@dataclass(frozen=True)
class Count:
    label: str
    value: int
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class ImportJob:
    url: str
    name: str
    at: datetime
    actor: str
    state: State
    reading: str
    continues: Link | None
    is_running: bool
    is_check: bool
    is_checked: bool
    is_done: bool
    done: int
    total: int
    counts: list[Count]
    error_file_url: str
    cancel_url: str
    run_url: str
    failure: str


@dataclass(frozen=True)
class ImportPage:
    job: ImportJob
    mapper: Mapper | None
    differences: list[Difference]
    shown: list[ImportRow]  # whose differences these are
    errors: list[RowError]
    next_cursor: str


def import_list(*, actor: Actor) -> list[ImportLine]:
    """The newest imports that the actor may see."""
    rows = ProductImport.objects.visible_to(actor).order_by("-pk")[:RECENT]
    jobs = {job.uid: job for job in Job.objects.filter(uid__in=[row.job_uid for row in rows if row.job_uid])}
    return [
        ImportLine(
            url=reverse("import", args=[row.uid]),
            name=row.filename,
            at=row.created_at,
            actor=person(row.actor),
            state=_state(row, jobs.get(row.job_uid) if row.job_uid else None),
            rows=row.rows,
            failed=row.failed,
        )
        for row in rows
    ]


def get_import(uid: UUID, *, actor: Actor) -> ProductImport:
    found = ProductImport.objects.visible_to(actor).select_related("error_file", "continues").filter(uid=uid).first()
    if found is None:
        raise Missing("There is no such import, or it is somebody else's", path="uid")
    return found


def import_page(uid: UUID, *, actor: Actor, cursor: str = "") -> ImportPage:
    """Where the import stands; once it is through, what came of it, or what would."""
    row = get_import(uid, actor=actor)
    job = Job.objects.filter(uid=row.job_uid).first() if row.job_uid else None
    shown = _job(row, job, actor)
    if shown.is_running:
        return ImportPage(shown, None, [], [], [], "")
    errors = ImportRowError.objects.visible_to(actor).filter(product_import=row)
    page = keyset_page(errors, order=("row", "pk"), cursor=cursor, limit=ERRORS)
    sample: list[ImportRow] = []
    if shown.is_checked and not cursor:
        changed = ImportRow.objects.filter(product_import=row, outcome=RowOutcome.CHANGED)
        sample = list(changed.order_by("row")[:SAMPLE])
    return ImportPage(
        job=shown,
        mapper=mapper(row, actor) if shown.is_checked and not cursor else None,
        differences=differences(sample, actor),
        shown=sample,
        errors=row_errors(page.rows),
        next_cursor=page.next_cursor,
    )


def _job(row: ProductImport, job: Job | None, actor: Actor) -> ImportJob:
    is_running = row.state in OPEN and (job is None or job.is_open)
    is_checked = row.dry_run and row.state == ImportState.CHECKED
    earlier = row.continues
    is_known = earlier is not None and ProductImport.objects.visible_to(actor).filter(pk=earlier.pk).exists()
    return ImportJob(
        url=reverse("import", args=[row.uid]),
        name=row.filename,
        at=row.created_at,
        actor=person(row.actor),
        state=_state(row, job),
        reading=_reading(row.reading),
        continues=Link(earlier.filename, reverse("import", args=[earlier.uid])) if earlier and is_known else None,
        is_running=is_running,
        is_check=row.dry_run,
        is_checked=is_checked,
        is_done=row.state == ImportState.DONE,
        done=job.done if job and is_running else row.rows,
        total=max(job.total, job.done) if job and is_running else row.rows,
        counts=_counts(row),
        error_file_url=reverse("import_errors", args=[row.uid]) if row.error_file_id else "",
        cancel_url=reverse("import_cancel", args=[row.uid]) if is_running and job else "",
        run_url=reverse("import_run", args=[row.uid]) if is_checked and not row.reading.get("problem") else "",
        failure=row.error
        or (job.error.strip().splitlines()[-1] if job and job.state == Job.State.FAILED and job.error else ""),
    )


def _reading(reading: Mapping[str, Any]) -> str:
    """`CSV in UTF-8, separated by semicolons`: what was found out, since a wrong guess garbles everything."""
    if not reading:
        return ""
    columns = f"{len(reading.get('headers', []))} columns"
    if reading.get("kind") == "xlsx":
        sheet = f"sheet {reading['sheet']}" if reading.get("sheet") else "first sheet"
        return f"Workbook, {sheet}, {columns}"
    encoding = str(reading.get("encoding", ""))
    delimiter = str(reading.get("delimiter", ""))
    said = DELIMITERS.get(delimiter, repr(delimiter))
    return f"CSV in {ENCODINGS.get(encoding, encoding)}, separated by {said}, {columns}"


def _state(row: ProductImport, job: Job | None) -> State:
    """The job knows better when it was cancelled or gave up before it could tell the import."""
    if job is not None and row.state in OPEN:
        if job.state == Job.State.CANCELLED:
            return State("Cancelled", "attention")
        if job.state == Job.State.FAILED:
            return STATES[ImportState.FAILED]
        if job.cancel_requested:
            return State("Stopping", "attention")
        if row.dry_run and row.state == ImportState.RUNNING:
            return State("Checking", "blue")
    if row.state == ImportState.DONE and row.failed:
        return State("Done, with refusals", "attention")
    return STATES[ImportState(row.state)]


def _counts(row: ProductImport) -> list[Count]:
    rows = reverse("import_rows", args=[row.uid])

    def count(label: str, value: int, outcome: RowOutcome, tone: str = "") -> Count:
        return Count(label, value, tone if value else "", f"{rows}?outcome={outcome}" if value else "")

    return [
        count("new", row.created, RowOutcome.CREATED, "ok"),
        count("changed", row.changed, RowOutcome.CHANGED),
        count("the same", row.unchanged, RowOutcome.UNCHANGED),
        count("refused", row.failed, RowOutcome.FAILED, "bad"),
    ]
