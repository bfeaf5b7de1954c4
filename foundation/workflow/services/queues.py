"""Defining queues: what they are called and whose work they hold."""

from __future__ import annotations

from uuid import UUID, uuid5

from foundation.accounts.models import RoleDefinition
from foundation.core.actors import Actor
from foundation.core.codes import SMALL_CODE
from foundation.core.errors import Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow import events
from foundation.workflow.models import WORK, Queue

QUEUES = UUID("5c0f6d1e-95f5-4d0c-9d0b-1f3f7b7f3a52")  # a queue has a code and no UUID; events are about one by it


def define_queue(*, code: str, name: str, role: str, actor: Actor) -> Queue:
    """Create or change a queue; the same again changes nothing. The role must be one that works on work items."""
    actor = actor.require("workflow.define")
    if not SMALL_CODE.fullmatch(code):
        raise Invalid("A code has small letters, digits and -, forty at most", path="code")
    if not name.strip():
        raise Invalid("Give the queue a name", path="name")
    if not RoleDefinition.objects.carrying(WORK).filter(code=role).exists():
        raise Invalid(f"{role[:40]!r} is no role that works on work items", path="role")
    with recorded(actor):
        queue, is_new = Queue.objects.select_for_update().get_or_create(
            code=code, defaults={"name": name, "role": role}
        )
        if is_new or (queue.name, queue.role) != (name, role):
            queue.name, queue.role = name, role
            queue.save()
            append_event(events.QUEUE_CHANGED, uuid5(QUEUES, code), queue=code, role=role)
    return queue
