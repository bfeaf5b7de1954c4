from __future__ import annotations

from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor


class Source(models.TextChoices):
    """The tables that the chain is over."""

    REVISION = "r", "history_revision"
    ENTRY = "e", "audit_entry"


class Entry(models.Model):
    """Something that happened and wrote no truth: a sensitive read, a sign-in, a refusal. The label says who."""

    tx = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    actor = models.TextField()
    action = models.TextField()
    subject_type = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    request = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # what the audit says of itself: batches that were retired, images that were redacted
            models.Index(
                fields=["action", "subject"],
                condition=Q(action__in=["audit.retired", "audit.redacted"]),
                name="entry_of_the_audit",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject} by {self.actor}"


class Batch(models.Model):
    """Links `first` to `last` of the chain, made at once. `hash` covers this row and the batch before it.

    `last_at` is the latest moment among its rows. It stays when its rows are retired.
    """

    number = models.BigIntegerField(primary_key=True)
    previous = models.BinaryField()
    hash = models.BinaryField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    link = models.BinaryField()
    last_at = models.DateTimeField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number}: {self.first} to {self.last}"


class LinkQuerySet(models.QuerySet["Link"]):
    def visible_to(self, actor: Actor) -> LinkQuerySet:
        """All or nothing: the audit is the whole house's, and who is limited to a place in it sees none of it."""
        return self if actor.within("audit.view").beyond("market").may("audit.view") else self.none()


class Link(models.Model):
    """One row of a source in its place in the chain: `link` is the SHA-256 of the link before and the row's digest.

    What the row is found by stands here, so that who writes history pays for no further index.
    """

    position = models.BigIntegerField(primary_key=True)
    source = models.CharField(max_length=1, choices=Source)
    row = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.TextField()
    behalf = models.TextField(blank=True)
    subject_type = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    request = models.TextField(blank=True)
    link = models.BinaryField()

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "row"], name="linked_once")]
        indexes = [
            models.Index(fields=["at", "position"], name="link_at"),
            models.Index(fields=["actor", "at", "position"], name="link_by_actor"),
            models.Index(fields=["behalf", "at", "position"], condition=~Q(behalf=""), name="link_by_behalf"),
            models.Index(fields=["subject_type", "subject", "at", "position"], name="link_by_subject"),
            models.Index(fields=["request"], condition=~Q(request=""), name="link_by_request"),
            models.Index(fields=["at", "position"], condition=Q(source="e"), name="link_of_entries"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.get_source_display()} {self.row}"


class Chain(models.Model):
    """How far this instance has come: one row.

    No row with an id up to `settled` (by source) can still appear. `drawn` were the highest ids drawn before the
    transaction `drawn_at` began; `drawn` is settled by a pass over what is above `settled` that began when all
    transactions before that one had ended. `passed` is how far the pass has come, by source, and `oldest` the oldest
    transaction that ran when it began.
    """

    settled = models.JSONField(default=dict)
    drawn = models.JSONField(default=dict)
    drawn_at = models.BigIntegerField(null=True)
    passed = models.JSONField(default=dict)
    oldest = models.BigIntegerField(default=0)
    published = models.BigIntegerField(default=0, help_text="The last batch whose head is outside")
    verified_at = models.DateTimeField(null=True)
    verified = models.BigIntegerField(default=0, help_text="The last batch that was verified")
    faults = models.JSONField(default=list, help_text="What the last verification found, the first few")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_chain")]

    def __str__(self) -> str:
        return f"chain, published up to {self.published}"
