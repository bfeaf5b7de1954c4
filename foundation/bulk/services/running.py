"""The job that goes through the rows."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from foundation.bulk.choices import State
from foundation.bulk.models import BulkChange
from foundation.bulk.services.carrying import STEPS, finish, stop
from foundation.jobs.running import ATTEMPTS, Cancelled, JobRun


def run_bulk_change(run: JobRun) -> dict[str, Any]:
    """Preview, apply or undo, whichever was begun; called again after a crash it goes on where it was."""
    change = BulkChange.objects.get(pk=run.payload["bulk_change"])
    if change.state not in STEPS or change.job_uid != run.job.uid:
        return _told(change)
    step, following = STEPS[State(change.state)]
    reached = int(run.cursor.get("after", 0))

    def progress(done: int, last: int) -> None:
        nonlocal reached
        run.advance(done, note=change.how.label, cursor={"done": done, "after": last})
        reached = last

    try:
        step(change, actor=run.actor, progress=progress, done=int(run.cursor.get("done", 0)), after=reached)
    except Cancelled:
        stop(change, after=reached, note="Stopped by hand")
        raise
    except Exception as error:
        if run.job.attempt >= ATTEMPTS:  # the job is given up, and so is the rest
            stop(change, after=reached, note=f"Given up: {error}")
        raise
    with transaction.atomic():
        finish(change, following)
        run.advance(run.job.total)
    return _told(change)


def _told(change: BulkChange) -> dict[str, Any]:
    change.refresh_from_db()
    counts = {name: getattr(change, name) for name in ("changed", "same", "refused", "undone", "kept")}
    return {"bulk_change": str(change.uid), "state": change.state, **counts}
