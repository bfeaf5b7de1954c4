"""When an item is wanted: its priority, its due date, and how long it is out of the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow import events
from foundation.workflow.choices import PRIORITIES, Priority
from foundation.workflow.models import WorkItem
from foundation.workflow.services.assigning import able_person
from foundation.workflow.services.finding import lock_work_item, named


def snooze_work_item(*, uid: UUID, until: datetime, actor: Actor) -> WorkItem:
    """Hide it until a moment; then it is back by itself."""
    if until <= moment.now():
        raise Invalid("Choose a moment that is still to come", path="until")
    return _change(uid, actor, snoozed_until=until)


def wake_work_item(*, uid: UUID, actor: Actor) -> WorkItem:
    """Show a snoozed item again."""
    return _change(uid, actor, snoozed_until=None)


def set_priority(*, uid: UUID, priority: str, actor: Actor) -> WorkItem:
    """Say how soon it wants somebody: urgent, high, normal or low."""
    if priority not in PRIORITIES:
        raise Invalid(f"priority is one of {', '.join(PRIORITIES)}", path="priority")
    return _change(uid, actor, priority=PRIORITIES[priority])


def set_due(*, uid: UUID, due_at: datetime | None, actor: Actor) -> WorkItem:
    """Say by when it is to be done, or that there is no such moment."""
    return _change(uid, actor, due_at=due_at)


def reset_work_item(*, uid: UUID, actor: Actor, assignee: str, **fields: Any) -> WorkItem:
    """Bring assignee (a username, or empty), snooze, priority or due date back to what they were."""
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor)
        before = item.assignee
        item.assignee = able_person(item, assignee) if assignee else None
        for name, value in fields.items():
            setattr(item, name, value)
        item.save(update_fields=["assignee", *fields])
        if item.assignee is not None and item.assignee != before:
            append_event(events.WORK_ITEM_HANDED_OVER, item.uid, **named(item), assignee=assignee)
        elif before is not None and item.assignee is None:
            append_event(events.WORK_ITEM_RELEASED, item.uid, **named(item))
        else:
            _tell(item)
    return item


def _change(uid: UUID, actor: Actor, **fields: Any) -> WorkItem:
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor)
        if any(getattr(item, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(item, name, value)
            item.save(update_fields=list(fields))
            _tell(item)
    return item


def _tell(item: WorkItem) -> None:
    append_event(
        events.WORK_ITEM_CHANGED,
        item.uid,
        **named(item),
        priority=Priority(item.priority).label,
        due_at=item.due_at.isoformat() if item.due_at else None,
        snoozed_until=item.snoozed_until.isoformat() if item.snoozed_until else None,
    )
