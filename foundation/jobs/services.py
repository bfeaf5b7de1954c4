"""Starting, cancelling and sweeping jobs; setting timers."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Missing
from foundation.history.services import request_id, request_reason
from foundation.jobs.dispatch import nudge
from foundation.jobs.models import Job, Timer
from foundation.jobs.registry import TIMER_KINDS

log = logging.getLogger("jobs")
QUEUES = ("interactive", "events", "media", "feeds", "bulk")


def start_job(
    *,
    kind: str,
    queue: str,
    payload: dict[str, Any],
    actor: Actor,
    total: int = 0,
    unique_key: str = "",
    due_at: datetime | None = None,
) -> Job:
    """Write the job and nudge a worker once the transaction commits.

    With a `unique_key` an open job of the same kind and key is returned instead of a second one.
    """
    if queue not in QUEUES:
        raise ValueError(f"No worker serves the queue {queue!r}")
    at = moment.now()
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                queue=queue,
                payload=payload,
                owner_id=actor.user_id,
                actor=actor.to_json(),
                total=total,
                unique_key=unique_key,
                due_at=due_at or at,
                created_at=at,
                request=request_id.get(),
                because=request_reason.get(),
            )
    except IntegrityError:
        open_twin = Job.objects.unfinished().filter(kind=kind, unique_key=unique_key).first()
        if open_twin is None:
            raise
        return open_twin
    transaction.on_commit(lambda: nudge(job.pk, queue))
    return job


def cancel_job(*, uid: UUID, actor: Actor) -> Job:
    """Ask a job to stop at its next step; one that has not begun stops at once."""
    with transaction.atomic():
        job = Job.objects.visible_to(actor).select_for_update().filter(uid=uid).first()
        if job is None:
            raise Missing("There is no such job", path="uid")
        if not job.is_open:
            raise Conflict(f"The job is already {job.get_state_display()}", path="uid")
        job.cancel_requested = True
        if job.state == Job.State.QUEUED:
            job.state, job.finished_at = Job.State.CANCELLED, moment.now()
        job.save(update_fields=["cancel_requested", "state", "finished_at"])
    return job


def cancel_jobs_of(user_id: int) -> int:
    """Stop all that runs or waits for somebody who leaves: their jobs would go on with what they once might."""
    with transaction.atomic():
        jobs = list(Job.objects.unfinished().select_for_update().filter(owner_id=user_id).order_by("pk"))
        for job in jobs:
            job.cancel_requested = True
            if job.state == Job.State.QUEUED:
                job.state, job.finished_at = Job.State.CANCELLED, moment.now()
        Job.objects.bulk_update(jobs, ["cancel_requested", "state", "finished_at"])
    return len(jobs)


def resume_job(*, uid: UUID, actor: Actor) -> Job:
    """Let a failed or cancelled job go on from its cursor, with attempts of its own.

    The owner resumes it with what they may do now; for anybody else it stays the owner's. `attempt` goes on counting:
    a worker that lost the job before stays fenced off.
    """
    try:
        with transaction.atomic():
            job = Job.objects.visible_to(actor).select_for_update().filter(uid=uid).first()
            if job is None:
                raise Missing("There is no such job", path="uid")
            if not job.can_resume:
                raise Conflict(f"The job is {job.get_state_display()}: there is nothing to resume", path="uid")
            if job.owner_id == actor.user_id:
                job.actor = actor.to_json()
            job.state, job.attempt_before, job.cancel_requested = Job.State.QUEUED, job.attempt, False
            job.due_at, job.finished_at, job.error = moment.now(), None, ""
            job.save()
            transaction.on_commit(lambda: nudge(job.pk, job.queue))
    except IntegrityError:
        raise Conflict("Another job does the same by now; wait for its end", path="uid") from None
    return job


def sweep_jobs() -> None:
    """Nudge every job that is due and that nobody holds, until the broker does not answer."""
    waiting = Job.objects.unfinished().filter(Q(lease_until=None) | Q(lease_until__lt=Now()), due_at__lte=moment.now())
    for job_id, queue in waiting.order_by("due_at").values_list("pk", "queue")[:200]:
        if not nudge(job_id, queue):
            return


def set_timer(kind: str, subject: str, due_at: datetime | None) -> None:
    """Be called at the moment, instead of any earlier appointment of this kind; None calls it off."""
    if due_at is None:
        Timer.objects.filter(kind=kind, subject=subject).delete()
    else:
        Timer.objects.update_or_create(kind=kind, subject=subject, defaults={"due_at": due_at})


def fire_timers() -> int:
    """Call the handlers of what is due; a timer that fails stays and is tried again in a minute."""
    fired = 0
    for timer in Timer.objects.filter(due_at__lte=moment.now(), kind__in=TIMER_KINDS).order_by("due_at")[:200]:
        try:
            with transaction.atomic():
                timer.delete()
                TIMER_KINDS[timer.kind](timer.subject)
            fired += 1
        except Exception:
            log.exception("timer %s failed", timer)
            later = moment.now() + timedelta(minutes=1)
            Timer.objects.filter(kind=timer.kind, subject=timer.subject).update(due_at=later)
    return fired
