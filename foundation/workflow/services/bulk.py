"""What may be done to many work items at once. Each item is changed by the service for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Count
from django.utils.dateparse import parse_datetime

from foundation.bulk.registry import Noun, Parameters, Verb, read_parameters, register_noun, register_verbs
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.history.queries import Trace
from foundation.workflow.choices import PRIORITIES, Priority
from foundation.workflow.models import Comment, Watcher, WorkItem
from foundation.workflow.services.assigning import claim_work_item, hand_over_work_item, release_work_item
from foundation.workflow.services.finding import person_acting
from foundation.workflow.services.following import (
    clean_comment,
    comment_on_work_item,
    take_back_comment,
    unwatch_work_item,
    watch_work_item,
)
from foundation.workflow.services.items import dismiss_work_item, reopen_work_item
from foundation.workflow.services.timing import (
    reset_work_item,
    set_due,
    set_priority,
    snooze_work_item,
    wake_work_item,
)

TABLE = "workflow_workitem"


def offer_work_item_verbs() -> None:
    """Offer work items and their verbs."""
    register_noun(Noun("work_item", WorkItem.objects.visible_to, str))
    register_verbs(  # in the order of the bar
        Claim(),
        HandOver(),
        Snooze(),
        Dismiss(),
        Release(),
        Wake(),
        SetPriority(),
        SetDue(),
        Say(),
        Watch(),
        Unwatch(),
        Reopen(),
    )


class _Standing(Verb):
    """Who does it and when: what these verbs change is brought back by one service."""

    noun = "work_item"
    permission = "workflow.work"
    columns: ClassVar[tuple[str, ...]] = ("assignee_id", "snoozed_until")

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        return read_parameters(given)

    def sentence(self, parameters: Parameters) -> str:
        return self.label

    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        found = WorkItem.objects.filter(pk__in=ids).select_related("assignee").in_bulk()
        return {pk: self.image(item) for pk, item in found.items()}

    def image(self, item: WorkItem) -> dict[str, Any]:
        return {
            "assignee": item.assignee.username if item.assignee else "",
            "snoozed_until": _spelt(item.snoozed_until),
        }

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        fields = {"assignee": image["assignee"], "snoozed_until": _read(image["snoozed_until"])}
        reset_work_item(uid=subject.uid, actor=actor, **fields)

    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        return {pk: [Trace(TABLE, pk, (column,)) for column in self.columns] for pk in ids}

    def spell(self, image: Any, parameters: Parameters) -> str:
        who = image["assignee"] or "Nobody"
        until = _read(image["snoozed_until"])
        return f"{who}, snoozed until {until:%d %b %Y %H:%M}" if until and until > moment.now() else who


class Claim(_Standing):
    name = "workflow.claim"
    label = "Claim"
    is_plain = True

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        claim_work_item(uid=subject.uid, actor=actor)


class Release(_Standing):
    name = "workflow.release"
    label = "Release"
    is_plain = True

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        release_work_item(uid=subject.uid, actor=actor)


class HandOver(_Standing):
    name = "workflow.hand_over"
    label = "Hand over"

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        to = read_parameters(given, "to").get("to")
        if not isinstance(to, str) or not to:
            raise Invalid("Say to whom", path="to")
        return {"to": to}

    def sentence(self, parameters: Parameters) -> str:
        return f"Hand over to {parameters['to']}"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        hand_over_work_item(uid=subject.uid, to=parameters["to"], actor=actor)


class Snooze(_Standing):
    name = "workflow.snooze"
    label = "Snooze"

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        until = _moment(read_parameters(given, "until").get("until"), "until")
        if until is None or until <= moment.now():
            raise Invalid("Choose a moment that is still to come", path="until")
        return {"until": until.isoformat()}

    def sentence(self, parameters: Parameters) -> str:
        return f"Snooze until {_read(parameters['until']):%d %b %Y}"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        snooze_work_item(uid=subject.uid, until=datetime.fromisoformat(parameters["until"]), actor=actor)


class Wake(_Standing):
    name = "workflow.wake"
    label = "Wake"
    is_plain = True

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        wake_work_item(uid=subject.uid, actor=actor)


class SetPriority(_Standing):
    name = "workflow.priority"
    label = "Priority"
    columns = ("priority",)

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        word = read_parameters(given, "priority").get("priority")
        if not isinstance(word, str) or word not in PRIORITIES:
            raise Invalid(f"Choose the priority: {', '.join(PRIORITIES)}", path="priority")
        return {"priority": word}

    def sentence(self, parameters: Parameters) -> str:
        return f"Set the priority to {parameters['priority']}"

    def image(self, item: WorkItem) -> dict[str, Any]:
        return {"priority": item.priority}

    def spell(self, image: Any, parameters: Parameters) -> str:
        return Priority(image["priority"]).label.capitalize()

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        set_priority(uid=subject.uid, priority=parameters["priority"], actor=actor)

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        set_priority(uid=subject.uid, priority=Priority(image["priority"]).label, actor=actor)


class SetDue(_Standing):
    name = "workflow.due"
    label = "Due date"
    columns = ("due_at",)

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        return {"due_at": _spelt(_moment(read_parameters(given, "due_at").get("due_at"), "due_at"))}

    def sentence(self, parameters: Parameters) -> str:
        due = _read(parameters["due_at"])
        return f"Set the due date to {due:%d %b %Y}" if due else "Remove the due date"

    def image(self, item: WorkItem) -> dict[str, Any]:
        return {"due_at": _spelt(item.due_at)}

    def spell(self, image: Any, parameters: Parameters) -> str:
        due = _read(image["due_at"])
        return f"{due:%d %b %Y}" if due else "No due date"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        set_due(uid=subject.uid, due_at=_read(parameters["due_at"]), actor=actor)

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        set_due(uid=subject.uid, due_at=_read(image["due_at"]), actor=actor)


class _Watching(_Standing):
    """Whether the actor watches. The acting person is among the parameters, so that images are of theirs."""

    is_plain = True

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        read_parameters(given)
        return {"by": person_acting(actor)}

    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        watched = Watcher.objects.filter(item_id__in=ids, user_id=parameters["by"])
        return dict.fromkeys(ids, False) | dict.fromkeys(watched.values_list("item_id", flat=True), True)

    def spell(self, image: Any, parameters: Parameters) -> str:
        return "Watched" if image else "Not watched"

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        write = watch_work_item if image else unwatch_work_item
        write(uid=subject.uid, actor=actor)

    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        return {pk: [] for pk in ids}


class Watch(_Watching):
    name = "workflow.watch"
    label = "Watch"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        watch_work_item(uid=subject.uid, actor=actor)


class Unwatch(_Watching):
    name = "workflow.unwatch"
    label = "Unwatch"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        unwatch_work_item(uid=subject.uid, actor=actor)


class Say(_Standing):
    """The same comment on each. The image counts how often this person has said it there."""

    name = "workflow.comment"
    label = "Comment"

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        return {"text": clean_comment(read_parameters(given, "text").get("text")), "by": person_acting(actor)}

    def sentence(self, parameters: Parameters) -> str:
        return f"Say “{parameters['text']}”"

    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        said = Comment.objects.filter(item_id__in=ids, author_id=parameters["by"], text=parameters["text"])
        return dict.fromkeys(ids, 0) | dict(said.order_by().values_list("item_id").annotate(Count("pk")))

    def spell(self, image: Any, parameters: Parameters) -> str:
        return f"“{parameters['text']}”" + (f", {image} times" if image > 1 else "") if image else "Not said"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        comment_on_work_item(uid=subject.uid, text=parameters["text"], actor=actor)

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        said = Comment.objects.filter(item=subject, author_id=parameters["by"], text=parameters["text"])
        for one in said.order_by("-pk")[: max(0, said.count() - image)]:
            take_back_comment(uid=subject.uid, comment=one.uid, actor=actor)

    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        return {pk: [] for pk in ids}


class Dismiss(_Standing):
    name = "workflow.dismiss"
    label = "Dismiss"
    is_plain = True
    columns = ("closed_at",)

    def image(self, item: WorkItem) -> dict[str, Any]:
        return {"outcome": item.outcome, "closed_at": _spelt(item.closed_at)}

    def spell(self, image: Any, parameters: Parameters) -> str:
        return str(image["outcome"] or "open").capitalize()

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        dismiss_work_item(uid=subject.uid, actor=actor)

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        reopen_work_item(uid=subject.uid, actor=actor)


class Reopen(Dismiss):
    name = "workflow.reopen"
    label = "Reopen"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        reopen_work_item(uid=subject.uid, actor=actor)

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        dismiss_work_item(uid=subject.uid, actor=actor)


def _moment(given: Any, path: str) -> datetime | None:
    """A moment with its time zone, as an API gives it; nothing for none."""
    if given in (None, ""):
        return None
    try:
        found = parse_datetime(given) if isinstance(given, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid("Give a moment with its time zone, such as 2026-12-01T08:00:00Z", path=path)
    return found


def _spelt(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
