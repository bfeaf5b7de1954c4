"""The item that a service is for, under its lock."""

from __future__ import annotations

from uuid import UUID

from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.workflow.models import WorkItem


def lock_work_item(*, uid: UUID, actor: Actor, is_open: bool = True) -> WorkItem:
    """The item, if the actor works on it, locked until the transaction ends."""
    actor = actor.require("workflow.work")
    found = WorkItem.objects.visible_to(actor).filter(uid=uid)
    found = found.unfinished() if is_open else found
    # the assignee is read after the lock: a join would bring who it was before another transaction ended
    item = found.select_for_update(of=("self",)).select_related("queue").first()
    if item is None:
        raise Missing(f"There is no such {'open ' if is_open else ''}work item", path="uid")
    return item


def person_acting(actor: Actor) -> int:
    """The account that acts, for what only people do."""
    if actor.user_id is None:
        raise Invalid("Only somebody with an account can do this", path="actor")
    return actor.user_id


def named(item: WorkItem) -> dict[str, str]:
    """What every event of an item says of it."""
    return {"queue": item.queue.code, "kind": item.kind, "cause_key": item.cause_key}
