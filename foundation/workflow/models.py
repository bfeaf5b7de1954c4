from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.ids import uuid7


class QueueQuerySet(models.QuerySet["Queue"]):
    def visible_to(self, actor: Actor) -> QueueQuerySet:
        limits = actor.limits("queue")
        return self if limits is None else self.filter(code__in=limits)


class Queue(models.Model):
    """A pile of work that one role owns."""

    code = models.TextField(unique=True)
    name = models.TextField()
    role = models.TextField()

    objects = QueueQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    def visible_to(self, actor: Actor) -> WorkItemQuerySet:
        """Items of the actor's queues. Who is limited to markets sees those of their markets and no others: an
        item without a market may name products that they may not know of.
        """
        if not actor.may("workflow.work"):
            return self.none()
        items = self
        if (queues := actor.limits("queue")) is not None:
            items = items.filter(queue__code__in=queues)
        if (markets := actor.limits("market")) is not None:
            items = items.filter(market__in=markets)
        return items

    def unfinished(self) -> WorkItemQuerySet:
        return self.filter(closed_at=None)


class WorkItem(models.Model):
    """Something for a person to decide or mend. It exists once per cause and closes itself when the cause goes."""

    uid = models.UUIDField(default=uuid7, unique=True)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="items")
    kind = models.TextField()
    cause_key = models.TextField()
    subject_type = models.TextField()
    subject = models.UUIDField()
    title = models.TextField()
    detail = models.JSONField(default=dict)
    market = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.TextField(blank=True)
    outcome = models.TextField(blank=True)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cause_key"], condition=Q(closed_at=None), name="one_open_item_per_cause")
        ]
        indexes = [
            # the inbox: open items of a queue, oldest first
            models.Index(fields=["queue", "id"], condition=Q(closed_at=None), name="open_items"),
            models.Index(fields=["subject"], name="items_of_subject"),
        ]

    def __str__(self) -> str:
        return self.title
