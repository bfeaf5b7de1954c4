"""Jobs as people see them: the tray of the header, the list, and one job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.pages import decode_cursor, encode_cursor, keyset_page
from foundation.jobs.models import Job
from workspace.queries.job_kinds import kind_of, quiet_kinds, subjects_of
from workspace.queries.shown import Fact, State, Tab
from workspace.queries.words import person, phrase

TRAY, PAGE, ROWS, WATCHED = 8, 50, 100, 20
STATES = {
    Job.State.QUEUED: State("Waiting", "blue"),
    Job.State.RUNNING: State("Running", "blue"),
    Job.State.DONE: State("Done", "ok"),
    Job.State.FAILED: State("Failed", "bad"),
    Job.State.CANCELLED: State("Cancelled", "attention"),
}
# How rows of a result end: what needs a person is told by its tone.
BAD = {"failed", "refused", "error", "conflict", "denied"}
GOOD = {"done", "changed", "created", "ok", "ingested"}


@dataclass(frozen=True)
class JobRow:
    """`url` is the page that shows it best; `percent` is None while nobody knows how much there is."""

    uid: UUID
    label: str
    subject: str
    icon: str
    url: str
    own_url: str
    state: State
    is_open: bool
    can_cancel: bool
    can_resume: bool
    percent: int | None
    progress: str
    note: str
    reason: str
    owner: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def title(self) -> str:
        return f"{self.label}: {self.subject}" if self.subject else self.label


@dataclass(frozen=True)
class JobTray:
    jobs: list[JobRow]
    running: int
    ended: list[JobRow]


@dataclass(frozen=True)
class JobList:
    jobs: list[JobRow]
    states: list[Tab]
    next_cursor: str
    shows_owners: bool


@dataclass(frozen=True)
class ResultRow:
    """What became of one thing that the job went over."""

    name: str
    url: str
    state: State | None
    detail: str


@dataclass(frozen=True)
class JobPage:
    job: JobRow
    counts: list[Fact]
    rows: list[ResultRow]
    next_cursor: str


def running_jobs(actor: Actor) -> list[str]:
    """Uids of one's own that are not through, without housekeeping."""
    uids = _own(actor).unfinished().order_by("-pk").values_list("uid", flat=True)
    return [str(uid) for uid in uids[:WATCHED]]


def job_tray(actor: Actor, *, watched: Sequence[UUID] = ()) -> JobTray:
    """One's own newest jobs, what runs first; `ended` are those of the watched ones that are through by now."""
    own = _own(actor)
    running = list(own.unfinished().order_by("-pk")[:WATCHED])
    through = list(own.exclude(state__in=Job.OPEN).order_by("-pk")[:TRAY])
    shown = [*running, *through][: max(TRAY, len(running))]
    unlisted = [uid for uid in watched if uid not in {job.uid for job in shown}]
    ended = [job for job in shown if job.uid in watched and not job.is_open]
    if unlisted:
        ended += own.exclude(state__in=Job.OPEN).filter(uid__in=unlisted)
    rows = job_rows([*shown, *(job for job in ended if job not in shown)], actor)
    by_uid = {row.uid: row for row in rows}
    return JobTray([by_uid[job.uid] for job in shown], len(running), [by_uid[job.uid] for job in ended])


def job_list(*, actor: Actor, state: str = "", cursor: str = "") -> JobList:
    """One page of the jobs that the actor may see, newest first."""
    rows = Job.objects.visible_to(actor).exclude(kind__in=quiet_kinds()).select_related("owner")
    if state in Job.State.values:
        rows = rows.filter(state=state)
    page = keyset_page(rows, order=("-pk",), cursor=cursor, limit=PAGE)
    tabs = [
        Tab("All", "?", state not in Job.State.values),
        *(Tab(shown.label, f"?state={one.value}", one.value == state) for one, shown in STATES.items()),
    ]
    return JobList(job_rows(page.rows, actor), tabs, page.next_cursor, actor.may("jobs.administer"))


def job_page(uid: UUID, *, actor: Actor, cursor: str = "") -> JobPage:
    """One job: how far it is, what came of it, and of each thing it went over where it kept that."""
    job = Job.objects.visible_to(actor).select_related("owner").filter(uid=uid).first()
    if job is None:
        raise Missing("There is no such job, or it is somebody else's", path="uid")
    kept = job.result.get("rows")
    entries = [one for one in kept if isinstance(one, dict)] if isinstance(kept, list) else []
    start = decode_cursor(cursor, 1)[0] if cursor else 0
    start = start if isinstance(start, int) and start >= 0 else 0
    following = encode_cursor([start + ROWS]) if len(entries) > start + ROWS else ""
    counts = [
        Fact(phrase(name), f"{value:,}" if isinstance(value, int) else str(value))
        for name, value in job.result.items()
        if isinstance(value, int | str) and not isinstance(value, bool) and value != ""
    ]
    rows = [_result_row(one) for one in entries[start : start + ROWS]]
    return JobPage(job_rows([job], actor)[0], counts, rows, following)


def job_rows(jobs: Sequence[Job], actor: Actor) -> list[JobRow]:
    """With what each is about; one query for each kind among them."""
    subjects = subjects_of(jobs, actor)
    found = []
    for job in jobs:
        kind, subject, own_url = kind_of(job), subjects.get(job.pk), reverse("job", args=[job.uid])
        is_stopping = job.is_open and job.cancel_requested
        found.append(
            JobRow(
                uid=job.uid,
                label=kind.label,
                subject=subject.name if subject else "",
                icon=kind.icon,
                url=(subject.url if subject else "") or own_url,
                own_url=own_url,
                state=State("Stopping", "attention") if is_stopping else STATES[Job.State(job.state)],
                is_open=job.is_open,
                can_cancel=job.is_open and not job.cancel_requested,
                can_resume=job.can_resume,
                percent=job.percent if job.total else None,
                progress=_progress(job, kind.unit),
                note=job.note,
                reason=job.reason if job.state == Job.State.FAILED else "",
                owner=person(str(job.actor.get("label", ""))),
                created_at=job.created_at,
                finished_at=job.finished_at,
            )
        )
    return found


def _own(actor: Actor) -> Any:
    return Job.objects.filter(owner_id=actor.user_id or -1).exclude(kind__in=quiet_kinds())


def _progress(job: Job, unit: str) -> str:
    if not job.total and not (job.done and unit):
        return ""
    counted = f"{job.done:,} of {job.total:,}" if job.total else f"{job.done:,}"
    return f"{counted} {unit}".strip()


def _result_row(row: dict[str, Any]) -> ResultRow:
    """Rooms keep rows with `name` (or `sku`), `state`, `detail` (or `reason`), and `url` where there is a page."""
    word = str(row.get("state") or row.get("outcome") or "")
    tone = "bad" if word in BAD else "ok" if word in GOOD else ""
    url = str(row.get("url") or "")
    return ResultRow(
        name=str(row.get("name") or row.get("sku") or row.get("title") or row.get("uid") or ""),
        url=url if url.startswith("/") and not url.startswith("//") else "",
        state=State(phrase(word), tone) if word else None,
        detail=str(row.get("detail") or row.get("reason") or row.get("message") or ""),
    )
