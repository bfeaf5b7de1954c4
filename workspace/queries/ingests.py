"""Ingests of media: the list, one ingest's progress, and what became of each file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count as Counted
from django.urls import reverse

from dam.choices import FileState
from dam.models import Asset, Ingest, IngestFile
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.core.pages import keyset_page
from foundation.jobs.models import Job
from workspace.queries.pictures import addresses
from workspace.queries.shown import State, Tab
from workspace.queries.words import person

PAGE = 30
FILES = 60
STATES = {
    "open": State("Receiving", "blue"),
    "queued": State("Waiting", "blue"),
    "running": State("Running", "blue"),
    "done": State("Done", "ok"),
    "failed": State("Given up", "bad"),
    "cancelled": State("Cancelled", "attention"),
    "forgotten": State("Over"),
}
RUNNING = ("queued", "running")
OUTCOMES = {
    FileState.INGESTED: State("New asset", "ok"),
    FileState.DUPLICATE: State("Duplicate", "blue"),
    FileState.REFUSED: State("Refused", "bad"),
    FileState.WAITING: State("Waiting"),
}
# What to do about a refused file, by the code of docs/errors.md.
ADVICE = {
    "active-content": "Export the drawing without scripts and outside links.",
    "decompression-bomb": "Export it with fewer pixels: up to 100 million.",
    "empty": "The file has no bytes: export it again at its source.",
    "not-an-image": "Export it as JPEG, PNG, TIFF, WebP, AVIF, SVG or PDF.",
    "too-large": "Export it smaller: a file may have 2 GB.",
    "too-many-frames": "Export a single picture of it.",
    "truncated": "Its end is missing: copy it from the card again.",
    "unreadable": "Upload it once more.",
    "unsupported": "Export it as JPEG, PNG, TIFF, WebP, AVIF, SVG or PDF.",
}
MEND = "Export it again at its source, and upload that."


@dataclass(frozen=True)
class Count:
    label: str
    value: int
    tone: str = ""


@dataclass(frozen=True)
class IngestRow:
    url: str
    name: str
    at: datetime
    actor: str
    state: State
    counts: list[Count]
    markets: str


@dataclass(frozen=True)
class IngestList:
    ingests: list[IngestRow]
    next_cursor: str


@dataclass(frozen=True)
class IngestHead:
    url: str
    name: str
    at: datetime
    actor: str
    state: State
    markets: str
    licence: str
    keywords: str
    is_open: bool
    is_running: bool
    done: int
    total: int
    counts: list[Count]
    arriving: int
    cancel_url: str
    finish_url: str
    failure: str


@dataclass(frozen=True)
class FileRow:
    """`advice` says what to do about a refused one, `asset_url` where the picture is now."""

    name: str
    state: State
    reason: str
    advice: str
    asset_url: str
    asset_name: str
    picture_url: str


@dataclass(frozen=True)
class IngestPage:
    head: IngestHead
    tabs: list[Tab]
    files: list[FileRow]
    next_cursor: str
    is_filtered: bool


def ingest_list(*, actor: Actor, cursor: str = "") -> IngestList:
    """The ingests that the actor may see, newest first."""
    rows = Ingest.objects.visible_to(actor).select_related("job", "owner")
    page = keyset_page(rows, order=("-pk",), cursor=cursor, limit=PAGE)
    counts = _counts_of(page.rows)
    return IngestList([_row(one, counts[one.pk]) for one in page.rows], page.next_cursor)


def get_ingest(uid: UUID, *, actor: Actor) -> Ingest:
    found = Ingest.objects.visible_to(actor).select_related("job", "owner", "licence").filter(uid=uid).first()
    if found is None:
        raise Missing("There is no such ingest, or it is of another market", path="uid")
    return found


def ingest_page(uid: UUID, *, actor: Actor, state: str = "", cursor: str = "") -> IngestPage:
    """Where the ingest stands, and its files, of one outcome or all, in the order in which they came."""
    if state and state not in FileState.values:
        raise Invalid(f"state is one of {', '.join(FileState.values)}", path="state")
    ingest = get_ingest(uid, actor=actor)
    counts = _count_files([ingest.pk])[ingest.pk]
    files = IngestFile.objects.filter(ingest=ingest).select_related("asset")
    page = keyset_page(files.filter(state=state) if state else files, order=("pk",), cursor=cursor, limit=FILES)
    return IngestPage(
        head=_head(ingest, counts, actor),
        tabs=_tabs(counts, state),
        files=_files(page.rows, actor),
        next_cursor=page.next_cursor,
        is_filtered=bool(state),
    )


def _counts_of(ingests: Sequence[Ingest]) -> dict[int, Mapping[str, int]]:
    """Jobs that are done have counted; the files of the others are counted here."""
    told = {one.pk: one.job.result for one in ingests if one.job and "ingested" in one.job.result}
    return told | _count_files([one.pk for one in ingests if one.pk not in told])


def _count_files(ingest_ids: Sequence[int]) -> dict[int, Mapping[str, int]]:
    found: dict[int, dict[str, int]] = {pk: {} for pk in ingest_ids}
    rows = IngestFile.objects.filter(ingest_id__in=ingest_ids).order_by().values_list("ingest_id", "state")
    for pk, state, number in rows.annotate(Counted("pk")):
        found[pk][state] = number
    return dict(found)


def _row(ingest: Ingest, counts: Mapping[str, int]) -> IngestRow:
    return IngestRow(
        url=reverse("ingest", args=[ingest.uid]),
        name=_name(ingest, sum(counts.values())),
        at=ingest.created_at,
        actor=_sender(ingest),
        state=_state(ingest, counts),
        counts=_counts(counts),
        markets=", ".join(ingest.markets) or "every market",
    )


def _head(ingest: Ingest, counts: Mapping[str, int], actor: Actor) -> IngestHead:
    job, total = ingest.job, sum(counts.values())
    is_open, is_mine = ingest.state == "open", ingest.owner_id is not None and ingest.owner_id == actor.user_id
    may_stop = is_mine if is_open else _may_stop(job, actor)
    failed = job is not None and job.state == Job.State.FAILED
    return IngestHead(
        url=reverse("ingest", args=[ingest.uid]),
        name=_name(ingest, total),
        at=ingest.created_at,
        actor=_sender(ingest),
        state=_state(ingest, counts),
        markets=", ".join(ingest.markets) or "every market",
        licence=ingest.licence.name if ingest.licence else "",
        keywords=", ".join(ingest.keywords),
        is_open=is_open,
        is_running=ingest.state in RUNNING,
        done=total - counts.get(FileState.WAITING, 0),
        total=max(total, job.total if job else 0),
        counts=_counts(counts),
        arriving=ingest.uploads.receiving().count() if is_open else 0,
        cancel_url=reverse("ingest_cancel", args=[ingest.uid]) if may_stop else "",
        finish_url=reverse("ingest_finish", args=[ingest.uid]) if is_open and is_mine and total else "",
        failure=job.error.strip().splitlines()[-1] if job and failed and job.error else "",
    )


def _may_stop(job: Job | None, actor: Actor) -> bool:
    return job is not None and job.is_open and Job.objects.visible_to(actor).filter(pk=job.pk).exists()


def _name(ingest: Ingest, files: int) -> str:
    """The folder's last step; an upload has no name of its own."""
    if ingest.folder:
        return ingest.folder.rstrip("/").rpartition("/")[2] or "Folder"
    return f"Upload of {files:,} file{'' if files == 1 else 's'}"


def _sender(ingest: Ingest) -> str:
    if ingest.job:
        return person(ingest.job.actor.get("label", ""))
    return person(f"user:{ingest.owner.username}" if ingest.owner else "")


def _state(ingest: Ingest, counts: Mapping[str, int]) -> State:
    if ingest.job and ingest.job.is_open and ingest.job.cancel_requested:
        return State("Stopping", "attention")
    if ingest.state == "done" and counts.get(FileState.REFUSED):
        return State("Done, with refusals", "attention")
    return STATES[ingest.state]


def _counts(counts: Mapping[str, int]) -> list[Count]:
    new, twin, refused, waiting = (
        counts.get(one, 0) for one in (FileState.INGESTED, FileState.DUPLICATE, FileState.REFUSED, FileState.WAITING)
    )
    found = [
        Count("new", new, "ok" if new else ""),
        Count("duplicates" if twin != 1 else "duplicate", twin),
        Count("refused", refused, "bad" if refused else ""),
    ]
    return [*found, Count("waiting", waiting)] if waiting else found


def _tabs(counts: Mapping[str, int], chosen: str) -> list[Tab]:
    tabs = [Tab("All", "?", not chosen, count=sum(counts.values()))]
    for state, shown in OUTCOMES.items():
        if counts.get(state) or state == chosen:
            tabs.append(Tab(shown.label, f"?state={state}", state == chosen, count=counts.get(state, 0)))
    return tabs


def _files(files: Sequence[IngestFile], actor: Actor) -> list[FileRow]:
    visible = _visible(files, actor)
    pictures = addresses(visible.values(), actor)
    return [_file(one, visible.get(one.asset_id or 0), pictures) for one in files]


def _visible(files: Iterable[IngestFile], actor: Actor) -> dict[int, Asset]:
    ids = {one.asset_id for one in files if one.asset_id}
    return {asset.pk: asset for asset in Asset.objects.visible_to(actor).filter(pk__in=ids)}


def _file(file: IngestFile, asset: Asset | None, pictures: Mapping[int, str]) -> FileRow:
    refused = file.state == FileState.REFUSED
    return FileRow(
        name=file.path,
        state=OUTCOMES[FileState(file.state)],
        reason=file.reason,
        advice=ADVICE.get(file.code, MEND) if refused else "",
        asset_url=reverse("asset", args=[asset.uid]) if asset else "",
        asset_name=asset.title if asset else "",
        picture_url=pictures.get(asset.pk, "") if asset else "",
    )
