"""What a person does with a bulk change: choose, preview, leave out, apply, stop, undo, discard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from foundation.bulk.choices import RUNNING, Outcome, State
from foundation.bulk.models import BulkChange, BulkRow
from foundation.bulk.queries import get_verb, selected
from foundation.bulk.services.carrying import FORGET, STEPS, carry_out_selection, finish, stop
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.jobs.models import Job
from foundation.jobs.services import cancel_job, set_timer, start_job

JOB = "bulk.change"
KEPT_UNAPPLIED = timedelta(days=1)
MOST_NAMED = 2_000
MOST_AT_ONCE = 50


def open_bulk_change(
    *,
    verb: str,
    actor: Actor,
    uids: Sequence[UUID] | None = None,
    filter: str = "",
    without: Sequence[UUID] = (),
) -> BulkChange:
    """Keep a verb and what it is for: things by uid, or all that a list's query string shows but for some.

    Nothing is changed yet, nor looked at; parameters are asked for next.
    """
    chosen = get_verb(verb, actor=actor)
    if len(uids or ()) > MOST_NAMED or len(without) > MOST_NAMED:
        text = f"At most {MOST_NAMED:,} can be named one by one; take all that match a filter instead"
        raise Invalid(text, path="uids")
    named = sorted({str(uid) for uid in uids or ()})
    selection: dict[str, Any] = {"filter": filter, "without": [*map(str, without)]}
    if uids is not None:
        selection = {"uids": named}
    rows = selected(chosen.noun, selection, actor=actor)
    if named:
        known = {str(uid) for uid in rows.values_list("uid", flat=True)}
        if missing := [uid for uid in named if uid not in known]:
            raise Missing(f"There is no {chosen.noun} {missing[0]}", path="uids")
    total = rows.count()
    if not total:
        raise Invalid("Nothing is selected", path="uids")
    with transaction.atomic():
        change = BulkChange.objects.create(
            verb=verb, noun=chosen.noun, selection=selection, total=total, owner_id=actor.user_id, actor=actor.label,
            created_at=moment.now(),
        )  # fmt: skip
        set_timer(FORGET, str(change.uid), change.created_at + KEPT_UNAPPLIED)
    return change


def start_bulk_change(
    *,
    verb: str,
    parameters: dict[str, Any],
    actor: Actor,
    uids: Sequence[UUID] | None = None,
    filter: str = "",
    without: Sequence[UUID] = (),
    is_at_once: bool = False,
) -> BulkChange:
    """Open a change with its parameters and preview it, or carry it out at once; nothing is kept of a refused one."""
    with transaction.atomic():
        change = open_bulk_change(verb=verb, actor=actor, uids=uids, filter=filter, without=without)
        act = change_at_once if is_at_once else preview_bulk_change
        return act(change, parameters=parameters, actor=actor)


def preview_bulk_change(change: BulkChange, *, parameters: dict[str, Any], actor: Actor) -> BulkChange:
    """Find out what would become of each thing, writing nothing but that. Many things are a job."""
    verb = get_verb(change.verb, actor=actor)
    checked = verb.check(parameters, actor.within(verb.permission))
    with transaction.atomic():
        change = _lock(change, actor)
        _require(change, State.DRAFT, State.PREVIEWED)
        change.rows.all().delete()
        change.changed = change.same = change.refused = change.left_out = 0
        change.parameters, change.note = checked, ""
        change.total = selected(change.noun, change.selection, actor=actor).count()
        _begin(change, State.PREVIEWING, actor)
    return change


def leave_out_row(change: BulkChange, *, subject: UUID, is_out: bool, actor: Actor) -> BulkRow:
    """Leave a thing that would be changed out of a previewed change, or take it in again."""
    was, becomes = (Outcome.CHANGED, Outcome.LEFT_OUT) if is_out else (Outcome.LEFT_OUT, Outcome.CHANGED)
    with transaction.atomic():
        change = _lock(change, actor)
        _require(change, State.PREVIEWED)
        row = change.rows.filter(uid=subject, outcome__in=[was, becomes]).first()
        if row is None:
            raise Missing("There is no such row that would be changed", path="subject")
        if row.outcome == was:
            BulkRow.objects.filter(pk=row.pk).update(outcome=becomes)
            step = -1 if is_out else 1
            BulkChange.objects.filter(pk=change.pk).update(changed=F("changed") + step, left_out=F("left_out") - step)
            row.outcome = becomes
    return row


def apply_bulk_change(change: BulkChange, *, actor: Actor) -> BulkChange:
    """Carry out what was previewed; many things are a job."""
    get_verb(change.verb, actor=actor)
    with transaction.atomic():
        change = _lock(change, actor)
        _require(change, State.PREVIEWED)
        if not change.changed:
            raise Conflict("Nothing would be changed", path="state")
        change.applied_at = moment.now()
        _begin(change, State.APPLYING, actor, rows=change.changed, changed=0)
    return change


def change_at_once(change: BulkChange, *, parameters: dict[str, Any], actor: Actor) -> BulkChange:
    """Carry it out without a preview: for up to 50 things. It can be undone like any other."""
    verb = get_verb(change.verb, actor=actor)
    checked = verb.check(parameters, actor.within(verb.permission))
    if change.total > MOST_AT_ONCE:
        text = f"{change.total:,} are too many without a preview: look at it first, then apply it"
        raise Invalid(text, path="apply")
    with transaction.atomic():
        change = _lock(change, actor)
        _require(change, State.DRAFT, State.PREVIEWED)
        change.rows.all().delete()
        change.parameters, change.applied_at = checked, moment.now()
        change.changed = change.same = change.refused = change.left_out = 0
        change.save()
        carry_out_selection(change, actor=actor)
        finish(change, State.APPLIED)
        change.refresh_from_db()
    return change


def undo_bulk_change(change: BulkChange, *, actor: Actor) -> BulkChange:
    """Bring back what was changed, for 30 days. A thing that was edited since is kept, and told."""
    get_verb(change.verb, actor=actor)
    with transaction.atomic():
        change = _lock(change, actor)
        _require(change, State.APPLIED)
        if not change.changed:
            raise Conflict("It has changed nothing, so there is nothing to undo", path="state")
        until = change.undo_until
        if until is not None and until < moment.now():
            raise Conflict(f"It could be undone until {until:%d %b %Y}", path="state")
        change.undone_at = moment.now()
        _begin(change, State.UNDOING, actor, rows=change.changed)
    return change


def stop_bulk_change(change: BulkChange, *, actor: Actor) -> BulkChange:
    """Ask a running change to end after its batch. What is done stays done, and can be undone."""
    with transaction.atomic():
        change = _lock(change, actor)
        _require(change, *RUNNING)
        if change.job_uid is not None and cancel_job(uid=change.job_uid, actor=actor).state == Job.State.CANCELLED:
            stop(change, after=0, note="Stopped before it began")
        change.refresh_from_db()
    return change


def discard_bulk_change(change: BulkChange, *, actor: Actor) -> None:
    """Forget a change that was not applied."""
    with transaction.atomic():
        change = _lock(change, actor)
        _require(change, State.DRAFT, State.PREVIEWED)
        change.delete()


def forget_bulk_change(*, uid: str) -> None:
    """The timer's call: a change that nobody applied is discarded."""
    BulkChange.objects.filter(uid=uid, state__in=[State.DRAFT, State.PREVIEWED]).delete()


def _begin(
    change: BulkChange, state: State, actor: Actor, *, rows: int | None = None, changed: int | None = None
) -> None:
    """Save and start: at once where there are few, else by a job."""
    change.state = state
    change.changed = change.changed if changed is None else changed
    rows = change.total if rows is None else rows
    if rows > MOST_AT_ONCE:
        payload = {"bulk_change": change.pk}
        change.job_uid = start_job(kind=JOB, queue="bulk", payload=payload, actor=actor, total=rows).uid
        change.save()
        return
    change.job_uid = None
    change.save()
    step, following = STEPS[state]
    step(change, actor=actor, progress=_untold)
    finish(change, following)
    change.refresh_from_db()


def _untold(done: int, last: int) -> None:
    """The progress of what is over at once."""


def _lock(change: BulkChange, actor: Actor) -> BulkChange:
    """The change's row, locked; one whose job has ended without a word is ended as well."""
    found = BulkChange.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=change.pk).first()
    if found is None:
        raise Missing("There is no such bulk change", path="uid")
    if found.is_running and found.job_uid is not None:
        job = Job.objects.filter(uid=found.job_uid).first()
        if job is None or not job.is_open:
            stop(found, after=int(job.cursor.get("after", 0)) if job else 0, note="Given up")
            found.refresh_from_db()
    return found


def _require(change: BulkChange, *states: State) -> None:
    if change.state not in states:
        raise Conflict(f"It is {change.get_state_display()}", path="state")
