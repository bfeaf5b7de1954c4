"""Bulk changes: the bar that starts them, the list, and one with its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from foundation.bulk.choices import Outcome, Undo
from foundation.bulk.choices import State as Stage
from foundation.bulk.models import BulkChange, BulkRow
from foundation.bulk.queries import get_bulk_change, rows_of, seen_rows, shown_parameters
from foundation.bulk.registry import VERBS, Shown, verbs_for
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.jobs.models import Job
from pim.models import Attribute
from workspace.queries.bulk_nouns import NOUNS
from workspace.queries.options import words_of
from workspace.queries.shown import LOCALE, State, Tab
from workspace.queries.words import in_words, person

PAGE = 50
ICONS = {
    "dam.approve": "check", "dam.retire": "lock", "dam.keywords": "tag", "dam.text": "edit", "dam.markets": "market",
    "dam.licence": "file", "pim.place": "channel", "pim.withdraw": "cross", "pim.value": "edit",
    "pim.classify": "layers",
    "workflow.claim": "user", "workflow.hand_over": "users", "workflow.snooze": "clock", "workflow.dismiss": "cross",
    "workflow.release": "undo", "workflow.wake": "sun", "workflow.priority": "up", "workflow.due": "calendar",
    "workflow.watch": "eye", "workflow.unwatch": "eye", "workflow.comment": "comment", "workflow.reopen": "undo",
}  # fmt: skip
KEYS = {
    "dam.approve": "p", "workflow.claim": "c", "workflow.hand_over": "a", "workflow.snooze": "s",
    "workflow.dismiss": "d", "workflow.watch": "w", "workflow.comment": "m", "workflow.reopen": "d",
}  # fmt: skip
DONE = {
    "dam.approve": "Approved", "dam.retire": "Retired", "workflow.claim": "Claimed",
    "workflow.hand_over": "Handed over", "workflow.snooze": "Snoozed", "workflow.dismiss": "Dismissed",
    "workflow.release": "Released", "workflow.comment": "Said", "workflow.reopen": "Reopened",
    "workflow.wake": "Woken", "workflow.watch": "Watched", "workflow.unwatch": "No longer watched",
}  # fmt: skip
STAGES = {
    Stage.DRAFT: State("Being set up"),
    Stage.PREVIEWING: State("Looking at each", "blue"),
    Stage.PREVIEWED: State("Preview", "blue"),
    Stage.APPLYING: State("Running", "blue"),
    Stage.APPLIED: State("Applied", "ok"),
    Stage.UNDOING: State("Being undone", "blue"),
    Stage.UNDONE: State("Undone", "attention"),
}
OUTCOMES = {
    Outcome.CHANGED: State("Changed", "ok"),
    Outcome.SAME: State("The same already"),
    Outcome.REFUSED: State("Refused", "bad"),
    Outcome.LEFT_OUT: State("Left out"),
    Outcome.STOPPED: State("Not reached", "attention"),
}
WOULD = State("Would change", "blue")


@dataclass(frozen=True)
class VerbButton:
    name: str
    label: str
    icon: str
    key: str
    is_plain: bool


@dataclass(frozen=True)
class BulkBar:
    """The verbs that this person may use on a list."""

    noun: str
    plural: str
    verbs: list[VerbButton]


def bulk_bar(noun: str, *, actor: Actor, but: Sequence[str] = ()) -> BulkBar | None:
    """What may be done with a selection, or nothing: then there is nothing to select for."""
    verbs = [
        VerbButton(verb.name, verb.label, ICONS.get(verb.name, "edit"), KEYS.get(verb.name, ""), verb.is_plain)
        for verb in verbs_for(noun, actor)
        if verb.name not in but
    ]
    return BulkBar(noun, NOUNS[noun].plural, verbs) if verbs else None


@dataclass(frozen=True)
class BulkLine:
    """One of the list."""

    url: str
    undo_url: str
    name: str
    at: datetime
    actor: str
    state: State
    counts: str


@dataclass(frozen=True)
class BulkList:
    lines: list[BulkLine]
    next_cursor: str


@dataclass(frozen=True)
class RowLine:
    uid: UUID
    url: str
    label: str
    before: str
    after: str
    state: State
    reason: str
    is_out: bool = False
    may_leave_out: bool = False


@dataclass(frozen=True)
class BulkPage:
    """One bulk change as its page shows it."""

    change: BulkChange
    url: str
    list_url: str
    list_label: str
    name: str
    actor: str
    state: State
    stage: str
    is_running: bool
    done: int
    rows_to_do: int
    tabs: list[Tab] = field(default_factory=list)
    rows: list[RowLine] = field(default_factory=list)
    next_cursor: str = ""
    may_undo: bool = False


def bulk_change_list(*, actor: Actor, cursor: str = "", with_single: bool = False) -> BulkList:
    """The actor's own, newest first; those of a single thing, as a key makes them by the hundred, on request."""
    changes = BulkChange.objects.visible_to(actor)
    changes = changes if with_single else changes.filter(total__gt=1)
    page = keyset_page(changes, order=("-id",), cursor=cursor, limit=PAGE)
    known: dict[str, Shown] = {}
    lines = [
        BulkLine(
            url=reverse("bulk_change", args=[change.uid]),
            undo_url=reverse("bulk_undo", args=[change.uid]) if may_undo(change, actor) else "",
            name=name_of(change, actor, known),
            at=change.created_at,
            actor=person(change.actor),
            state=state_of(change),
            counts=_in_numbers(change),
        )
        for change in page.rows
    ]
    return BulkList(lines, page.next_cursor)


def bulk_change_page(
    uid: UUID, *, actor: Actor, outcome: str = "", undo: str = "", cursor: str = "", row: UUID | None = None
) -> BulkPage:
    """Where it stands; its rows, or one of them, unless it is on its way."""
    change = get_bulk_change(uid, actor=actor)
    job = Job.objects.filter(uid=change.job_uid).first() if change.is_running and change.job_uid else None
    is_running = change.is_running and job is not None and job.is_open
    wanted = rows_of(change, outcome=outcome, undo=undo)
    wanted = wanted if row is None else wanted.filter(uid=row)
    rows = keyset_page(wanted.none() if is_running else wanted, order=("subject_id",), cursor=cursor, limit=PAGE)
    return BulkPage(
        change=change,
        url=reverse("bulk_change", args=[uid]),
        list_url=reverse(NOUNS[change.noun].list),
        list_label=NOUNS[change.noun].plural.capitalize(),
        name=name_of(change, actor),
        actor=person(change.actor),
        state=state_of(change) if is_running or not change.is_running else State("Given up", "bad"),
        stage=change.state if is_running or not change.is_running else _after(change.state),
        is_running=is_running,
        done=job.done if job else 0,
        rows_to_do=max(job.total, job.done) if job else 0,
        tabs=_tabs(change, outcome, undo),
        rows=_lines(rows.rows, change, actor),
        next_cursor=rows.next_cursor,
        may_undo=may_undo(change, actor),
    )


def name_of(change: BulkChange, actor: Actor, known: dict[str, Shown] | None = None) -> str:
    """What it does to how many, as a title; no more than the verb for who may not see what it touches."""
    verb, parameters = VERBS[change.verb], shown_parameters(change, actor=actor, known=known)
    what = verb.label if parameters is None else verb.sentence(parameters)
    return f"{what}: {count_of(change.total, change)}"


def count_of(count: int, change: BulkChange) -> str:
    """4,312 assets"""
    noun = NOUNS[change.noun]
    return f"{count:,} {noun.singular if count == 1 else noun.plural}"


def state_of(change: BulkChange) -> State:
    stage = Stage(change.state)
    if stage == Stage.APPLIED and change.stopped:
        return State("Stopped", "attention")
    if stage == Stage.APPLIED and change.refused:
        return State("Applied, with refusals", "attention")
    if stage == Stage.UNDONE and change.kept:
        return State("Undone in part", "attention")
    return STAGES[stage]


def may_undo(change: BulkChange, actor: Actor) -> bool:
    """Whether Undo is drawn; the service has the last word."""
    until = change.undo_until
    is_over = change.state == Stage.APPLIED and bool(change.changed)
    return bool(is_over and until and until >= moment.now() and actor.may(change.how.permission))


def _after(stage: str) -> str:
    return {Stage.PREVIEWING: Stage.DRAFT, Stage.APPLYING: Stage.APPLIED, Stage.UNDOING: Stage.UNDONE}[Stage(stage)]


def _in_numbers(change: BulkChange) -> str:
    told: tuple[tuple[int, str], ...]
    if change.state in {Stage.UNDONE, Stage.UNDOING}:
        told = ((change.undone, "undone"), (change.kept, "kept as they are"))
    else:
        told = (
            (change.changed, "changed" if change.applied_at else "would change"), (change.same, "the same already"),
            (change.refused, "refused"), (change.left_out, "left out"), (change.stopped, "not reached"),
        )  # fmt: skip
    return ", ".join(f"{count:,} {word}" for count, word in told if count)


def _tabs(change: BulkChange, outcome: str, undo: str) -> list[Tab]:
    """The result by outcome; an outcome without rows has no tab."""
    changed = "Changed" if change.applied_at else "Would change"
    counted: list[tuple[str, str, int]] = [
        (f"outcome={one.value}", changed if one == Outcome.CHANGED else OUTCOMES[one].label, getattr(change, one.value))
        for one in Outcome
    ]
    if change.state == Stage.UNDONE:
        counted += [("undo=undone", "Undone", change.undone), ("undo=kept", "Kept as they are", change.kept)]
    chosen = f"outcome={outcome}" if outcome else f"undo={undo}" if undo else ""
    every = Tab("All", reverse("bulk_change", args=[change.uid]), not chosen, count=change.total)
    return [every] + [
        Tab(label, f"{every.url}?{query}", query == chosen, count=count)
        for query, label, count in counted
        if count or query == chosen
    ]


def _lines(rows: Sequence[BulkRow], change: BulkChange, actor: Actor) -> list[RowLine]:
    seen = seen_rows(list(rows), change, actor=actor)
    words = _words([image for row in rows for image in (row.before, row.after)], change)
    is_preview = change.state == Stage.PREVIEWED
    lines = []
    for at, row in enumerate(rows):
        is_seen = row.subject_id in seen
        lines.append(
            RowLine(
                uid=row.uid,
                url=reverse(NOUNS[change.noun].page, args=[row.uid]) if is_seen else "",
                label=row.label if is_seen else "Not visible to you any more",
                before=words[2 * at] if is_seen else "",
                after=words[2 * at + 1] if is_seen else "",
                state=_state_of_row(row, is_preview=is_preview),
                reason=row.undo_reason or row.reason,
                is_out=row.outcome == Outcome.LEFT_OUT,
                may_leave_out=is_preview and row.outcome in {Outcome.CHANGED, Outcome.LEFT_OUT},
            )
        )
    return lines


def _state_of_row(row: BulkRow, *, is_preview: bool) -> State:
    if row.undo == Undo.UNDONE:
        return State("Undone", "attention")
    if row.undo == Undo.KEPT:
        return State("Kept as it is", "attention")
    return WOULD if is_preview and row.outcome == Outcome.CHANGED else OUTCOMES[Outcome(row.outcome)]


def _words(images: Sequence[Any], change: BulkChange) -> list[str]:
    """Images as a person would write them; options of attributes by their labels."""
    verb, parameters = change.how, change.parameters or {}
    attribute = Attribute.objects.filter(code=parameters.get("attribute", "")).first()
    if attribute is None:
        return [verb.spell(image, parameters) for image in images]
    values = [(image or {}).get("value") for image in images]
    options = words_of([(attribute, value) for value in values], LOCALE)
    words = [in_words(attribute, value, options) for value in values]
    return [f"{word.text} {word.unit}".strip() for word in words]
