"""What each kind of job is called, what it is about, and which page shows it.

A room's kind gets an entry here; a kind without one is called by its name and shown on the page of jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from dam.models import Ingest
from foundation.bulk.models import BulkChange
from foundation.core.actors import Actor
from foundation.jobs.models import Job
from foundation.markets.models import Channel
from pim.models import Family, ProductImport
from workspace.queries.bulk_changes import name_of
from workspace.queries.shown import LOCALE
from workspace.queries.words import phrase


@dataclass(frozen=True)
class Subject:
    """What one job is about, and the page that shows it better than the page of jobs does."""

    name: str
    url: str = ""


# Many jobs of one kind to what each is about, by the job's id: one query a kind.
Subjects = Callable[[Sequence[Job], Actor], Mapping[int, Subject]]


@dataclass(frozen=True)
class JobKind:
    """`unit` is what `done` counts; a quiet kind is housekeeping that no tray needs to show."""

    label: str
    icon: str = "jobs"
    unit: str = ""
    subjects: Subjects | None = None
    is_quiet: bool = False


def _imports(jobs: Sequence[Job], actor: Actor) -> dict[int, Subject]:
    by_uid = {job.uid: job.pk for job in jobs}
    rows = ProductImport.objects.visible_to(actor).filter(pk__in=_payloads(jobs, "import"), job_uid__in=by_uid)
    return {
        by_uid[row.job_uid]: Subject(row.filename, reverse("import", args=[row.uid])) for row in rows if row.job_uid
    }


def _families(jobs: Sequence[Job], actor: Actor) -> dict[int, Subject]:
    codes = {job.pk: str(job.payload.get("family", "")) for job in jobs}
    found = {one.code: one.label(LOCALE) for one in Family.objects.visible_to(actor).filter(code__in=codes.values())}
    return {pk: Subject(found[code], reverse("family", args=[code])) for pk, code in codes.items() if code in found}


def _ingests(jobs: Sequence[Job], actor: Actor) -> dict[int, Subject]:
    rows = Ingest.objects.visible_to(actor).filter(pk__in=_payloads(jobs, "ingest"))
    return {
        row.job_id: Subject(row.folder.rstrip("/").rpartition("/")[2], reverse("ingest", args=[row.uid]))
        for row in rows
        if row.job_id
    }


def _feeds(jobs: Sequence[Job], actor: Actor) -> dict[int, Subject]:
    codes = {job.pk: str(job.payload.get("channel", "")) for job in jobs}
    names = dict(Channel.objects.visible_to(actor).filter(code__in=set(codes.values())).values_list("code", "name"))
    return {
        pk: Subject(names[code] or code, reverse("channel", args=[code])) for pk, code in codes.items() if code in names
    }


def _bulk_changes(jobs: Sequence[Job], actor: Actor) -> dict[int, Subject]:
    rows = {row.pk: row for row in BulkChange.objects.visible_to(actor).filter(pk__in=_payloads(jobs, "bulk_change"))}
    found = ((job.pk, rows.get(job.payload["bulk_change"])) for job in jobs)
    return {pk: Subject(name_of(row, actor), reverse("bulk_change", args=[row.uid])) for pk, row in found if row}


def _payloads(jobs: Sequence[Job], name: str) -> list[int]:
    return [job.payload[name] for job in jobs if isinstance(job.payload.get(name), int)]


KINDS: dict[str, JobKind] = {
    "pim.import": JobKind("Import of products", "import", "rows", _imports),
    "pim.move_attribute": JobKind("Move of an attribute", "layers", "", _families),
    "pim.change_axes": JobKind("Change of axes", "layers", "", _families),
    "dam.ingest": JobKind("Ingest of files", "upload", "files", _ingests),
    "dam.render": JobKind("Making of renditions", "preset", "renditions", is_quiet=True),
    "bulk.change": JobKind("Bulk change", "layers", "rows", _bulk_changes),
    "audit.verify": JobKind("Verification of the audit", "check", "links"),
    "syndication.send_feed": JobKind("Feed", "channel", "", _feeds),
}


def kind_of(job: Job) -> JobKind:
    return KINDS.get(job.kind) or JobKind(phrase(job.kind.rpartition(".")[2]))


def quiet_kinds() -> list[str]:
    return [name for name, kind in KINDS.items() if kind.is_quiet]


def subjects_of(jobs: Sequence[Job], actor: Actor) -> dict[int, Subject]:
    """What each of the jobs is about, as far as the actor sees it. One query for each kind among them."""
    found: dict[int, Subject] = {}
    for name in {job.kind for job in jobs}:
        kind = KINDS.get(name)
        if kind is not None and kind.subjects is not None:
            found |= kind.subjects([job for job in jobs if job.kind == name], actor)
    return found
