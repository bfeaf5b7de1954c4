"""The tray of jobs, their list and their page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foundation.jobs.models import Job
from foundation.jobs.services import start_job

UNKNOWN = "01890000-0000-7000-8000-000000000000"


def begin(actor: Any, **fields: Any) -> Job:
    job = start_job(kind="house.count_stars", queue="bulk", payload={}, actor=actor, total=10)
    if fields:
        Job.objects.filter(pk=job.pk).update(**fields)
        job.refresh_from_db()
    return job


def test_the_header_counts_what_runs(steward: Any, photographer: Any, browser_of: Any) -> None:
    quiet = browser_of(steward).get("/work/").content.decode()
    assert 'id="job-count" hidden' in quiet
    assert "every 1s" not in quiet
    job = begin(steward)
    start_job(kind="dam.render", queue="media", payload={}, actor=steward)
    text = browser_of(steward).get("/work/").content.decode()
    assert f'data-running="{job.uid}"' in text
    assert "every 1s" in text
    assert str(job.uid) not in browser_of(photographer).get("/assets/").content.decode()


def test_the_tray_shows_ones_own_and_says_what_has_ended(steward: Any, photographer: Any, browser_of: Any) -> None:
    job, other = begin(steward, done=4), begin(photographer)
    client = browser_of(steward, htmx=True)
    answer = client.get(f"/jobs/tray/?was={job.uid}")
    text = answer.content.decode()
    assert "Count stars" in text
    assert "4 of 10" in text
    assert str(other.uid) not in text
    assert "HX-Trigger" not in answer
    Job.objects.filter(pk=job.pk).update(state="done")
    answer = client.get(f"/jobs/tray/?was={job.uid},{other.uid},nonsense")
    told = json.loads(answer["HX-Trigger"])["toast"]
    assert told == {"text": "Count stars is done", "tone": "ok", "link": f"/jobs/{job.uid}/"}
    assert "every 1s" not in answer.content.decode()
    here = browser_of(steward, htmx=True)
    answer = here.get(f"/jobs/tray/?was={job.uid}", headers={"HX-Current-URL": f"http://testserver/jobs/{job.uid}/"})
    assert "HX-Trigger" not in answer, "its own page says so itself"


def test_several_that_ended_are_one_toast(steward: Any, browser_of: Any) -> None:
    jobs = [begin(steward, state="done"), begin(steward, state="failed", error="Traceback\nValueError: no")]
    answer = browser_of(steward, htmx=True).get("/jobs/tray/?was=" + ",".join(str(job.uid) for job in jobs))
    assert json.loads(answer["HX-Trigger"])["toast"] == {"text": "2 jobs ended", "tone": "bad", "link": "/jobs/"}


def test_stopping_and_going_on(steward: Any, browser_of: Any) -> None:
    job = begin(steward)
    answer = browser_of(steward, htmx=True).post(f"/jobs/{job.uid}/cancel/")
    assert json.loads(answer["HX-Trigger"])["toast"]["undo"] == {
        "url": f"/jobs/{job.uid}/resume/", "target": "#job-tray-body",
    }  # fmt: skip
    assert Job.objects.get(pk=job.pk).state == "cancelled"
    assert browser_of(steward).post(f"/jobs/{job.uid}/resume/")["Location"] == f"/jobs/{job.uid}/"
    assert Job.objects.get(pk=job.pk).state == "queued"
    refused = browser_of(steward).post(f"/jobs/{job.uid}/resume/")
    assert refused.status_code == 409
    assert "nothing to resume" in refused.content.decode()


@pytest.mark.parametrize("verb", ["", "cancel/", "resume/"])
def test_jobs_of_others_are_not_there(steward: Any, photographer: Any, browser_of: Any, verb: str) -> None:
    job = begin(photographer, state="failed")
    client = browser_of(steward)
    for uid in (job.uid, UNKNOWN):
        answer = client.post(f"/jobs/{uid}/{verb}") if verb else client.get(f"/jobs/{uid}/")
        assert answer.status_code == 404
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == ("failed", False)


def test_administrators_see_all_with_their_owners(administrator: Any, steward: Any, browser_of: Any) -> None:
    job = begin(steward)
    text = browser_of(administrator).get("/jobs/").content.decode()
    assert f"/jobs/{job.uid}/" in text
    assert "stella" in text
    assert str(job.uid) not in browser_of(administrator, htmx=True).get("/jobs/tray/").content.decode()


def test_the_page_of_a_job_has_its_rows_and_its_reason(steward: Any, browser_of: Any) -> None:
    rows = [{"name": f"TR-{at}", "state": "changed", "url": "/products/"} for at in range(120)]
    rows[0] = {"sku": "TR-0", "state": "refused", "reason": "No such option", "url": "javascript:alert(1)"}
    job = begin(steward, state="done", result={"changed": 119, "rows": rows})
    page = browser_of(steward).get(f"/jobs/{job.uid}/")
    text = page.content.decode()
    assert [row.name for row in page.context["rows"]] == [f"TR-{at}" for at in range(100)]
    assert "No such option" in text
    assert "javascript:" not in text
    assert "119" in text
    more = browser_of(steward, htmx=True).get(f"/jobs/{job.uid}/{page.context['next_url']}")
    assert [row.name for row in more.context["rows"]] == [f"TR-{at}" for at in range(100, 120)]
    assert "That is all." in more.content.decode()
    failed = begin(steward, state="failed", error="Traceback (secret path)\nValueError: the disk is full")
    text = browser_of(steward).get(f"/jobs/{failed.uid}/").content.decode()
    assert "ValueError: the disk is full" in text
    assert "secret path" not in text


def test_the_list_goes_on_where_it_stopped(steward: Any, browser_of: Any) -> None:
    Job.objects.bulk_create(
        Job(queue="bulk", kind="house.count_stars", owner_id=steward.user_id, actor=steward.to_json(), state="done",
            due_at="2026-01-01T00:00Z", created_at="2026-01-01T00:00Z")
        for _ in range(55)
    )  # fmt: skip
    page = browser_of(steward).get("/jobs/")
    assert len(page.context["jobs"]) == 50
    more = browser_of(steward, htmx=True).get(f"/jobs/{page.context['next_url']}")
    assert len(more.context["jobs"]) == 5
    assert browser_of(steward).get("/jobs/?state=failed").context["jobs"] == []
    assert browser_of(steward).get("/jobs/?cursor=x").status_code == 422
