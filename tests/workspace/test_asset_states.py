"""Approving, retiring, new versions, and going on to the next."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dam.choices import AssetState, VersionState
from dam.models import Asset, AssetVersion, Preset, Rendition
from dam.services import retire_asset
from foundation.events.models import OutboxEvent
from foundation.events.sequencing import drain
from foundation.jobs.running import run_due_jobs
from tests.dam import factories as files

from . import factories


def fresh(asset: Asset) -> Asset:
    return Asset.objects.select_related("current_version").get(pk=asset.pk)


def draft(title: str = "new.jpg") -> Asset:
    asset = factories.make_asset(title)
    AssetVersion.objects.filter(asset=asset).update(state=VersionState.DRAFT, approved_at=None)
    Asset.objects.filter(pk=asset.pk).update(state=AssetState.DRAFT)
    return fresh(asset)


def undo_of(answer: Any) -> str:
    import json

    return str(json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]["url"])


def test_approving_and_its_undo(window: Any, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer, htmx=True), draft()
    page = client.get(f"/assets/{asset.uid}/?state=draft").content.decode()
    assert 'data-key="p"' in page
    assert f"/assets/{asset.uid}/approve/?state=draft" in page
    answer = client.post(f"/assets/{asset.uid}/approve/?state=draft", {"number": 1})
    assert fresh(asset).is_live
    assert 'id="asset"' in answer.content.decode()
    assert 'data-key="p"' not in answer.content.decode()
    assert undo_of(answer) == f"/assets/{asset.uid}/withdraw-approval/?number=1&state=draft"
    assert client.post(undo_of(answer)).status_code == 200
    assert (fresh(asset).state, fresh(asset).is_live) == (AssetState.DRAFT, False)


def test_retiring_and_coming_back(window: Any, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer, htmx=True), window.hero
    answer = client.post(f"/assets/{asset.uid}/retire/")
    assert fresh(asset).state == AssetState.RETIRED
    text = answer.content.decode()
    assert "Bring back" in text
    assert ">Retire<" not in text
    assert client.post(undo_of(answer)).status_code == 200
    assert fresh(asset).is_live
    assert undo_of(client.post(f"/assets/{asset.uid}/restore/")) == f"/assets/{asset.uid}/retire/"


def test_who_may_not_approve_changes_nothing(window: Any, steward: Any, outsider: Any, browser_of: Any) -> None:
    asset, retired = draft(), factories.make_asset("old.jpg")
    retire_asset(retired, actor=factories.HOUSE)
    before = OutboxEvent.objects.count()
    for actor in (steward, outsider):
        client = browser_of(actor, htmx=True)
        for verb in ("approve", "retire", "withdraw-approval"):
            assert client.post(f"/assets/{asset.uid}/{verb}/?number=1").status_code == 403
        assert client.post(f"/assets/{retired.uid}/restore/").status_code == 403
        assert client.get(f"/assets/{asset.uid}/new-version/").status_code == 403
    page = browser_of(steward).get(f"/assets/{asset.uid}/").content.decode()
    assert all(f"/{verb}/" not in page for verb in ("approve", "retire", "withdraw-approval", "new-version"))
    assert (fresh(asset).state, fresh(retired).state) == (AssetState.DRAFT, AssetState.RETIRED)
    assert OutboxEvent.objects.count() == before


def test_numbers_that_are_none(window: Any, photographer: Any, browser_of: Any) -> None:
    client, asset, before = browser_of(photographer, htmx=True), draft(), OutboxEvent.objects.count()
    for number in ("x", "9" * 40, "-1"):
        assert client.post(f"/assets/{asset.uid}/approve/", {"number": number}).status_code == 422
        assert client.post(f"/assets/{asset.uid}/withdraw-approval/?number={number}").status_code == 422
    assert client.post(f"/assets/{asset.uid}/approve/", {"number": 7}).status_code == 404
    assert client.post(f"/assets/{asset.uid}/withdraw-approval/?number=1").status_code == 409
    assert client.get(f"/assets/{asset.uid}/approve/").status_code == 405
    assert (fresh(asset).state, OutboxEvent.objects.count()) == (AssetState.DRAFT, before)


def test_the_neighbours_are_those_of_the_list(window: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    first, between, last = draft("first.jpg"), factories.make_asset("between.jpg"), draft("last.jpg")
    trail = client.get(f"/assets/{last.uid}/?state=draft").context["trail"]
    assert (trail.previous_url, trail.next_url) == ("", f"/assets/{first.uid}/?state=draft")
    assert trail.list_url == "/assets/?state=draft"
    trail = client.get(f"/assets/{first.uid}/?state=draft").context["trail"]
    assert (trail.previous_url, trail.next_url) == (f"/assets/{last.uid}/?state=draft", "")
    client.post(f"/assets/{last.uid}/approve/")
    trail = client.get(f"/assets/{last.uid}/?state=draft").context["trail"]
    assert trail.next_url == f"/assets/{first.uid}/?state=draft", "what left the list keeps its place"
    assert client.get(f"/assets/{last.uid}/").context["trail"].next_url == f"/assets/{between.uid}/"
    drain()
    tiles = client.get("/assets/?state=draft&q=first").context["tiles"]
    assert [tile.url for tile in tiles] == [f"/assets/{first.uid}/?q=first&state=draft"]


def test_a_version_is_added_compared_and_approved(db: None, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer), files.make_asset(seed=1)
    client.post(f"/assets/{asset.uid}/approve/")
    picture = SimpleUploadedFile("second.jpg", files.jpeg(seed=2))
    answer = client.post(f"/assets/{asset.uid}/new-version/", {"file": picture})
    assert (answer.status_code, answer.url) == (302, f"/assets/{asset.uid}/compare/?left=1&right=2")
    assert fresh(asset).current_version.number == 1, "what goes out stays the same"
    run_due_jobs()
    compared = client.get(answer.url)
    assert [side.version.number for side in (compared.context["left"], compared.context["right"])] == [1, 2]
    assert compared.content.decode().count("http://localhost:8001/m/") == 2
    page = client.get(f"/assets/{asset.uid}/")
    assert page.context["files"].waiting == 2
    assert "Version 2 waits for approval" in page.content.decode()
    client.post(f"/assets/{asset.uid}/approve/", {"number": 2})
    assert fresh(asset).current_version.number == 2
    for left, right in (("x", "9" * 40), ("0", "-1"), ("", "")):
        shown = client.get(f"/assets/{asset.uid}/compare/", {"left": left, "right": right}).context
        assert (shown["left"].version.number, shown["right"].version.number) == (2, 2)


def test_files_that_are_not_let_in(db: None, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer), files.make_asset(seed=1)
    for sent, reason in (
        ({}, "Choose a file first"),
        ({"file": SimpleUploadedFile("a.jpg", b"<html>")}, ""),
        ({"file": SimpleUploadedFile("same.jpg", files.jpeg(seed=1))}, "These bytes are a version of"),
    ):
        answer = client.post(f"/assets/{asset.uid}/new-version/", sent)
        assert answer.status_code == 422
        assert reason in answer.context["form_error"]
    assert AssetVersion.objects.count() == 1


def test_a_picture_says_that_it_is_being_made(db: None, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer, htmx=True), files.make_asset(run=False)
    making = client.get(f"/assets/{asset.uid}/stage/")
    assert making.context["stage"].state == "making"
    assert 'hx-trigger="every 2s"' in making.content.decode()
    run_due_jobs()
    made = client.get(f"/assets/{asset.uid}/stage/").content.decode()
    assert "http://localhost:8001/m/" in made
    assert "every 2s" not in made
    Rendition.objects.update(state="failed", sha256=None, error="No memory")
    failed = client.get(f"/assets/{asset.uid}/stage/").content.decode()
    assert "No memory" in failed
    assert "Try again" in failed
    assert client.get(f"/assets/{asset.uid}/stage/", headers={"HX-Request": ""}).status_code in {200, 302}
    again = client.post(f"/assets/{asset.uid}/make-rendition/", headers={"HX-Target": "stage"})
    assert again.context["stage"].state == "making"
    assert client.post(f"/assets/{asset.uid}/make-rendition/", {"preset": "nothing"}).status_code == 404


def test_the_full_size_is_made_when_somebody_looks_closely(db: None, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer), files.make_asset()
    assert not Preset.objects.filter(code="full").exists()
    assert client.post(f"/assets/{asset.uid}/full-size/").json() == {"url": "", "is_failed": False}
    run_due_jobs()
    assert client.get(f"/assets/{asset.uid}/full-size/").json()["url"].startswith("http://localhost:8001/m/")


def test_versions_by_the_api(db: None, photographer: Any, client_of: Any) -> None:
    client, asset = client_of(photographer), files.make_asset(seed=1)
    url = f"/api/v1/assets/{asset.uid}"
    sent = {"file": SimpleUploadedFile("second.jpg", files.jpeg(seed=2))}
    added = client.post(f"{url}/versions", sent, format="multipart")
    assert (added.status_code, [one["number"] for one in added.json()["versions"]]) == (201, [2, 1])
    assert client.post(f"{url}/versions", {}, format="multipart").status_code == 422
    assert client.post(f"{url}/approve", {}, format="json").json()["current_version"] == 2
    withdrawn = client.post(f"{url}/withdraw-approval", {"version": 2}, format="json").json()
    assert withdrawn["state"] == "draft"
    client.post(f"{url}/retire")
    assert client.post(f"{url}/restore").json()["state"] == "draft"
    edition = client.patch(url, {"title": "Coat"}, format="json").json()["edition"]
    assert client.post(f"{url}/undo", {"edition": edition}, format="json").json()["title"] == "picture"


@pytest.mark.parametrize("verb", ["approve", "retire", "restore", "withdraw-approval", "edit", "new-version"])
def test_nothing_of_another_market(window: Any, browser_of: Any, verb: str) -> None:
    from tests.cast import make_actor

    german = factories.make_asset("dach.jpg", markets=("DACH",))
    client = browser_of(make_actor("paul", "studio", market="US"), htmx=True)
    answer = client.post(f"/assets/{german.uid}/{verb}/?field=title&number=1", {"title": "x"})
    assert answer.status_code == 404
