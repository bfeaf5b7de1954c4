"""From a supplier's file to a published, rights-checked listing, and back out of it, without leaving the browser.

`TOUR_PICTURES=folder` keeps a picture of each station: those of docs/tour.md.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from config.demo.files import Scale, make_files
from tests.end_to_end.house import Serving
from tests.workspace.browser import browsers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PATIENCE = 60_000
PASSWORD_FILE = "password"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tour")


@pytest.fixture(scope="module")
def manifest(folder: Path) -> dict[str, Any]:
    """What the files hold, as their maker says."""
    make_files(folder / "files", seed=7, scale=Scale(width=900))
    found: dict[str, Any] = json.loads((folder / "files" / "manifest.json").read_text())
    return found


@pytest.fixture(scope="module")
def house(folder: Path, manifest: dict[str, Any]) -> Iterator[Serving]:
    """A house with a product model, channels' rules and people, and nothing else."""
    browsers.needs_chromium()
    serving = Serving(folder)
    try:
        serving.start()
        serving.prepare(folder / "files")
        yield serving
    finally:
        serving.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    browsers.needs_chromium()
    with browsers.chromium() as browser:
        yield browser


@pytest.fixture
def sign_in(house: Serving, chromium: Browser, folder: Path) -> Iterator[Callable[[str], Page]]:
    """Somebody's own window; nothing may be thrown or blocked in any of them."""
    watch, contexts = browsers.Watch(), list[BrowserContext]()
    password = (folder / "files" / PASSWORD_FILE).read_text()

    def enter(name: str) -> Page:
        context = chromium.new_context(
            base_url=f"http://127.0.0.1:{house.ports[0]}", viewport=browsers.WIDE, color_scheme="light"
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(browsers.COLLECTOR)
        context.on("page", watch.over)
        contexts.append(context)
        page = context.new_page()
        page.goto("/login/")
        page.get_by_label("Sign-in name").fill(name)
        page.get_by_label("Password").fill(password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert watch.seen == []


def keep(page: Page, name: str) -> None:
    """A picture of the station, for the tour's page."""
    if target := os.environ.get("TOUR_PICTURES"):
        page.wait_for_load_state("networkidle")
        shot = Image.open(BytesIO(page.screenshot()))
        Path(target).mkdir(parents=True, exist_ok=True)
        shot.save(Path(target) / f"{name}.webp", quality=82)


def expect_soon(page: Page, words: str) -> None:
    expect(page.locator("main")).to_contain_text(words, timeout=PATIENCE)


def test_from_a_file_to_a_listing_and_out_again(
    house: Serving, manifest: dict[str, Any], folder: Path, sign_in: Callable[[str], Page]
) -> None:
    stella, phil = sign_in("stella"), sign_in("phil")
    import_the_workbook(stella, manifest, folder)
    make_a_licence(phil)
    upload_the_shoot(phil, manifest, folder, house)
    approve_what_came_in(phil)
    answer_a_proposal(stella)
    product = place_a_product(stella)
    address = follow_the_listing(stella)
    assert fetched(address) == (200, "image/webp")
    revoke_the_licence(phil)
    house.comes("SELECT count(*) FROM dam_licence WHERE revoked_at IS NOT NULL")
    assert fetched(address)[0] == 410, "the very next request is refused"
    see_it_gone(stella, product)
    house.rests()


def import_the_workbook(page: Page, manifest: dict[str, Any], folder: Path) -> None:
    """Checked first, then taken in; bad rows stay out and say why."""
    page.goto("/imports/")
    page.get_by_label("Supplier workbook").set_input_files(folder / "files" / manifest["catalogue"]["file"])
    page.get_by_role("button", name="Check the file").click()
    expect_soon(page, "Nothing is written yet.")
    keep(page, "1-checked")
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("link", name="Download refused rows")).to_be_visible(timeout=PATIENCE)
    expect_soon(page, "Done, with refusals")
    expect(page.locator("tbody tr")).to_have_count(len(manifest["catalogue"]["bad"]))
    keep(page, "2-imported")


def make_a_licence(page: Page) -> None:
    page.goto("/licences/new/")
    page.get_by_label("Name").fill("Studio, spring")
    page.get_by_label("Credit").fill("Studio Nordlicht")
    page.get_by_role("button", name="Make the licence").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Studio, spring")
    keep(page, "3-licence")


def upload_the_shoot(page: Page, manifest: dict[str, Any], folder: Path, house: Serving) -> None:
    """Every picture of the shoot under that licence; hostile files are refused and said so."""
    shoot = sorted((folder / "files" / "shoot").glob("*.*"))
    page.goto("/assets/")
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Licence of all these files").select_option(label="Studio, spring")
    page.locator("[data-part=files]").set_input_files(shoot)
    take_in = page.locator("[data-do=take-in]")
    expect(take_in).to_be_visible(timeout=PATIENCE)
    keep(page, "4-uploading")
    take_in.click()
    settled = "SELECT count(*) FROM dam_ingestfile WHERE state <> 'waiting'"
    house.comes(settled, at_least=len(shoot), seconds=120)
    page.goto("/ingests/")
    page.locator("main a[href^='/ingests/']").first.click()
    expect_soon(page, f"{len(manifest['shoot']['refused'])} refused")
    keep(page, "5-ingested")


def approve_what_came_in(page: Page) -> None:
    """All that wait, in one go, with one Undo."""
    page.goto("/assets/?state=draft")
    page.get_by_label("Select all that are shown").check()
    keep(page, "6-selected")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#toasts")).to_contain_text("Approved", timeout=PATIENCE)


def answer_a_proposal(page: Page) -> None:
    """What the house would not decide alone."""
    page.goto("/proposals/")
    keep(page, "7-proposal")
    page.keyboard.press("c")
    expect(page.locator("#toasts")).to_contain_text("Confirmed")


def place_a_product(page: Page) -> str:
    """The address of its page. What is sold follows within a second."""
    page.goto("/products/?q=BG-1002")
    page.locator("#results tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Corran Backpack")
    keep(page, "8-product")
    switch = page.get_by_role("switch", name=re.compile(r"^GB on Web shop"))
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.locator("#placements")).to_contain_text("2 live", timeout=PATIENCE)
    switch.scroll_into_view_if_needed()
    keep(page, "9-placed")
    return page.url


def follow_the_listing(page: Page) -> str:
    """The address by which the channel's customers get its hero."""
    page.goto("/listings/?q=BG-1002")
    page.locator("#results tbody a").first.click()
    expect_soon(page, "What the channel receives")
    link = page.locator("input[value*='/m/']").first
    expect(link).to_be_visible()
    keep(page, "10-listing")
    return link.input_value()


def fetched(address: str) -> tuple[int, str]:
    """As a browser far away gets it; a rendition that is being made is asked for again."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        answer = client.get(address)
        for _ in range(100):
            if answer.status_code not in {202, 404, 503}:
                break
            answer = client.get(address)
        return answer.status_code, answer.headers.get("content-type", "")


def revoke_the_licence(page: Page) -> None:
    """The dialog says what it touches before anything happens."""
    page.goto("/licences/")
    page.get_by_role("link", name="Studio, spring").click()
    page.get_by_role("link", name="Revoke…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("listing")
    keep(page, "11-revoking")
    dialog.get_by_role("button", name="Withdraw now").click()
    expect_soon(page, "Revoked")


def see_it_gone(page: Page, product: str) -> None:
    """The listing goes on without its pictures, by itself."""
    page.goto("/listings/?q=BG-1002")
    page.locator("#results tbody a").first.click()
    for _ in range(30):
        if not page.locator("input[value*='/m/']").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("input[value*='/m/']")).to_have_count(0)
    keep(page, "12-without")
    page.goto(product)
    expect_soon(page, "live")
