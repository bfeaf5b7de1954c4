"""Carrying out one job under a lease: claim, heartbeat, fence, finish."""

from __future__ import annotations

import logging
import threading
import traceback
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Now

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.history.services import on_request
from foundation.jobs.models import Job
from foundation.jobs.registry import JOB_KINDS

log = logging.getLogger("jobs")
LEASE = timedelta(seconds=3)
HEARTBEAT_SECONDS = 1.0
ATTEMPTS = 5


class LeaseLost(BaseException):
    """Another worker has taken the job over; this one must not write any more."""


class Cancelled(BaseException):
    """The owner asked the job to stop."""


class JobRun:
    """A job in the hands of this worker."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.payload: dict[str, Any] = job.payload
        self.cursor: dict[str, Any] = job.cursor

    @property
    def actor(self) -> Actor:
        """Who asked for the job, with what they were allowed when they asked."""
        return Actor.from_json(self.job.actor)

    @property
    def is_last_attempt(self) -> bool:
        """Is the job given up when this attempt fails?"""
        return self.job.attempts >= ATTEMPTS

    def advance(
        self, done: int, *, total: int | None = None, note: str = "", cursor: dict[str, Any] | None = None
    ) -> None:
        """Record progress. Call it inside the transaction of the work it stands for: then a worker that
        lost its lease cannot commit that work. Raises `LeaseLost` or `Cancelled`.
        """
        changes: dict[str, Any] = {"done": done, "note": note}
        if total is not None:
            changes["total"] = total
        if cursor is not None:
            changes["cursor"] = self.cursor = cursor
        if not self._mine().update(**changes):
            raise LeaseLost
        if self._mine().filter(cancel_requested=True).exists():
            raise Cancelled

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, attempt=self.job.attempt, state=Job.State.RUNNING)


class Heartbeat:
    """Renews the lease each second from a thread with a database connection of its own."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.beat, daemon=True)

    def beat(self) -> None:
        try:
            while not self.over.wait(HEARTBEAT_SECONDS):
                mine = Job.objects.filter(pk=self.job.pk, attempt=self.job.attempt, state=Job.State.RUNNING)
                if not mine.update(lease_until=Now() + LEASE):
                    return
        except Exception:
            log.exception("job %s: the lease could not be renewed", self.job.pk)
        finally:
            connection.close()

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.over.set()
        self.thread.join()


def claim_job(job_id: int) -> Job | None:
    """Take the job if it is due and nobody holds it. The database's clock decides about leases."""
    claimed = (
        Job.objects.unfinished()
        .filter(Q(lease_until=None) | Q(lease_until__lt=Now()), pk=job_id, due_at__lte=moment.now())
        .update(state=Job.State.RUNNING, attempt=F("attempt") + 1, lease_until=Now() + LEASE)
    )
    return Job.objects.get(pk=job_id) if claimed else None


def run_job(job_id: int, *, heartbeat: bool = True) -> bool:
    """Carry the job out unless somebody else does. True when this call ran it to an end of any kind."""
    job = claim_job(job_id)
    if job is None:
        return False
    if not heartbeat:
        return _carry_out(job)
    with Heartbeat(job):
        return _carry_out(job)


def _carry_out(job: Job) -> bool:
    run = JobRun(job)
    try:
        if job.attempts > ATTEMPTS:
            return _finish(job, Job.State.FAILED, error=f"Given up after {ATTEMPTS} attempts.\n{job.error}")
        with on_request(job.request, job.because):
            result = JOB_KINDS[job.kind](run) or {}
    except LeaseLost:
        log.warning("job %s was taken over by another worker", job.pk)
        return False
    except Cancelled:
        return _finish(job, Job.State.CANCELLED)
    except Exception:
        log.exception("job %s failed in attempt %s", job.pk, job.attempt)
        return _try_later(job, traceback.format_exc())
    return _finish(job, Job.State.DONE, result=result)


def _try_later(job: Job, error: str) -> bool:
    if job.attempts >= ATTEMPTS:
        return _finish(job, Job.State.FAILED, error=error)
    pause = timedelta(seconds=2 ** (job.attempts - 1))
    Job.objects.filter(pk=job.pk, attempt=job.attempt).update(
        state=Job.State.QUEUED, lease_until=None, due_at=moment.now() + pause, error=error
    )
    return False


def _finish(job: Job, state: Job.State, *, result: dict[str, Any] | None = None, error: str = "") -> bool:
    changes: dict[str, Any] = {"state": state, "finished_at": moment.now(), "lease_until": None, "error": error}
    if result is not None:
        changes["result"] = result
    return bool(Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING).update(**changes))


def run_due_jobs(limit: int = 1000) -> int:
    """Carry out here and now what is due, in this thread: for tests, rebuilds and a machine without workers."""
    ran = 0
    while ran < limit:
        job_id = Job.objects.unfinished().filter(due_at__lte=moment.now(), lease_until=None).values_list("pk").first()
        if job_id is None:
            break
        run_job(job_id[0], heartbeat=False)
        ran += 1
    return ran
