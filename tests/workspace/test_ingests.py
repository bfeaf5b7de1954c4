"""The pages of ingests, and who may see them."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest

from dam import services
from dam.models import Asset, Ingest, IngestFile, Upload
from foundation.events.models import OutboxEvent
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from foundation.workflow.services import define_queue
from tests.cast import make_actor
from tests.dam import factories


def deliver(actor: Any, contents: dict[str, bytes], **options: Any) -> Ingest:
    """Uploads into an open ingest."""
    ingest = services.open_ingest(actor=actor, **options)
    for name, content in contents.items():
        upload = services.begin_upload(path=name, length=len(content), metadata="", ingest=ingest, actor=actor)
        services.receive_bytes(upload, source=io.BytesIO(content), offset=0, size=len(content), actor=actor)
    return ingest


@pytest.fixture
def shoot(world: Any, photographer: Any) -> Ingest:
    """A new picture, its twin, and two files that are none."""
    picture = factories.jpeg(seed=1)
    contents = {"ridge.jpg": picture, "copy/ridge.jpg": picture, "notes.jpg": b"no picture at all", "empty.jpg": b""}
    ingest = deliver(photographer, contents, licence=factories.make_licence("Studio 2026"), markets=["GB"])
    return services.finish_ingest(ingest, actor=photographer)


def test_an_ingest_is_watched_to_its_end(shoot: Ingest, photographer: Any, browser_of: Any) -> None:
    client, watching = browser_of(photographer), browser_of(photographer, htmx=True)
    address = f"/ingests/{shoot.uid}/"
    text = client.get(address).content.decode()
    assert 'hx-trigger="every 1s"' in text
    assert "Stop the ingest" in text
    run_due_jobs()
    answer = watching.get(address, headers={"HX-Target": "progress"})
    text = answer.content.decode()
    assert "every 1s" not in text, "it stops asking"
    assert f'hx-get="{address}" hx-trigger="load" hx-target="#files"' in text, "the files are asked for once more"
    assert "<html" not in text
    counts = {one.label: one.value for one in answer.context["head"].counts}
    assert counts == {"new": 1, "duplicate": 1, "refused": 2}
    fragment = watching.get(address, headers={"HX-Target": "files"}).content.decode()
    assert fragment.lstrip().startswith('<section class="card" id="files"')


def test_each_file_has_its_outcome(shoot: Ingest, photographer: Any, browser_of: Any) -> None:
    run_due_jobs()
    answer = browser_of(photographer).get(f"/ingests/{shoot.uid}/")
    asset = Asset.objects.get()
    rows = {row.name: row for row in answer.context["files"]}
    assert list(rows) == ["ridge.jpg", "copy/ridge.jpg", "notes.jpg", "empty.jpg"]
    assert {name: row.state.label for name, row in rows.items()} == {
        "ridge.jpg": "New asset", "copy/ridge.jpg": "Duplicate", "notes.jpg": "Refused", "empty.jpg": "Refused",
    }  # fmt: skip
    assert rows["ridge.jpg"].asset_url == rows["copy/ridge.jpg"].asset_url == f"/assets/{asset.uid}/"
    assert rows["copy/ridge.jpg"].reason == "The same bytes as ridge"
    assert rows["notes.jpg"].advice.startswith("Export it as JPEG")
    assert rows["empty.jpg"].advice.startswith("The file has no bytes")
    text = answer.content.decode()
    assert "Done, with refusals" in text
    assert "licence Studio 2026" in text
    assert "quarantine" in text
    tabs = {tab.label: tab.count for tab in answer.context["tabs"]}
    assert tabs == {"All": 4, "New asset": 1, "Duplicate": 1, "Refused": 2}


def test_outcomes_are_facets_of_the_address(shoot: Ingest, photographer: Any, browser_of: Any) -> None:
    run_due_jobs()
    client = browser_of(photographer)
    answer = client.get(f"/ingests/{shoot.uid}/?state=refused")
    assert [row.name for row in answer.context["files"]] == ["notes.jpg", "empty.jpg"]
    assert "No file has this outcome" in client.get(f"/ingests/{shoot.uid}/?state=waiting").content.decode()
    assert client.get(f"/ingests/{shoot.uid}/?state=nonsense").status_code == 422


def test_the_list_tells_what_came_of_each(shoot: Ingest, photographer: Any, browser_of: Any) -> None:
    run_due_jobs()
    deliver(photographer, {"late.jpg": b"12345"})
    answer = browser_of(photographer).get("/ingests/")
    newest, oldest = answer.context["ingests"]
    assert (newest.name, newest.state.label, newest.markets) == ("Upload of 1 file", "Receiving", "every market")
    assert (oldest.name, oldest.actor, oldest.markets) == ("Upload of 4 files", "phil", "GB")
    assert [(one.label, one.value) for one in oldest.counts] == [("new", 1), ("duplicate", 1), ("refused", 2)]
    assert f'href="/ingests/{shoot.uid}/"' in answer.content.decode()


def test_pages_of_ingests(world: Any, photographer: Any, browser_of: Any) -> None:
    for _ in range(31):
        services.open_ingest(actor=photographer)
    client = browser_of(photographer, htmx=True)
    first = client.get("/ingests/")
    assert len(first.context["ingests"]) == 30
    second = client.get(f"/ingests/{first.context['next_url']}")
    assert (len(second.context["ingests"]), second.context["next_url"]) == (1, "")
    assert "<html" not in second.content.decode()


def test_nothing_yet(world: Any, photographer: Any, browser_of: Any) -> None:
    text = browser_of(photographer).get("/ingests/").content.decode()
    assert "Nothing has come in yet" in text
    assert 'href="/assets/#upload"' in text


def test_an_open_one_is_taken_in_or_thrown_away(world: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    ingest, other = (deliver(photographer, {"a.jpg": factories.jpeg(seed=seed)}) for seed in (1, 2))
    late = services.begin_upload(path="b.jpg", length=5, metadata="", ingest=ingest, actor=photographer)
    text = client.get(f"/ingests/{ingest.uid}/").content.decode()
    assert "1 file up, 1 on the way" in text
    assert "Take in 1 file" in text
    assert client.post(f"/ingests/{ingest.uid}/finish/")["Location"] == f"/ingests/{ingest.uid}/"
    assert not Upload.objects.filter(pk=late.pk).exists()
    run_due_jobs()
    assert Asset.objects.count() == 1
    assert client.post(f"/ingests/{ingest.uid}/finish/").status_code == 409

    assert "Throw this upload away?" in client.get(f"/ingests/{other.uid}/").content.decode()
    client.post(f"/ingests/{other.uid}/cancel/")
    text = client.get(f"/ingests/{other.uid}/").content.decode()
    assert "Cancelled" in text
    assert "Take in" not in text
    assert Asset.objects.count() == 1


def test_one_that_runs_can_be_stopped(shoot: Ingest, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    client.post(f"/ingests/{shoot.uid}/cancel/")
    assert Job.objects.get().state == "cancelled"
    run_due_jobs()
    assert not Asset.objects.exists()
    assert client.post(f"/ingests/{shoot.uid}/cancel/").status_code == 409


def test_who_sees_what(
    shoot: Ingest, photographer: Any, administrator: Any, steward: Any, merchant: Any, browser_of: Any
) -> None:
    local, british = make_actor("lou", "studio", market="US"), make_actor("bea", "studio", market="GB")
    mine = deliver(photographer, {"a.jpg": b"12345"})
    for actor in (steward, merchant):
        assert browser_of(actor).get("/ingests/").status_code == 403
        assert browser_of(actor).get(f"/ingests/{shoot.uid}/").status_code == 403
    assert browser_of(local).get(f"/ingests/{shoot.uid}/").status_code == 404
    assert browser_of(local).get("/ingests/").context["ingests"] == []
    assert len(browser_of(british).get("/ingests/").context["ingests"]) == 1, "that of their market"
    assert len(browser_of(administrator).get("/ingests/").context["ingests"]) == 2
    assert browser_of(photographer).get(f"/ingests/{uuid4()}/").status_code == 404
    told = OutboxEvent.objects.count()
    for actor, status in ((local, 404), (british, 404), (administrator, 404), (merchant, 403)):
        for verb in ("finish", "cancel"):
            assert browser_of(actor).post(f"/ingests/{mine.uid}/{verb}/").status_code == status, (actor.name, verb)
    text = browser_of(administrator).get(f"/ingests/{mine.uid}/").content.decode()
    assert "Take in" not in text
    assert "Throw away" not in text
    assert (Ingest.objects.get(pk=mine.pk).state, IngestFile.objects.count()) == ("open", 5)
    assert OutboxEvent.objects.count() == told
    assert browser_of(british).post(f"/ingests/{shoot.uid}/cancel/").status_code == 404, "a colleague's job"
    assert Job.objects.get().state == "queued"


def test_a_limited_person_is_not_told_what_is_elsewhere(shoot: Ingest, world: Any, browser_of: Any) -> None:
    """The twin of a foreign picture has no name, no link and no thumbnail."""
    run_due_jobs()
    local = make_actor("lou", "studio", market="US")
    ingest = services.finish_ingest(deliver(local, {"mine.jpg": factories.jpeg(seed=1)}), actor=local)
    run_due_jobs()
    (row,) = browser_of(local).get(f"/ingests/{ingest.uid}/").context["files"]
    assert (row.state.label, row.reason) == ("Duplicate", "The same bytes as one that you do not see")
    assert (row.asset_url, row.asset_name, row.picture_url) == ("", "", "")


def test_the_tray_is_for_those_who_may_take_in(world: Any, photographer: Any, steward: Any, browser_of: Any) -> None:
    factories.make_licence("Studio 2026")
    text = browser_of(photographer).get("/assets/").content.decode()
    assert "<upload-tray" in text
    assert "Studio 2026" in text
    assert 'value="GB"' in text
    assert "<upload-tray" not in browser_of(steward).get("/assets/").content.decode()
    local, integrator = make_actor("lou", "studio", market="US"), make_actor("ina", "integrator")
    text = browser_of(local).get("/assets/").content.decode()
    assert 'value="US"' in text
    assert 'value="GB"' not in text
    assert "tray-licence" not in browser_of(integrator).get("/assets/").content.decode()


def test_an_open_ingest_is_found_again(world: Any, photographer: Any, administrator: Any, browser_of: Any) -> None:
    licence = factories.make_licence("Studio 2026")
    ingest = services.open_ingest(actor=photographer, licence=licence, markets=["GB"], keywords=["red", "wool"])
    text = browser_of(photographer).get("/assets/").content.decode()
    assert f'data-ingest="{ingest.uid}"' in text
    assert f'<option value="{licence.uid}" selected>' in text
    assert 'value="GB" checked' in text
    assert 'value="red, wool"' in text
    assert "keywords red, wool" in browser_of(photographer).get(f"/ingests/{ingest.uid}/").content.decode()
    assert str(ingest.uid) not in browser_of(administrator).get("/assets/").content.decode()


def test_refused_files_are_a_work_item_that_leads_there(
    shoot: Ingest, photographer: Any, steward: Any, browser_of: Any
) -> None:
    define_queue(code="ingest", name="Ingest", role="studio", actor=factories.HOUSE)
    run_due_jobs()
    theirs = browser_of(photographer).get("/work/?tab=unassigned").content.decode()
    assert f'href="/ingests/{shoot.uid}/?state=refused"' in theirs
    assert f"/ingests/{shoot.uid}/" not in browser_of(steward).get("/work/?tab=all").content.decode()
