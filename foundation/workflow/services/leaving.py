"""Somebody leaves: what was theirs to do is everybody's again."""

from __future__ import annotations

from foundation.accounts.models import User
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow import events
from foundation.workflow.models import Comment, Watcher, WorkItem
from foundation.workflow.services.finding import named


def give_back_work_of(user: User, *, actor: Actor) -> None:
    """Open items of somebody who leaves go back to their queues, awake and with a comment that says why.

    They watch nothing any more.
    """
    with recorded(actor):
        items = WorkItem.objects.unfinished().filter(assignee=user).order_by("pk")
        for item in items.select_for_update(of=("self",)).select_related("queue"):
            item.assignee = item.snoozed_until = None
            item.save(update_fields=["assignee", "snoozed_until"])
            append_event(events.WORK_ITEM_RELEASED, item.uid, **named(item))
            text = f"{user} had this and has left: nobody does it now."
            said = Comment.objects.create(item=item, author_id=actor.user_id, text=text, at=moment.now())
            append_event(events.WORK_ITEM_COMMENTED, item.uid, **named(item), comment=str(said.uid))
        watched = Watcher.objects.filter(user=user).select_related("item__queue").order_by("item")
        for watcher in watched:
            watcher.delete()
            item = watcher.item
            append_event(events.WORK_ITEM_UNWATCHED, item.uid, **named(item), watcher=user.username)
