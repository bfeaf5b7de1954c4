"""Going through the rows of a bulk change, a batch a transaction: rehearsing, carrying out, undoing.

Each of the three may be called again after a crash and goes on behind the last batch that was committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from foundation.bulk.choices import Outcome, State, Undo
from foundation.bulk.models import BulkChange, BulkRow
from foundation.bulk.queries import selected
from foundation.bulk.registry import NOUNS, Rows
from foundation.core.actors import Actor
from foundation.core.errors import Denied, Missing, TandemError
from foundation.history.queries import Change, edits_after
from foundation.history.services import recorded
from foundation.jobs.services import set_timer

FORGET = "bulk.forget"
BATCH = 100
SHOWN = 500
NOT_REACHED = "The undo was stopped before it came here"
# Called inside the transaction of each batch, with the rows done so far and the last of them.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Result:
    """What one thing was before and after, or why it was refused."""

    subject: Any
    before: Any
    after: Any
    refusal: TandemError | None

    @property
    def outcome(self) -> Outcome:
        if self.refusal is not None:
            return Outcome.REFUSED
        return Outcome.SAME if self.before == self.after else Outcome.CHANGED


class _Rehearsed(Exception):
    """Takes back what a rehearsal has written."""


def rehearse(change: BulkChange, *, actor: Actor, progress: Progress, done: int = 0, after: int = 0) -> None:
    """Find out what would become of each thing that is selected, by doing it and taking it back."""
    things = selected(change.noun, change.selection, actor=actor)
    for ids in _batches(things, after):
        results: list[Result] = []
        try:
            with recorded(actor):
                results = _carry_out(change, ids, actor)
                raise _Rehearsed
        except _Rehearsed:
            pass
        done += len(ids)
        with transaction.atomic():
            _keep(change, results)
            progress(done, ids[-1])


def carry_out_selection(change: BulkChange, *, actor: Actor) -> None:
    """Do it to what is selected, without a preview; inside the caller's transaction."""
    for ids in _batches(selected(change.noun, change.selection, actor=actor), 0):
        with recorded(actor, change_set=str(change.uid)):
            _keep(change, _carry_out(change, ids, actor))


def carry_out(change: BulkChange, *, actor: Actor, progress: Progress, done: int = 0, after: int = 0) -> None:
    """Do it to the rows that the preview said would change and that were not left out."""
    wanted = BulkRow.objects.filter(bulk_change=change, outcome=Outcome.CHANGED)
    for rows in _row_batches(wanted, after):
        with recorded(actor, change_set=str(change.uid)):
            results = {result.subject.pk: result for result in _carry_out(change, list(rows), actor)}
            others = [row for pk, row in rows.items() if _is_other(row, results.get(pk))]
            BulkRow.objects.bulk_update(others, ["outcome", "code", "reason", "before", "after"])
            _count(change, Counter(row.outcome for row in rows.values()))
            done += len(rows)
            progress(done, max(rows))


def take_back(change: BulkChange, *, actor: Actor, progress: Progress, done: int = 0, after: int = 0) -> None:
    """Bring back each row that was changed, unless an edit that came later would be lost."""
    wanted = BulkRow.objects.filter(bulk_change=change, outcome=Outcome.CHANGED, undo=Undo.NONE)
    for rows in _row_batches(wanted, after):
        with recorded(actor, change_set=f"{change.uid}/undo"):
            reasons = _take_back(change, rows, actor)
            BulkRow.objects.filter(pk__in=[row.pk for row in rows.values()]).update(undo=Undo.UNDONE)
            kept = [rows[pk] for pk in reasons]
            for row in kept:
                row.undo, row.undo_reason = Undo.KEPT, reasons[row.subject_id][:SHOWN]
            BulkRow.objects.bulk_update(kept, ["undo", "undo_reason"])
            _count(change, Counter({Undo.UNDONE: len(rows) - len(kept), Undo.KEPT: len(kept)}))
            done += len(rows)
            progress(done, max(rows))


def _batches(things: Any, after: int) -> Iterator[list[int]]:
    """Ids in their order, found anew for each batch: nothing is held, and what was done is not done again."""
    while ids := list(things.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield ids
        after = ids[-1]


def _row_batches(rows: Any, after: int) -> Iterator[dict[int, BulkRow]]:
    while batch := {row.subject_id: row for row in rows.filter(subject_id__gt=after).order_by("subject_id")[:BATCH]}:
        yield batch
        after = max(batch)


def _carry_out(change: BulkChange, ids: Sequence[int], actor: Actor) -> list[Result]:
    """Under the lock of each thing, so that the image before is what the change has found."""
    verb, parameters = change.how, change.parameters or {}
    visible = NOUNS[change.noun].rows(actor).filter(pk__in=ids)
    subjects = list(visible.select_for_update(of=("self",)).order_by("pk"))
    locked = [subject.pk for subject in subjects]
    before = verb.images(locked, parameters)
    allowed = actor.within(verb.permission)
    mine = set(locked) if allowed is actor else set(_pks(NOUNS[change.noun].rows(allowed).filter(pk__in=locked)))
    refused = verb.carry_out([one for one in subjects if one.pk in mine], parameters, allowed)
    refused |= {pk: Denied("You see it, but may not change it here") for pk in locked if pk not in mine}
    after = verb.images(locked, parameters)
    return [Result(one, before[one.pk], after[one.pk], refused.get(one.pk)) for one in subjects]


def _pks(rows: Rows) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _keep(change: BulkChange, results: Sequence[Result]) -> None:
    label = NOUNS[change.noun].label
    rows = [
        BulkRow(
            bulk_change=change, subject_id=one.subject.pk, uid=one.subject.uid, label=label(one.subject),
            outcome=one.outcome, before=one.before, after=one.after, **_why(one.refusal),
        )
        for one in results
    ]  # fmt: skip
    BulkRow.objects.bulk_create(rows)
    _count(change, Counter(row.outcome for row in rows))


def _is_other(row: BulkRow, result: Result | None) -> bool:
    """Write into the row what came of it; whether that is another thing than the preview has said."""
    said = (row.outcome, row.before, row.after)
    if result is None:
        gone = Missing("It is no longer there, or you may not see it any more")
        row.outcome, row.code, row.reason = Outcome.REFUSED, gone.code, gone.detail
    else:
        row.outcome, row.before, row.after = result.outcome, result.before, result.after
        row.code, row.reason = _why(result.refusal).values()
    return said != (row.outcome, row.before, row.after)


def _why(refusal: TandemError | None) -> dict[str, str]:
    if refusal is None:
        return {"code": "", "reason": ""}
    return {"code": str(refusal.extra.get("reason", refusal.code)), "reason": refusal.detail[:SHOWN]}


def _count(change: BulkChange, counts: Counter[str]) -> None:
    if counts:
        names = {name: F(name) + count for name, count in counts.items()}
        BulkChange.objects.filter(pk=change.pk).update(**names)


def _take_back(change: BulkChange, rows: dict[int, BulkRow], actor: Actor) -> dict[int, str]:
    """Why each row stays as it is; those not named are as they were before."""
    verb, parameters = change.how, change.parameters or {}
    actor = actor.within(verb.permission)
    locked = verb.restorable(list(rows), actor).select_for_update(of=("self",)).order_by("pk")
    subjects = {subject.pk: subject for subject in locked}
    reasons = dict.fromkeys(rows.keys() - subjects.keys(), "It is no longer there, or you may not see it any more")
    now = verb.images(list(subjects), parameters)
    since = change.applied_at or change.created_at
    later = edits_after(str(change.uid), verb.traces(list(subjects), parameters), since=since)
    pairs = []
    for pk, subject in subjects.items():
        if now[pk] == rows[pk].before:
            continue
        if pk in later:
            reasons[pk] = _lost(later[pk])
        elif now[pk] != rows[pk].after:
            reasons[pk] = "It was changed again since, which would be lost"
        else:
            pairs.append((subject, rows[pk].before))
    refused = verb.bring_back(pairs, parameters, actor)
    return reasons | {pk: error.detail for pk, error in refused.items()}


def _lost(edit: Change) -> str:
    who = edit.actor.partition(":")[2] or "Somebody"
    return f"{who} changed it again on {edit.at:%d %b %Y at %H:%M} UTC, which would be lost"


def finish(change: BulkChange, state: State) -> None:
    """Every row is through."""
    fields: dict[str, Any] = {"state": state}
    if state == State.PREVIEWED:  # more or fewer may match than when they were counted
        fields["total"] = F("changed") + F("same") + F("refused")
    BulkChange.objects.filter(pk=change.pk).update(**fields)
    if state == State.APPLIED:
        set_timer(FORGET, str(change.uid), None)


def stop(change: BulkChange, *, after: int, note: str) -> None:
    """End behind the row `after`: a preview is a draft again, rows that were not reached are said to be so."""
    fields: dict[str, Any] = {"note": note[:SHOWN]}
    match change.state:
        case State.PREVIEWING:
            change.rows.all().delete()
            fields |= {"state": State.DRAFT, "changed": 0, "same": 0, "refused": 0, "left_out": 0}
        case State.APPLYING:
            behind = change.rows.filter(outcome=Outcome.CHANGED, subject_id__gt=after)
            fields |= {"state": State.APPLIED, "stopped": behind.update(outcome=Outcome.STOPPED)}
        case State.UNDOING:
            behind = change.rows.filter(outcome=Outcome.CHANGED, undo=Undo.NONE)
            left = behind.update(undo=Undo.KEPT, undo_reason=NOT_REACHED)
            fields |= {"state": State.UNDONE, "kept": F("kept") + left}
    BulkChange.objects.filter(pk=change.pk).update(**fields)


def reopen(change: BulkChange) -> None:
    """Go on with what was stopped, now that its job is resumed; a preview begins again."""
    fields: dict[str, Any] = {"note": ""}
    match change.state:
        case State.DRAFT:
            fields["state"] = State.PREVIEWING
        case State.APPLIED:
            change.rows.filter(outcome=Outcome.STOPPED).update(outcome=Outcome.CHANGED)
            fields |= {"state": State.APPLYING, "stopped": 0}
        case State.UNDONE:
            left = change.rows.filter(undo=Undo.KEPT, undo_reason=NOT_REACHED).update(undo=Undo.NONE, undo_reason="")
            fields |= {"state": State.UNDOING, "kept": F("kept") - left}
    BulkChange.objects.filter(pk=change.pk).update(**fields)


# What each running state does, and where it leads.
STEPS = {
    State.PREVIEWING: (rehearse, State.PREVIEWED),
    State.APPLYING: (carry_out, State.APPLIED),
    State.UNDOING: (take_back, State.UNDONE),
}
