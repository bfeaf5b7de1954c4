"""Jobs under a lease, timers, and a broker that may vanish."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial

import pytest
from celery import current_app
from django.db.models.functions import Now

from config.stack.ports import free_port
from foundation.core import moment
from foundation.core.errors import Conflict, Missing
from foundation.jobs import dispatch, registry, running, services
from foundation.jobs.models import Job, Timer

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch):
    """Register the handler as `tests.work` for one test."""

    def register(handler):
        monkeypatch.setitem(registry.JOB_KINDS, "tests.work", handler)

    return register


def start(actor, **changes):
    return services.start_job(**({"kind": "tests.work", "queue": "bulk", "payload": {}, "actor": actor} | changes))


def test_a_job_runs_and_keeps_its_result(kind, steward):
    kind(lambda run: {"counted": run.payload["up_to"]})
    job = start(steward, payload={"up_to": 3})
    assert (job.state, job.owner_id) == ("queued", steward.user_id)
    assert running.run_due_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.result, job.lease_until, job.attempt) == ("done", {"counted": 3}, None, 1)
    assert job.finished_at is not None


def test_a_job_acts_as_who_asked(kind, outsider):
    seen = []
    kind(lambda run: seen.append(run.actor))
    start(outsider)
    running.run_due_jobs()
    assert seen == [outsider]


def test_a_held_job_cannot_be_claimed_until_its_lease_ends(kind, steward):
    kind(lambda run: None)
    job = start(steward)
    assert running.claim_job(job.pk).attempt == 1
    assert running.claim_job(job.pk) is None
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    assert running.claim_job(job.pk).attempt == 2


def test_a_worker_that_lost_its_lease_is_fenced_off(kind, steward):
    job = start(steward)
    late = running.JobRun(running.claim_job(job.pk))
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    running.JobRun(running.claim_job(job.pk)).advance(5)
    with pytest.raises(running.LeaseLost):
        late.advance(1)
    job.refresh_from_db()
    assert (job.done, job.attempt) == (5, 2)


def test_a_failed_attempt_is_retried_from_the_cursor_and_then_given_up(kind, steward):
    begun = []

    def handler(run):
        begun.append(run.cursor.get("row", 0))
        run.advance(len(begun), cursor={"row": len(begun)})
        raise ValueError("again")

    kind(handler)
    job = start(steward)
    at = moment.now()
    for attempt in range(8):
        with moment.frozen(at + timedelta(minutes=attempt)):
            running.run_due_jobs()
    job.refresh_from_db()
    assert begun == [0, 1, 2, 3, 4]
    assert (job.state, job.attempt) == ("failed", 5)
    assert "ValueError: again" in job.error


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_step(kind, steward, photographer):
    kind(lambda run: run.advance(1))
    job = start(steward)
    with pytest.raises(Missing):
        services.cancel_job(uid=job.uid, actor=photographer)
    assert services.cancel_job(uid=job.uid, actor=steward).state == "cancelled"
    with pytest.raises(Conflict):
        services.cancel_job(uid=job.uid, actor=steward)
    second = start(steward)

    def cancelled_meanwhile(run):
        services.cancel_job(uid=second.uid, actor=steward)
        run.advance(1)
        raise AssertionError("it went on")

    kind(cancelled_meanwhile)
    running.run_due_jobs()
    second.refresh_from_db()
    assert second.state == "cancelled"


def test_a_unique_key_gives_the_open_job_back(kind, steward):
    kind(lambda run: None)
    first = start(steward, unique_key="same")
    assert start(steward, unique_key="same").pk == first.pk
    running.run_due_jobs()
    assert start(steward, unique_key="same").pk != first.pk


def test_the_broker_may_be_away(kind, steward, monkeypatch, django_capture_on_commit_callbacks):
    kind(lambda run: None)

    def away(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(dispatch.current_app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        job = start(steward)
    assert Job.objects.get(pk=job.pk).state == "queued"


def test_a_broker_that_is_away_holds_nobody_up(monkeypatch):
    with current_app.connection_for_write(f"redis://127.0.0.1:{free_port()}/0") as nowhere:
        send = partial(current_app.send_task, connection=nowhere)
        monkeypatch.setattr(dispatch.current_app, "send_task", send)
        began = time.monotonic()
        assert [dispatch.nudge(1, "bulk") for _ in range(3)] == [False] * 3
        assert time.monotonic() - began < 20


def test_the_sweep_gives_up_with_the_first_that_finds_no_broker(steward, monkeypatch):
    nudged = []
    monkeypatch.setattr(services, "nudge", lambda job_id, queue: nudged.append(job_id))  # None is no success
    first, _ = start(steward), start(steward)
    services.sweep_jobs()
    assert nudged == [first.pk]


def test_the_sweep_nudges_what_is_due_and_free(kind, steward, monkeypatch):
    nudged = []
    monkeypatch.setattr(services, "nudge", lambda job_id, queue: not nudged.append((job_id, queue)))
    due, held = start(steward), start(steward)
    start(steward, due_at=moment.now() + timedelta(hours=1))
    running.claim_job(held.pk)
    services.sweep_jobs()
    assert nudged == [(due.pk, "bulk")]


def test_a_queue_that_nobody_serves_is_refused(steward):
    with pytest.raises(ValueError, match="No worker"):
        start(steward, queue="nowhere")


class TestTimers:
    def test_fires_once_at_its_moment_and_not_before(self, monkeypatch):
        fired = []
        monkeypatch.setitem(registry.TIMER_KINDS, "tests.alarm", fired.append)
        at = moment.now()
        services.set_timer("tests.alarm", "one", at + timedelta(hours=2))
        services.set_timer("tests.alarm", "one", at + timedelta(hours=1))
        with moment.frozen(at + timedelta(minutes=59)):
            assert services.fire_timers() == 0
        with moment.frozen(at + timedelta(minutes=61)):
            assert (services.fire_timers(), services.fire_timers()) == (1, 0)
        assert fired == ["one"]

    def test_none_calls_it_off(self):
        services.set_timer("tests.alarm", "one", moment.now())
        services.set_timer("tests.alarm", "one", None)
        assert not Timer.objects.exists()

    def test_one_that_fails_is_tried_again_later(self, monkeypatch):
        def fail(subject):
            raise ValueError(subject)

        monkeypatch.setitem(registry.TIMER_KINDS, "tests.alarm", fail)
        at = moment.now()
        with moment.frozen(at):
            services.set_timer("tests.alarm", "one", at)
            services.fire_timers()
        assert Timer.objects.get().due_at == at + timedelta(minutes=1)


def test_a_job_that_stopped_goes_on_from_its_cursor(kind, steward, photographer):
    begun = []

    def handler(run):
        begun.append((run.cursor.get("row", 0), run.job.attempts, run.is_last_attempt))
        run.advance(len(begun), cursor={"row": len(begun)})
        if len(begun) < 7:
            raise ValueError("again")
        return {"rows": len(begun)}

    kind(handler)
    job, at = start(steward), moment.now()
    with pytest.raises(Conflict):
        services.resume_job(uid=job.uid, actor=steward)
    for minutes in range(8):
        with moment.frozen(at + timedelta(minutes=minutes)):
            running.run_due_jobs()
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("failed", 5)
    assert job.reason == "ValueError: again"
    with pytest.raises(Missing):
        services.resume_job(uid=job.uid, actor=photographer)
    assert services.resume_job(uid=job.uid, actor=steward).state == "queued"
    for minutes in range(8):
        with moment.frozen(moment.now() + timedelta(minutes=minutes)):
            running.run_due_jobs()
    job.refresh_from_db()
    assert begun[5:] == [(5, 1, False), (6, 2, False)]
    assert (job.state, job.attempt, job.attempts, job.result, job.error) == ("done", 7, 2, {"rows": 7}, "")


def test_a_resumed_job_fences_off_the_worker_before(kind, steward):
    kind(lambda run: None)
    job = start(steward)
    late = running.JobRun(running.claim_job(job.pk))
    services.cancel_job(uid=job.uid, actor=steward)
    with pytest.raises(running.Cancelled):
        late.advance(1)
    Job.objects.filter(pk=job.pk).update(state="cancelled", lease_until=None)
    services.resume_job(uid=job.uid, actor=steward)
    assert running.claim_job(job.pk).attempt == 2
    with pytest.raises(running.LeaseLost):
        late.advance(2)


def test_the_owner_resumes_with_what_they_may_now(kind, steward, administrator):
    kind(lambda run: None)
    job = start(steward)
    Job.objects.filter(pk=job.pk).update(state="failed", actor=job.actor | {"permissions": ["*"]})
    services.resume_job(uid=job.uid, actor=administrator)
    job.refresh_from_db()
    assert (job.actor["label"], job.actor["permissions"]) == ("user:stella", ["*"])
    Job.objects.filter(pk=job.pk).update(state="failed")
    services.resume_job(uid=job.uid, actor=steward)
    job.refresh_from_db()
    assert job.actor == steward.to_json()


def test_a_job_is_not_resumed_beside_its_twin(kind, steward):
    kind(lambda run: None)
    first = start(steward, unique_key="same")
    services.cancel_job(uid=first.uid, actor=steward)
    start(steward, unique_key="same")
    with pytest.raises(Conflict):
        services.resume_job(uid=first.uid, actor=steward)
    first.refresh_from_db()
    assert first.state == "cancelled"


def test_the_api_of_jobs(kind, steward, photographer, client_of):
    kind(lambda run: None)
    job = start(steward)
    address = f"/api/v1/jobs/{job.uid}"
    client = client_of(steward)
    assert [one["uid"] for one in client.get("/api/v1/jobs?state=queued").json()["results"]] == [str(job.uid)]
    assert client.get("/api/v1/jobs?state=asleep").status_code == 422
    assert client.post(f"{address}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{address}/cancel").status_code == 409
    assert client.post(f"{address}/resume").json()["state"] == "queued"
    other = client_of(photographer)
    assert [other.get(address).status_code, other.post(f"{address}/resume").status_code] == [404, 404]
    assert other.get("/api/v1/jobs").json()["results"] == []
