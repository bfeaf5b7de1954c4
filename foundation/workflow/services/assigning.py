"""Who does an item: claimed by one of many, handed over, given back."""

from __future__ import annotations

from uuid import UUID

from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow import events
from foundation.workflow.models import WorkItem
from foundation.workflow.services.finding import lock_work_item, named, person_acting


def claim_work_item(*, uid: UUID, actor: Actor) -> WorkItem:
    """The actor does it from now on. Of two at once one gets it; the other is told who. It wakes if it was snoozed."""
    user_id = person_acting(actor)
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor)
        if item.assignee is not None and item.assignee.pk != user_id:
            raise Conflict(f"{item.assignee} has it already", path="uid", assignee=item.assignee.username)
        if item.assignee is None or item.snoozed_until is not None:
            _assign(item, User.objects.get(pk=user_id))
            append_event(events.WORK_ITEM_CLAIMED, item.uid, **named(item), assignee=_username(item))
    return item


def hand_over_work_item(*, uid: UUID, to: str, actor: Actor) -> WorkItem:
    """Somebody else does it: anybody who works on its queue and in its market. It wakes if it was snoozed."""
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor)
        person = able_person(item, to)
        if item.assignee != person or item.snoozed_until is not None:
            _assign(item, person)
            append_event(events.WORK_ITEM_HANDED_OVER, item.uid, **named(item), assignee=_username(item))
    return item


def release_work_item(*, uid: UUID, actor: Actor) -> WorkItem:
    """Nobody does it any more, so that anybody may claim it."""
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor)
        if item.assignee is not None:
            item.assignee = None
            item.save(update_fields=["assignee"])
            append_event(events.WORK_ITEM_RELEASED, item.uid, **named(item))
    return item


def able_person(item: WorkItem, username: str) -> User:
    """The person of that name, who may be given the item."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise Invalid(f"There is nobody named {username!r}", path="to")
    actor = actor_of(user)
    if not actor.may("workflow.work"):
        raise Invalid(f"{user} does not work on work items", path="to")
    if not actor.within("workflow.work").sees("queue", item.queue.code):
        raise Invalid(f"{user} does not work on the queue {item.queue.name}", path="to")
    if not item.is_visible_to(actor):
        where = f"in the market {item.market}" if item.market else "on what concerns all markets"
        raise Invalid(f"{user} does not work {where}", path="to")
    return user


def _assign(item: WorkItem, user: User) -> None:
    item.assignee, item.snoozed_until = user, None
    item.save(update_fields=["assignee", "snoozed_until"])


def _username(item: WorkItem) -> str:
    return item.assignee.username if item.assignee else ""
