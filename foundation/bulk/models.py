from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from foundation.bulk.choices import RUNNING, Outcome, State, Undo
from foundation.bulk.registry import VERBS, Verb
from foundation.core.actors import Actor
from foundation.core.ids import uuid7

UNDO_DAYS = 30


class BulkChangeQuerySet(models.QuerySet["BulkChange"]):
    def visible_to(self, actor: Actor) -> BulkChangeQuerySet:
        """One's own; who administers jobs sees all."""
        return self if actor.may("jobs.administer") else self.filter(owner_id=actor.user_id or -1)


class BulkChange(models.Model):
    """One verb for many things. Its uid is the change set of every revision that it caused.

    The numbers count rows: of a preview by what would become of them, afterwards by what did.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    verb = models.TextField()
    noun = models.TextField()
    parameters = models.JSONField(null=True, help_text="None while they are being asked for")
    selection = models.JSONField(help_text="{uids} or {filter, without}: how the things were chosen")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.TextField()
    state = models.TextField(choices=State, default=State.DRAFT)
    note = models.TextField(blank=True, help_text="Why it ended before its last row")
    job_uid = models.UUIDField(null=True)
    total = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    left_out = models.IntegerField(default=0)
    stopped = models.IntegerField(default=0)
    undone = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="bulk_change_of_owner"),
            # the list of recent ones, which leaves out those of a single thing
            models.Index(fields=["owner", "-id"], condition=models.Q(total__gt=1), name="bulk_change_of_many"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="bulk_change_state_known")
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.uid} ({self.state})"

    @property
    def how(self) -> Verb:
        return VERBS[self.verb]

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def undo_until(self) -> datetime | None:
        return self.applied_at + timedelta(days=UNDO_DAYS) if self.applied_at else None


class BulkRow(models.Model):
    """What would become, or became, of one thing, with images of what the verb touches."""

    bulk_change = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="rows")
    subject_id = models.BigIntegerField()
    uid = models.UUIDField()
    label = models.TextField()
    outcome = models.TextField(choices=Outcome)
    code = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    undo = models.TextField(choices=Undo, default=Undo.NONE, blank=True)
    undo_reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk_change", "subject_id"], name="once_in_a_bulk_change")]
        indexes = [
            # a result's facets, page by page
            models.Index(fields=["bulk_change", "outcome", "subject_id"], name="bulk_rows_by_outcome"),
            models.Index(fields=["bulk_change", "undo", "subject_id"], name="bulk_rows_by_undo"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.outcome}"
