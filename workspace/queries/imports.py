"""Imports of products: the list, one import's progress, and its refused rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.pages import keyset_page
from foundation.jobs.models import Job
from pim.choices import ImportState
from pim.models import ImportRowError, ProductImport
from workspace.queries.shown import State
from workspace.queries.words import person

ERRORS = 100
RECENT = 50
STATES = {
    ImportState.WAITING: State("Waiting", "blue"),
    ImportState.RUNNING: State("Running", "blue"),
    ImportState.DONE: State("Done", "ok"),
    ImportState.FAILED: State("Given up", "bad"),
}
OPEN = (ImportState.WAITING, ImportState.RUNNING)


@dataclass(frozen=True)
class ImportRow:
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


@dataclass(frozen=True)
class ImportJob:
    url: str
    name: str
    at: datetime
    actor: str
    state: State
    is_running: bool
    is_done: bool
    done: int
    total: int
    counts: list[Count]
    error_file_url: str
    cancel_url: str
    failure: str


@dataclass(frozen=True)
class RowError:
    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class ImportPage:
    job: ImportJob
    errors: list[RowError]
    next_cursor: str


def import_list(*, actor: Actor) -> list[ImportRow]:
    """The newest imports that the actor may see."""
    rows = ProductImport.objects.visible_to(actor).order_by("-pk")[:RECENT]
    jobs = {job.uid: job for job in Job.objects.filter(uid__in=[row.job_uid for row in rows if row.job_uid])}
    return [
        ImportRow(
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
    found = ProductImport.objects.visible_to(actor).select_related("error_file").filter(uid=uid).first()
    if found is None:
        raise Missing("There is no such import, or it is somebody else's", path="uid")
    return found


def import_page(uid: UUID, *, actor: Actor, cursor: str = "") -> ImportPage:
    """Where the import stands; its refused rows once it is through."""
    row = get_import(uid, actor=actor)
    job = Job.objects.filter(uid=row.job_uid).first() if row.job_uid else None
    is_running = row.state in OPEN and (job is None or job.is_open)
    shown = ImportJob(
        url=reverse("import", args=[row.uid]),
        name=row.filename,
        at=row.created_at,
        actor=person(row.actor),
        state=_state(row, job),
        is_running=is_running,
        is_done=row.state == ImportState.DONE,
        done=job.done if job and is_running else row.rows,
        total=max(job.total, job.done) if job and is_running else row.rows,
        counts=_counts(row),
        error_file_url=reverse("import_errors", args=[row.uid]) if row.error_file_id else "",
        cancel_url=reverse("import_cancel", args=[row.uid]) if is_running and job else "",
        failure=row.error
        or (job.error.strip().splitlines()[-1] if job and job.state == Job.State.FAILED and job.error else ""),
    )
    if is_running:
        return ImportPage(shown, [], "")
    errors = ImportRowError.objects.visible_to(actor).filter(product_import=row)
    page = keyset_page(errors, order=("row", "pk"), cursor=cursor, limit=ERRORS)
    return ImportPage(
        shown, [RowError(one.row, one.column, one.value, one.detail) for one in page.rows], page.next_cursor
    )


def _state(row: ProductImport, job: Job | None) -> State:
    """The job knows better when it was cancelled or gave up before it could tell the import."""
    if job is not None and row.state in OPEN:
        if job.state == Job.State.CANCELLED:
            return State("Cancelled", "attention")
        if job.state == Job.State.FAILED:
            return STATES[ImportState.FAILED]
        if job.cancel_requested:
            return State("Stopping", "attention")
    if row.state == ImportState.DONE and row.failed:
        return State("Done, with refusals", "attention")
    return STATES[ImportState(row.state)]


def _counts(row: ProductImport) -> list[Count]:
    return [
        Count("created", row.created, "ok" if row.created else ""),
        Count("changed", row.changed),
        Count("unchanged", row.unchanged),
        Count("refused", row.failed, "bad" if row.failed else ""),
    ]
