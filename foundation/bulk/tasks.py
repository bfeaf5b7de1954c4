"""The job that goes through the rows of a bulk change, and the timer that forgets those nobody applied."""

from __future__ import annotations

from typing import Any

from foundation.bulk.services.carrying import FORGET
from foundation.bulk.services.changes import JOB, forget_bulk_change
from foundation.bulk.services.running import run_bulk_change
from foundation.jobs.registry import job_kind, timer_kind
from foundation.jobs.running import JobRun


@job_kind(JOB)
def change_many(run: JobRun) -> dict[str, Any]:
    return run_bulk_change(run)


@timer_kind(FORGET)
def forget(subject: str) -> None:
    forget_bulk_change(uid=subject)
