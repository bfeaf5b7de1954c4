"""Watching an item, and what people say about it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow import events
from foundation.workflow.models import Comment, Watcher, WorkItem
from foundation.workflow.services.finding import lock_work_item, named, person_acting

LONGEST = 4_000
TAKEN_BACK_FOR = timedelta(minutes=15)


def watch_work_item(*, uid: UUID, actor: Actor) -> WorkItem:
    """Keep it among what the actor watches."""
    user_id = person_acting(actor)
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor, is_open=False)
        watcher, is_new = Watcher.objects.get_or_create(item=item, user_id=user_id, defaults={"since": moment.now()})
        if is_new:
            append_event(events.WORK_ITEM_WATCHED, item.uid, **named(item), watcher=watcher.user.username)
    return item


def unwatch_work_item(*, uid: UUID, actor: Actor) -> WorkItem:
    """Watch it no longer."""
    user_id = person_acting(actor)
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor, is_open=False)
        watcher = Watcher.objects.select_related("user").filter(item=item, user_id=user_id).first()
        if watcher is not None:
            watcher.delete()
            append_event(events.WORK_ITEM_UNWATCHED, item.uid, **named(item), watcher=watcher.user.username)
    return item


def clean_comment(text: object) -> str:
    """A comment as it is kept; raises `Invalid`."""
    said = text.strip() if isinstance(text, str) else ""
    if not said or len(said) > LONGEST or "\0" in said:
        raise Invalid(f"A comment has 1 to {LONGEST:,} characters", path="text")
    return said


def comment_on_work_item(*, uid: UUID, text: str, actor: Actor) -> Comment:
    """Say something about it, open or closed."""
    user_id, said = person_acting(actor), clean_comment(text)
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor, is_open=False)
        comment = Comment.objects.create(item=item, author_id=user_id, text=said, at=moment.now())
        append_event(events.WORK_ITEM_COMMENTED, item.uid, **named(item), comment=str(comment.uid))
    return comment


def take_back_comment(*, uid: UUID, comment: UUID, actor: Actor) -> None:
    """Who wrote a comment removes it, within minutes; after that somebody may have acted on it."""
    with recorded(actor):
        item = lock_work_item(uid=uid, actor=actor, is_open=False)
        said = Comment.objects.filter(item=item, uid=comment).first()
        if said is None:
            raise Missing("There is no such comment", path="comment")
        if said.author_id is None or said.author_id != actor.user_id:
            raise Denied("Only who wrote a comment takes it back")
        if not may_take_back(said):
            raise Conflict("It is too late to take the comment back: somebody may have acted on it", path="comment")
        said.delete()
        append_event(events.COMMENT_TAKEN_BACK, item.uid, **named(item), comment=str(comment))


def may_take_back(comment: Comment) -> bool:
    """Whether it is recent enough."""
    return moment.now() < comment.at + TAKEN_BACK_FOR
