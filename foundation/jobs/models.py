from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.ids import uuid7


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Actor) -> JobQuerySet:
        """One's own jobs; who administers jobs sees all."""
        return self if actor.may("jobs.administer") else self.filter(owner_id=actor.user_id or -1)

    def unfinished(self) -> JobQuerySet:
        return self.filter(state__in=Job.OPEN)


class Job(models.Model):
    """One long run. A worker holds it by a lease it renews; `attempt` fences off a worker that lost it."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    OPEN = (State.QUEUED, State.RUNNING)
    STOPPED = (State.FAILED, State.CANCELLED)

    uid = models.UUIDField(default=uuid7, unique=True)
    queue = models.TextField()
    kind = models.TextField()
    payload = models.JSONField(default=dict)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempt = models.IntegerField(default=0)
    attempt_before = models.IntegerField(default=0, help_text="The last attempt before it was resumed")
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    note = models.TextField(blank=True)
    cursor = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    unique_key = models.TextField(blank=True)
    request = models.TextField(blank=True, help_text="The request that asked for it, which its writes carry")
    because = models.TextField(blank=True, help_text="The reason that was given with that request")

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["queued", "running"]), name="job_due"),
            models.Index(fields=["owner", "-id"], name="job_of_owner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "unique_key"],
                condition=Q(state__in=["queued", "running"]) & ~Q(unique_key=""),
                name="one_open_job_per_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def can_resume(self) -> bool:
        return self.state in self.STOPPED

    @property
    def attempts(self) -> int:
        """How often it was tried since it was started or resumed."""
        return self.attempt - self.attempt_before

    @property
    def reason(self) -> str:
        """Why it failed, without the trace that is for the log."""
        lines = self.error.strip().splitlines()
        return lines[-1] if lines else ""

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.done / self.total)) if self.total else (0 if self.is_open else 100)


class Timer(models.Model):
    """A moment at which the house must look at a subject again: a right opens, an override lapses."""

    kind = models.TextField()
    subject = models.TextField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="one_timer_per_subject")]
        indexes = [models.Index(fields=["due_at"], name="timer_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} at {self.due_at}"
