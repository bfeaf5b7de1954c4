"""What workers and timers call, by name."""

from __future__ import annotations

from typing import Any

from dam.services.ingesting import run_ingest
from dam.services.ingests import JOB as INGEST
from dam.services.licences import TIMER, pass_boundary
from dam.services.rendering import make_renditions
from dam.services.renditions import JOB as RENDER
from foundation.jobs.registry import job_kind, timer_kind
from foundation.jobs.running import JobRun


@job_kind(INGEST)
def ingest(run: JobRun) -> dict[str, Any]:
    return run_ingest(run)


@job_kind(RENDER)
def render(run: JobRun) -> dict[str, Any]:
    return make_renditions(run)


@timer_kind(TIMER)
def rights(subject: str) -> None:
    pass_boundary(subject)
