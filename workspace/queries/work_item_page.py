"""One work item: what it is about, who does it, what people said and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from foundation.accounts.models import User
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.history.queries import Change, changes_of
from foundation.workflow.choices import Priority
from foundation.workflow.models import DISMISSED, Comment, WorkItem
from foundation.workflow.services import may_take_back
from workspace.queries.shown import State, TimelineEntry
from workspace.queries.words import person, phrase
from workspace.queries.work_items import WorkRow, shown_items, work_row

CHANGES = 50


@dataclass(frozen=True)
class Said:
    uid: UUID
    author: str
    text: str
    at: datetime
    may_take_back: bool


@dataclass(frozen=True)
class WorkItemPage:
    row: WorkRow
    item: WorkItem
    priority: str
    is_open: bool
    may_reopen: bool
    closed: State | None
    comments: list[Said]
    watchers: list[str]
    history: list[TimelineEntry]


def get_work_item(uid: UUID, *, actor: Actor) -> WorkItem:
    """The item, open or closed, if the actor works on it."""
    item = shown_items(WorkItem.objects.visible_to(actor), actor).filter(uid=uid).first()
    if item is None:
        raise Missing("There is no such work item", path="uid")
    return item


def work_item_page(uid: UUID, *, actor: Actor) -> WorkItemPage:
    """A constant number of queries."""
    item = get_work_item(uid, actor=actor)
    return WorkItemPage(
        row=work_row(item, actor, moment.now()),
        item=item,
        priority=Priority(item.priority).label.capitalize(),
        is_open=item.closed_at is None,
        may_reopen=item.outcome == DISMISSED,
        closed=State(f"{phrase(item.outcome)} by {person(item.closed_by)}", "ok") if item.closed_at else None,
        comments=[_said(one, actor) for one in item.comments.select_related("author")],
        watchers=[str(one.user) for one in item.watchers.select_related("user").order_by("pk")],
        history=_history(item),
    )


def _said(comment: Comment, actor: Actor) -> Said:
    is_mine = comment.author_id is not None and comment.author_id == actor.user_id
    author = str(comment.author) if comment.author else "The house"
    return Said(comment.uid, author, comment.text, comment.at, is_mine and may_take_back(comment))


def _history(item: WorkItem) -> list[TimelineEntry]:
    """Each change of it in a sentence, newest first."""
    changes = changes_of("workflow_workitem", item.pk, limit=CHANGES)
    ids = {(change.after or {}).get("assignee_id") or 0 for change in changes}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    told = [(change, _sentence(change, names)) for change in changes]
    return [TimelineEntry(change.at, person(change.actor), text) for change, text in told if text]


def _sentence(change: Change, names: Mapping[int, str]) -> str:
    if change.op == "I":
        return "Opened"
    told = [SENTENCES[name](after, names) for name, (_, after) in change.differences.items() if name in SENTENCES]
    return ", ".join(dict.fromkeys(text for text in told if text))


def _assigned(after: Any, names: Mapping[int, str]) -> str:
    return f"Given to {names.get(after, 'somebody')}" if after else "Released"


def _on(words: str, otherwise: str) -> Callable[[Any, Mapping[int, str]], str]:
    def tell(after: Any, _: Mapping[int, str]) -> str:
        at = parse_datetime(after) if after else None
        return f"{words} {at:%-d %b %Y}" if at else otherwise

    return tell


# Column that changed: what that means.
SENTENCES: dict[str, Callable[[Any, Mapping[int, str]], str]] = {
    "assignee_id": _assigned,
    "priority": lambda after, _: f"Priority {Priority(after).label}",
    "due_at": _on("Due on", "No longer due"),
    "snoozed_until": _on("Snoozed until", "Woken"),
    "outcome": lambda after, _: phrase(after) if after else "Opened again",
}
