"""The upload tray in a real browser, with the real tus client."""

from __future__ import annotations

import contextlib
import hashlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, FilePayload, Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from dam.models import Asset, AssetLicence, Ingest, IngestFile, Upload
from foundation.events.sequencing import drain
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from tests.dam import factories

from . import browsers

CHUNK = 8 * 1024 * 1024


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "", "buffer": content}


@pytest.fixture
def studio(street: Any, photographer: Any) -> str:
    """A photographer's session."""
    from foundation.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(pk=photographer.user_id))
    return next(iter(client.cookies.values())).value


@pytest.fixture
def library(chromium: Browser, street: Any, studio: str) -> Iterator[Callable[..., Page]]:
    """Opens the library as the photographer; at the end nothing may have been thrown or blocked."""
    watch, managers = browsers.Watch(), []

    def open_library(path: str = "/assets/", **options: Any) -> Page:
        manager = browsers.signed_in(chromium, street.address, studio, watch, **options)
        context = manager.__enter__()
        managers.append(manager)
        page = context.new_page()
        page.goto(path)
        expect(page.locator("upload-tray[data-ready]")).to_be_attached()
        return page

    yield open_library
    for manager in managers:
        manager.__exit__(None, None, None)
    assert watch.seen == []


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("[data-part=files]").set_input_files(list(files))


def row(page: Page, name: str) -> Any:
    return page.get_by_role("listitem").filter(has=page.get_by_title(name, exact=True))


def said(page: Page) -> Any:
    return page.locator("[data-part=said]")


def settle(page: Page, words: str) -> None:
    """The worker's part, once the tray has asked for it."""
    expect(page.get_by_text("Looking at each file")).to_be_visible()
    run_due_jobs()
    drain()
    expect(page.get_by_role("heading", name=words, exact=True)).to_be_visible()


def hold_second_chunk(page: Page) -> Callable[[], None]:
    """The network swallows every chunk but the first; gives what ends that."""

    def swallow(route: Route) -> None:
        if route.request.method != "PATCH" or route.request.headers["upload-offset"] == "0":
            route.continue_()

    page.route("**/api/v1/uploads/*", swallow)
    return lambda: page.unroute("**/api/v1/uploads/*", swallow)


def test_a_shoot_comes_in(library: Any) -> None:
    page = library()
    picture = factories.jpeg(seed=1)
    expect(page.locator("#results")).to_contain_text("5 assets")
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Upload", exact=True).click()
    page.get_by_label("Licence of all these files").focus()  # so that it waits for the twin
    choose(
        page,
        payload("new.jpg", picture),
        payload("<b>bad</b>.jpg", b"no picture at all"),
        payload("empty.jpg", b""),
    )
    expect(row(page, "new.jpg")).to_contain_text("Up")
    choose(page, payload("twin.jpg", picture))
    page.get_by_role("button", name="Take in 4 files").click()
    settle(page, "1 new, 1 duplicate, 2 refused")
    expect(said(page)).to_have_text("Done: 1 new, 1 duplicate, 2 refused.")
    asset = Asset.objects.get(title="new")
    expect(row(page, "new.jpg").get_by_role("link", name="New asset")).to_have_attribute(
        "href", f"/assets/{asset.uid}/"
    )
    expect(row(page, "twin.jpg")).to_contain_text("The same bytes as new")
    expect(row(page, "<b>bad</b>.jpg")).to_contain_text("Refused:")
    expect(row(page, "<b>bad</b>.jpg")).to_contain_text("quarantine")
    expect(row(page, "empty.jpg")).to_contain_text("Refused: ")
    states = dict(IngestFile.objects.values_list("path", "code"))
    assert states == {"new.jpg": "", "twin.jpg": "same-bytes", "<b>bad</b>.jpg": "not-an-image", "empty.jpg": "empty"}

    page.get_by_role("button", name="Show 1 new asset").click()
    expect(page.locator("#results")).to_contain_text("6 assets")
    expect(page.locator("#results").get_by_role("link", name="new", exact=True)).to_be_visible()
    assert page.evaluate("window.same"), "without a reload"
    assert Ingest.objects.count() == 1


def pick(page: Page, *files: Path) -> None:
    """Files of the disk: chosen again they are the same, by name, size and time."""
    page.locator("[data-part=files]").set_input_files([str(file) for file in files])


def test_pause_reload_and_go_on(library: Any, tmp_path: Path) -> None:
    content = random.Random(5).randbytes(CHUNK * 2 + 1_000_000)
    factories.write_files(tmp_path, {"large.bin": content, "small.jpg": factories.jpeg(seed=1)})
    page = library()
    release = hold_second_chunk(page)
    pick(page, tmp_path / "large.bin", tmp_path / "small.jpg")
    expect(row(page, "large.bin")).to_contain_text("8.4 MB / 17.8 MB")
    expect(page.get_by_role("heading", name="1 of 2 files up")).to_be_visible()
    page.get_by_role("button", name="Pause large.bin").click()
    expect(row(page, "large.bin")).to_contain_text("Paused")
    expect(page.get_by_role("button", name="Resume large.bin")).to_be_focused()
    assert Upload.objects.get(path="large.bin").offset == CHUNK
    release()

    page.reload()
    expect(row(page, "large.bin")).to_contain_text("Choose this file again: 8.4 MB of it are here.")
    expect(row(page, "small.jpg")).to_contain_text("Up")
    expect(said(page)).to_have_text("An upload is unfinished: 1 of 2 files up")
    sent: list[str] = []
    page.on(
        "request", lambda one: one.method in ("PATCH", "POST") and sent.append(one.headers.get("upload-offset", ""))
    )
    pick(page, tmp_path / "large.bin", tmp_path / "small.jpg")
    expect(page.get_by_role("heading", name="2 files up", exact=True)).to_be_visible()
    assert sent == [str(CHUNK), str(CHUNK * 2)], "no byte twice, and nothing of the file that is up"
    page.get_by_role("button", name="Take in 2 files").click()
    settle(page, "1 new, 1 refused")
    file = IngestFile.objects.get(path="large.bin")
    assert (file.sha256, file.code) == (hashlib.sha256(content).hexdigest(), "not-an-image")
    assert (Upload.objects.count(), Ingest.objects.count()) == (2, 1)


def test_by_keyboard_alone(library: Any, tmp_path: Path) -> None:
    factories.write_files(tmp_path, {"one.jpg": factories.jpeg(seed=1), "two.jpg": factories.jpeg(seed=2)})
    page = library()
    release = hold_all(page)
    page.get_by_role("button", name="Upload", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Choose files")).to_be_focused()
    chooser_by_enter(page).set_files([str(tmp_path / "one.jpg"), str(tmp_path / "two.jpg")])
    page.get_by_role("button", name="Pause all").press("Enter")
    expect(said(page)).to_have_text("All uploads are paused.")
    expect(page.get_by_role("button", name="Resume all")).to_be_focused()
    page.get_by_role("button", name="Cancel two.jpg").press("Enter")
    expect(page.get_by_role("button", name="Cancel one.jpg")).to_be_focused()
    expect(said(page)).to_have_text("two.jpg is taken out.")
    release()
    page.get_by_role("button", name="Resume one.jpg").press("Enter")
    settle(page, "1 new")
    assert list(IngestFile.objects.values_list("path", "state")) == [("one.jpg", "ingested")]
    page.get_by_role("button", name="Close the tray").press("Enter")
    expect(page.get_by_role("button", name="Upload", exact=True)).to_be_focused()


def chooser_by_enter(page: Page) -> Any:
    """On a busy machine Chromium lets a press go by without a chooser; people press again."""
    for _ in range(4):
        page.wait_for_timeout(1_000)
        with contextlib.suppress(PlaywrightTimeout), page.expect_file_chooser(timeout=4_000) as chooser:
            page.keyboard.press("Enter")
            return chooser.value
    pytest.fail("Enter opens no chooser of files")


def hold_all(page: Page) -> Callable[[], None]:
    def swallow(route: Route) -> None:
        if route.request.method not in ("PATCH", "HEAD"):
            route.continue_()

    page.route("**/api/v1/uploads/*", swallow)
    return lambda: page.unroute("**/api/v1/uploads/*", swallow)


def test_what_holds_for_all_is_said_while_bytes_travel(library: Any, street: Any) -> None:
    page = library()
    page.get_by_role("button", name="Upload", exact=True).click()
    page.get_by_label("Licence of all these files").select_option("Studio 2026")
    choose(page, payload("one.jpg", factories.jpeg(seed=1)))
    take = page.get_by_role("button", name="Take in 1 file")
    expect(take).to_be_visible()
    assert not Job.objects.filter(kind="dam.ingest").exists(), "it waits for the person"
    page.get_by_role("checkbox", name="GB").check()
    expect(said(page)).to_have_text("What holds for all files is saved.")
    page.get_by_label("Keywords of all these files").fill("autumn, red coat,,autumn")
    take.click()  # at once: leaving the field and pressing are one
    settle(page, "1 new")
    asset = Asset.objects.get(title="one")
    assert (asset.markets, asset.metadata["keywords"]) == (["GB"], ["autumn", "red coat"])
    assert AssetLicence.objects.get(asset=asset).licence.name == "Studio 2026"


def test_what_does_not_come_is_given_up(library: Any) -> None:
    page = library()
    choose(page, payload("one.jpg", factories.jpeg(seed=1)))
    page.get_by_label("Licence of all these files").focus()
    expect(page.get_by_role("button", name="Take in 1 file", exact=True)).to_be_visible()
    hold_all(page)
    choose(page, payload("two.jpg", factories.jpeg(seed=2)))
    page.get_by_role("button", name="Pause two.jpg").click()
    page.get_by_role("button", name="Take in 1 file, give up 1").click()
    settle(page, "1 new")
    expect(row(page, "two.jpg")).to_contain_text("Given up")
    assert list(Upload.objects.values_list("path", flat=True)) == ["one.jpg"]


def test_a_drop_anywhere_begins(library: Any) -> None:
    page = library()
    transfer = page.evaluate_handle(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(["no picture"], "dropped.jpg"));
          transfer.items.add(new File(["junk"], ".DS_Store"));
          return transfer;
        }"""
    )
    page.dispatch_event("h1", "dragover", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop files or folders to upload them")).to_be_visible()
    page.dispatch_event("h1", "drop", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop files or folders to upload them")).to_be_hidden()
    settle(page, "0 new, 1 refused")
    assert [file.path for file in IngestFile.objects.all()] == ["dropped.jpg"]


def test_a_failure_is_told_and_gone_on_from(library: Any) -> None:
    page = library()
    page.route("**/api/v1/uploads", lambda route: route.fulfill(status=403, body="{}"))
    choose(page, payload("one.jpg", factories.jpeg(seed=1)))
    expect(row(page, "one.jpg")).to_contain_text("You may not upload, or you are signed out.")
    expect(said(page)).to_have_text("one.jpg: You may not upload, or you are signed out.")
    assert not Upload.objects.exists()
    page.unroute("**/api/v1/uploads")
    page.get_by_role("button", name="Resume one.jpg").click()
    settle(page, "1 new")


def test_leaving_while_bytes_travel_is_asked_about(library: Any) -> None:
    page = library()
    hold_all(page)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("button", name="Upload", exact=True).click()
    choose(page, payload("one.jpg", factories.jpeg(seed=1)))
    expect(page.get_by_role("button", name="Pause one.jpg")).to_be_visible()
    page.close(run_before_unload=True)
    expect(page.get_by_role("button", name="Pause one.jpg")).to_be_visible()
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Pause all").click()


def test_results_and_back(library: Any, street: Any) -> None:
    page = library()
    choose(page, payload("one.jpg", factories.jpeg(seed=1)), payload("bad.jpg", b"no picture"))
    settle(page, "1 new, 1 refused")
    page.get_by_role("link", name="All results").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload of 2 files")
    page.get_by_role("link", name="Refused").click()
    expect(page.locator("#files")).not_to_contain_text("one.jpg")
    page.go_back()
    expect(page.locator("#files")).to_contain_text("one.jpg")
    page.get_by_role("link", name="Ingests", exact=True).click()
    expect(page.get_by_role("link", name="Upload of 2 files")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Upload again").click()
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()


def test_an_ingest_is_watched(library: Any, photographer: Any, street: Any) -> None:
    """Its page asks each second, and asks for the files when it is over."""
    ingest = factories.ingest_files({"a.jpg": factories.jpeg(seed=1)}, actor=photographer, run=False)
    page = library()
    page.goto(f"/ingests/{ingest.uid}/")
    expect(page.get_by_role("button", name="Stop the ingest")).to_be_visible()
    expect(page.locator("#files")).to_contain_text("Waiting")
    run_due_jobs()
    expect(page.locator("#progress")).to_contain_text("1 of 1 file")
    expect(page.locator("#files").get_by_role("link", name="a", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Stop the ingest")).to_be_hidden()


@pytest.mark.parametrize("size", [browsers.WIDE, browsers.NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier(
    chromium: Browser, street: Any, studio: str, photographer: Any, scheme: str, size: dict[str, int]
) -> None:
    contents = {"a.jpg": factories.jpeg(seed=1), "b" * 90 + ".jpg": b"no picture"}
    ingest = factories.ingest_files(contents, actor=photographer)
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    with browsers.signed_in(chromium, street.address, studio, **options) as context:
        page = context.new_page()
        for path in ("/ingests/", f"/ingests/{ingest.uid}/", "/assets/#upload"):
            page.goto(path)
            if "#" in path:
                hold_all(page)
                choose(page, payload("one.jpg", b"12345"), payload("two" * 40 + ".jpg", b"12345"))
                expect(page.get_by_role("button", name="Pause one.jpg")).to_be_visible()
            found = Axe().run(page).response["violations"]
            assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], path
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
