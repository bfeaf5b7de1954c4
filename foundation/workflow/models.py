from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.core.actors import CATEGORY, Actor
from foundation.core.ids import uuid7
from foundation.taxonomy.models import Category
from foundation.workflow.choices import Priority
from foundation.workflow.registry import SUBJECTS

OPEN = Q(closed_at=None)
DISMISSED = "dismissed"
WORK = "workflow.work"


class QueueQuerySet(models.QuerySet["Queue"]):
    def visible_to(self, actor: Actor) -> QueueQuerySet:
        limits = actor.within(WORK).limits("queue")
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


def _of_branches(keys: frozenset[str]) -> Q:
    found = Q(category__in=Category.objects.in_branches(keys).order_by().values("pk"))
    for subject_type, subjects in SUBJECTS.items():
        found |= Q(subject_type=subject_type) & Q(subject__in=subjects(keys))  # in this order: the type is asked first
    return found


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    def visible_to(self, actor: Actor) -> WorkItemQuerySet:
        """Items of the actor's queues. Who is limited to markets sees those of their markets and no others: an
        item without a market may name products that they may not know of. So it is with categories.
        """
        if not actor.may(WORK):
            return self.none()
        worker = actor.within(WORK)
        return self.filter(worker.where(queue="queue__code__in", market="market__in", category=_of_branches))

    def unfinished(self) -> WorkItemQuerySet:
        return self.filter(OPEN)

    def dismissed_since(self, at: datetime) -> WorkItemQuerySet:
        return self.filter(outcome=DISMISSED, closed_at__gte=at)

    def awake(self, at: datetime) -> WorkItemQuerySet:
        return self.exclude(snoozed_until__gt=at)

    def asleep(self, at: datetime) -> WorkItemQuerySet:
        return self.filter(snoozed_until__gt=at)


class WorkItem(models.Model):
    """Something for a person to decide or mend. It exists once per cause and closes itself when the cause goes.

    `category` is where its subject lies in the product hierarchy; the rooms above keep it by triggers.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="items")
    kind = models.TextField()
    cause_key = models.TextField()
    subject_type = models.TextField()
    subject = models.UUIDField()
    title = models.TextField()
    detail = models.JSONField(default=dict)
    market = models.TextField(blank=True)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    priority = models.SmallIntegerField(choices=Priority, default=Priority.NORMAL, db_default=Priority.NORMAL)
    due_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.TextField(blank=True)
    outcome = models.TextField(blank=True)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cause_key"], condition=OPEN, name="one_open_item_per_cause"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="work_item_priority_known"),
        ]
        indexes = [
            # pages of the inbox, most urgent and oldest first: of all, of a queue, of nobody, of a person
            models.Index(fields=["priority", "id"], condition=OPEN, name="open_items"),
            models.Index(fields=["queue", "priority", "id"], condition=OPEN, name="open_items_of_queue"),
            models.Index(fields=["priority", "id"], condition=OPEN & Q(assignee=None), name="open_items_of_nobody"),
            models.Index(
                fields=["assignee", "priority", "id"], condition=OPEN & ~Q(assignee=None), name="open_items_of_person"
            ),
            models.Index(fields=["snoozed_until"], condition=OPEN & ~Q(snoozed_until=None), name="snoozed_items"),
            models.Index(
                fields=["category", "priority", "id"], condition=OPEN & ~Q(category=None), name="open_items_of_branch"
            ),
            # counts of the inbox, without looking at the rows
            models.Index(
                fields=["queue", "kind", "market", "priority", "assignee", "snoozed_until", "due_at", "category"],
                condition=OPEN, name="open_items_counted",
            ),
            models.Index(fields=["closed_at"], condition=Q(outcome=DISMISSED), name="dismissed_items"),
            models.Index(fields=["subject"], name="items_of_subject"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def is_visible_to(self, actor: Actor) -> bool:
        """What `visible_to` says, of this item alone."""
        at = actor.within(WORK).at(queue=self.queue.code, market=self.market)
        if not at.is_limited(CATEGORY):
            return True
        return WorkItem.objects.visible_to(at).filter(pk=self.pk).exists()


class Watcher(models.Model):
    """Somebody who wants to see what becomes of an item, whoever does it."""

    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "item"], name="watched_once")]

    def __str__(self) -> str:
        return f"{self.user} watches {self.item}"


class Comment(models.Model):
    """What somebody said about an item. Nobody changes it; who wrote it may take it back for a few minutes."""

    uid = models.UUIDField(default=uuid7, unique=True)
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.author} on {self.item}"
