from __future__ import annotations

from django.db import models

from foundation.core.ids import uuid7


class OutboxEvent(models.Model):
    """An event that has happened and has no position yet. The sequencer empties this table."""

    uid = models.UUIDField(default=uuid7)
    at = models.DateTimeField()
    type = models.TextField()
    subject = models.UUIDField()
    data = models.JSONField()
    actor = models.TextField()
    request = models.TextField(blank=True)
    tx = models.BigIntegerField()

    class Meta:
        db_table = "events_outbox"

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class Event(models.Model):
    """An event with its position. Positions are given after commit, in order per subject, without gaps."""

    position = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    uid = models.UUIDField()
    type = models.TextField()
    subject = models.UUIDField()
    shard = models.SmallIntegerField()
    data = models.JSONField()
    actor = models.TextField()
    request = models.TextField(blank=True)
    tx = models.BigIntegerField()

    class Meta:
        indexes = [
            # one subject's story; a parked subject's backlog
            models.Index(fields=["subject", "position"], name="event_of_subject"),
            # fsck: transactions with a revision and no event
            models.Index(fields=["tx"], name="event_by_tx"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.type} {self.subject}"


class Sequence(models.Model):
    """The last position given, and the epoch: raised when a restore makes positions repeat."""

    position = models.BigIntegerField(default=0)
    epoch = models.IntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_sequence")]

    def __str__(self) -> str:
        return f"{self.epoch}/{self.position}"


class Cursor(models.Model):
    """How far one consumer has come in one shard."""

    consumer = models.TextField()
    shard = models.SmallIntegerField()
    position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consumer", "shard"], name="one_cursor_per_shard")]

    def __str__(self) -> str:
        return f"{self.consumer}/{self.shard} at {self.position}"


class Parked(models.Model):
    """A subject whose event one consumer could not handle. Its later events wait; other subjects go on."""

    consumer = models.TextField()
    subject = models.UUIDField()
    position = models.BigIntegerField()
    attempts = models.IntegerField(default=1)
    next_at = models.DateTimeField()
    error = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consumer", "subject"], name="parked_once")]

    def __str__(self) -> str:
        return f"{self.consumer}: {self.subject} at {self.position}"


class Dirty(models.Model):
    """A subject whose derived data may be old. The row goes only if its generation did not move meanwhile."""

    projection = models.TextField()
    subject_id = models.BigIntegerField()
    generation = models.BigIntegerField(default=1)
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["projection", "subject_id"], name="dirty_once")]

    def __str__(self) -> str:
        return f"{self.projection}: {self.subject_id}"
