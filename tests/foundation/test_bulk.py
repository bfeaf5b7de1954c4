"""The mechanism of bulk changes: jobs, progress, stopping, forgetting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dam.models import Asset
from foundation.bulk.choices import Outcome
from foundation.bulk.models import UNDO_DAYS, BulkChange, BulkRow
from foundation.bulk.services import (
    apply_bulk_change,
    change_at_once,
    open_bulk_change,
    preview_bulk_change,
    start_bulk_change,
    stop_bulk_change,
    undo_bulk_change,
)
from foundation.core import moment
from foundation.core.actors import Actor, system
from foundation.core.errors import Conflict, Invalid
from foundation.events.models import OutboxEvent
from foundation.history.services import recorded
from foundation.jobs.models import Job, Timer
from foundation.jobs.running import JobRun, run_due_jobs
from foundation.jobs.services import cancel_job, fire_timers

HOUSE = system("tests")
WORDS = {"mode": "append", "keywords": ["sale"]}


def make_assets(count: int) -> list[Asset]:
    """Rows alone; nobody looks at their bytes."""
    at = moment.now()
    with recorded(HOUSE):
        return Asset.objects.bulk_create(
            Asset(title=f"many-{number}", kind="image", first_sha256=f"{number:064}", created_at=at)
            for number in range(count)
        )


def begun(actor: Actor) -> BulkChange:
    return start_bulk_change(verb="dam.keywords", parameters=WORDS, filter="", actor=actor)


def fresh(change: BulkChange) -> BulkChange:
    return BulkChange.objects.get(pk=change.pk)


def test_many_are_a_job_with_progress(photographer: Actor) -> None:
    make_assets(250)
    change = begun(photographer)
    job = Job.objects.get(uid=change.job_uid)
    assert (change.state, job.queue, job.total, job.owner_id) == ("previewing", "bulk", 250, photographer.user_id)
    assert run_due_jobs() == 1
    change, job = fresh(change), Job.objects.get(pk=job.pk)
    assert (change.state, change.changed, change.total, job.done) == ("previewed", 250, 250, 250)
    assert not OutboxEvent.objects.filter(type__startswith="dam.").exists()
    apply_bulk_change(change, actor=photographer)
    run_due_jobs()
    assert (fresh(change).state, fresh(change).changed) == ("applied", 250)
    assert OutboxEvent.objects.filter(type="dam.asset.changed").count() == 250
    assert Asset.objects.filter(metadata__keywords=["sale"]).count() == 250
    undo_bulk_change(fresh(change), actor=photographer)
    run_due_jobs()
    assert (fresh(change).state, fresh(change).undone, fresh(change).kept) == ("undone", 250, 0)
    assert Asset.objects.filter(metadata={}).count() == 250


def test_a_stopped_change_keeps_what_is_done(photographer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    make_assets(250)
    change = begun(photographer)
    run_due_jobs()
    change = apply_bulk_change(fresh(change), actor=photographer)
    advance = JobRun.advance

    def stop_after_the_second(run: JobRun, done: int, **more: Any) -> None:
        if done == 200:
            cancel_job(uid=run.job.uid, actor=photographer)
        advance(run, done, **more)

    monkeypatch.setattr(JobRun, "advance", stop_after_the_second)
    run_due_jobs()
    change = fresh(change)
    assert (change.state, change.changed, change.stopped, change.note) == ("applied", 100, 150, "Stopped by hand")
    assert Asset.objects.filter(metadata__keywords=["sale"]).count() == 100
    assert BulkRow.objects.filter(outcome=Outcome.STOPPED).count() == 150
    monkeypatch.undo()
    undo_bulk_change(change, actor=photographer)
    run_due_jobs()
    assert (fresh(change).undone, Asset.objects.filter(metadata={}).count()) == (100, 250)


def test_one_that_has_not_begun_stops_at_once(photographer: Actor) -> None:
    make_assets(60)
    change = stop_bulk_change(begun(photographer), actor=photographer)
    assert (change.state, BulkRow.objects.count(), run_due_jobs()) == ("draft", 0, 0)
    change = preview_bulk_change(change, parameters=WORDS, actor=photographer)
    run_due_jobs()
    change = stop_bulk_change(apply_bulk_change(fresh(change), actor=photographer), actor=photographer)
    assert (change.state, change.changed, change.stopped) == ("applied", 0, 60)
    with pytest.raises(Conflict):
        undo_bulk_change(change, actor=photographer)


def test_a_job_that_was_given_up_leaves_the_way_back_open(photographer: Actor) -> None:
    make_assets(150)
    change = begun(photographer)
    run_due_jobs()
    change = apply_bulk_change(fresh(change), actor=photographer)
    run_due_jobs()
    # As a worker that was killed five times leaves it: the first batch committed, the job failed.
    Job.objects.filter(uid=change.job_uid).update(state="failed", cursor={"done": 100, "after": _nth(change, 99)})
    BulkChange.objects.update(state="applying", changed=100)
    undo_bulk_change(fresh(change), actor=photographer)
    run_due_jobs()
    change = fresh(change)
    assert (change.state, change.stopped, change.undone, change.note) == ("undone", 50, 100, "Given up")


def _nth(change: BulkChange, number: int) -> int:
    return int(change.rows.order_by("subject_id").values_list("subject_id", flat=True)[number])


def test_more_than_fifty_want_a_preview(photographer: Actor) -> None:
    make_assets(51)
    change = open_bulk_change(verb="dam.approve", filter="", actor=photographer)
    with pytest.raises(Invalid, match="51 are too many without a preview"):
        change_at_once(change, parameters={}, actor=photographer)
    assert not Asset.objects.filter(state="approved").exists()


def test_states_hold_each_other_off(photographer: Actor) -> None:
    make_assets(3)
    change = begun(photographer)
    assert change.state == "previewed"
    for wrong in (undo_bulk_change, stop_bulk_change):
        with pytest.raises(Conflict):
            wrong(change, actor=photographer)
    change = apply_bulk_change(change, actor=photographer)
    with pytest.raises(Conflict):
        apply_bulk_change(change, actor=photographer)
    with pytest.raises(Conflict):
        preview_bulk_change(change, parameters=WORDS, actor=photographer)


def test_undo_ends_after_thirty_days(photographer: Actor) -> None:
    make_assets(1)
    change = apply_bulk_change(begun(photographer), actor=photographer)
    with moment.frozen(moment.now() + timedelta(days=UNDO_DAYS, hours=1)), pytest.raises(Conflict, match="until"):
        undo_bulk_change(change, actor=photographer)
    with moment.frozen(moment.now() + timedelta(days=UNDO_DAYS - 1)):
        assert undo_bulk_change(change, actor=photographer).undone == 1


def test_what_nobody_applies_is_forgotten(photographer: Actor) -> None:
    make_assets(2)
    applied = apply_bulk_change(begun(photographer), actor=photographer)
    with recorded(HOUSE):
        Asset.objects.update(metadata={})
    previewed = begun(photographer)
    assert Timer.objects.filter(kind="bulk.forget").get().subject == str(previewed.uid)
    with moment.frozen(moment.now() + timedelta(days=2)):
        fire_timers()
    assert list(BulkChange.objects.all()) == [applied]
    assert BulkRow.objects.count() == 2


def test_ten_thousand_rows_pass_a_batch_at_a_time(photographer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """No step reads more than a batch: what is held does not grow with the rows."""
    from foundation.bulk.services import carrying

    make_assets(10_000)
    sizes, rows = [], carrying._carry_out
    monkeypatch.setattr(
        carrying, "_carry_out", lambda change, ids, actor: sizes.append(len(ids)) or rows(change, ids, actor)
    )
    change = start_bulk_change(verb="dam.licence", parameters=_licence(), filter="", actor=photographer)
    run_due_jobs()
    change = fresh(change)
    assert (change.state, change.changed, len(sizes), max(sizes)) == ("previewed", 10_000, 100, 100)
    apply_bulk_change(change, actor=photographer)
    run_due_jobs()
    assert (fresh(change).state, fresh(change).changed, max(sizes)) == ("applied", 10_000, 100)


def _licence() -> dict[str, str]:
    from tests.dam.factories import make_licence

    return {"mode": "add", "licence": str(make_licence().uid)}
