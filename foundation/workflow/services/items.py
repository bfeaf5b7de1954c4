"""Opening and closing work items, by their cause and by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow import events
from foundation.workflow.choices import Priority
from foundation.workflow.models import DISMISSED, Queue, WorkItem
from foundation.workflow.registry import owner_of, place_of
from foundation.workflow.services.finding import lock_work_item, named


def open_work_item(
    *, queue: str, kind: str, cause_key: str, subject_type: str, subject: UUID, title: str, actor: Actor,
    detail: dict[str, Any] | None = None, market: str = "", priority: Priority = Priority.NORMAL,
    due_at: datetime | None = None,
) -> WorkItem:  # fmt: skip
    """Open an item for the cause, or bring the title and detail of the one that is open up to date.

    Priority and due date are given once: after that they are what people have made of them.
    """
    with recorded(actor):
        pile, _ = Queue.objects.get_or_create(code=queue, defaults={"name": queue.title(), "role": owner_of(queue)})
        fields = {
            "queue": pile,
            "kind": kind,
            "subject_type": subject_type,
            "subject": subject,
            "title": title,
            "detail": detail or {},
            "market": market,
            "category_id": place_of(subject_type, subject),
        }
        item = WorkItem.objects.unfinished().select_for_update().filter(cause_key=cause_key).first()
        if item is None:
            item = WorkItem.objects.create(
                cause_key=cause_key, opened_at=moment.now(), priority=priority, due_at=due_at, **fields
            )
            append_event(events.WORK_ITEM_OPENED, item.uid, **named(item))
        elif any(getattr(item, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(item, name, value)
            item.save()
    return item


def close_work_items(*, cause_key: str, actor: Actor, outcome: str = "resolved") -> int:
    """Close the open item of the cause; a key that ends in `*` closes all that begin with it."""
    with recorded(actor):
        items = WorkItem.objects.unfinished().select_for_update(of=("self",)).select_related("queue").order_by("pk")
        prefix = cause_key.removesuffix("*")
        items = items.filter(cause_key__startswith=prefix) if prefix != cause_key else items.filter(cause_key=cause_key)
        for item in items:
            _close(item, actor, outcome)
    return len(items)


def dismiss_work_item(*, uid: UUID, actor: Actor, outcome: str = DISMISSED) -> WorkItem:
    """A person closes an item by hand."""
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor)
        _close(item, actor, outcome)
    return item


def reopen_work_item(*, uid: UUID, actor: Actor) -> WorkItem:
    """A person takes their dismissal back. What closed because its cause had gone stays closed.

    Raises `Conflict` when the cause has an open item again.
    """
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor, is_open=False)
        if item.closed_at is None or item.outcome != DISMISSED:
            raise Conflict("Only a work item that somebody dismissed can be opened again", path="uid")
        if WorkItem.objects.unfinished().filter(cause_key=item.cause_key).exists():
            raise Conflict("Its cause has opened a new work item meanwhile", path="uid")
        item.closed_at, item.closed_by, item.outcome = None, "", ""
        item.save(update_fields=["closed_at", "closed_by", "outcome"])
        append_event(events.WORK_ITEM_OPENED, item.uid, **named(item))
    return item


def _close(item: WorkItem, actor: Actor, outcome: str) -> None:
    item.closed_at, item.closed_by, item.outcome = moment.now(), actor.label, outcome
    item.save(update_fields=["closed_at", "closed_by", "outcome"])
    append_event(events.WORK_ITEM_CLOSED, item.uid, **named(item), outcome=outcome)
