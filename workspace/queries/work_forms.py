"""What the verbs of work items ask for: to whom, until when, how soon, by when, in which words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.workflow.choices import Priority
from foundation.workflow.models import WorkItem
from foundation.workflow.queries import able_people
from workspace.queries.form_fields import BulkForm, Choice, Field, Given

MORNING = time(6, tzinfo=UTC)  # a snoozed item is back before work begins
MONDAY = 7
PRIORITIES = [(priority.label, priority.label.capitalize()) for priority in Priority]


def work_form(verb: str, item: WorkItem, *, actor: Actor) -> BulkForm:
    """The form for one item, with those who may be given it and with what it has now."""
    given: dict[str, list[str]] = {"priority": [Priority(item.priority).label]}
    if item.due_at:
        given["due_at"] = [item.due_at.date().isoformat()]
    if verb == "workflow.hand_over":
        return _people(able_people(item), given)
    return WORK_FORMS[verb](given, actor)


def _hand_over(given: Given, actor: Actor) -> BulkForm:
    """Whoever works somewhere; each item refuses those who do not work there."""
    return _people(able_people(), given)


def _people(people: list[Any], given: Given) -> BulkForm:
    names = [
        (user.username, f"{user} ({user.username})" if str(user) != user.username else str(user)) for user in people
    ]
    return BulkForm([Field("to", "To", "select", [("", "Choose …"), *names], given.get("to", ()))])


def _snooze(given: Given, actor: Actor) -> BulkForm:
    chosen = _day_of(given, "until")
    usual = _usual_days()
    is_usual = not chosen or chosen in dict(usual)
    return BulkForm(
        [
            Field("until", "Until", "radio", usual, [chosen or usual[0][0]] if is_usual else (), is_required=False),
            Field(
                "day", "Or until a day", values=() if is_usual else [chosen], is_required=False, input_type="date",
                hint="It is back by itself on that morning.",
            ),
        ]
    )  # fmt: skip


def _usual_days() -> list[Choice]:
    today = moment.now().date()
    monday = today + timedelta(days=MONDAY - today.weekday())
    days = [(today + timedelta(days=1), "Tomorrow"), (monday, "Next week")]
    return [(day.isoformat(), f"{name}, {day:%A %-d %B}") for day, name in days]


def _priority(given: Given, actor: Actor) -> BulkForm:
    return BulkForm([Field("priority", "Priority", "radio", PRIORITIES, given.get("priority", ()))])


def _due(given: Given, actor: Actor) -> BulkForm:
    day = _day_of(given, "due_at")
    hint = "Empty: at no particular time."
    return BulkForm([Field("due_at", "Due on", values=[day], hint=hint, is_required=False, input_type="date")])


def _comment(given: Given, actor: Actor) -> BulkForm:
    hint = "Everybody who works on these queues reads it. You can take it back for 15 minutes."
    return BulkForm([Field("text", "Comment", "lines", values=[_one(given, "text")], hint=hint)])


def _read_snooze(given: Given, actor: Actor) -> dict[str, Any]:
    return {"until": _morning(_one(given, "day") or _one(given, "until"))}


def _read_due(given: Given, actor: Actor) -> dict[str, Any]:
    return {"due_at": _morning(_one(given, "due_at"))}


def _one(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "")


def _day_of(given: Given, name: str) -> str:
    """What a change has is a moment, what a form holds a day."""
    return _one(given, name)[:10]


def _morning(day: str) -> str | None:
    """The morning of a day; what is none is left to the verb to refuse."""
    try:
        return datetime.combine(date.fromisoformat(day), MORNING).isoformat() if day else None
    except ValueError:
        return day


WORK_FORMS: dict[str, Callable[[Given, Actor], BulkForm]] = {
    "workflow.hand_over": _hand_over,
    "workflow.snooze": _snooze,
    "workflow.priority": _priority,
    "workflow.due": _due,
    "workflow.comment": _comment,
}
WORK_READERS: dict[str, Callable[[Given, Actor], dict[str, Any]]] = {
    "workflow.hand_over": lambda given, _: {"to": _one(given, "to")},
    "workflow.snooze": _read_snooze,
    "workflow.priority": lambda given, _: {"priority": _one(given, "priority")},
    "workflow.due": _read_due,
    "workflow.comment": lambda given, _: {"text": _one(given, "text")},
}
