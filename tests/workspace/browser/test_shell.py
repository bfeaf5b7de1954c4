"""What stands on every page: places, the palette, keys, jobs, saved views, lists without end."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from foundation.jobs.models import Job
from foundation.jobs.services import start_job
from tests.workspace import factories
from workspace.models import SavedView

from . import browsers


def test_the_palette_by_keyboard_alone(street: Any, opened: Any) -> None:
    page = opened("/work/")
    palette = page.locator("#palette")
    page.keyboard.press("Control+k")
    expect(palette).to_be_visible()
    expect(palette.get_by_role("option", name="Products")).to_be_visible()
    page.keyboard.type("ridge")
    option = palette.get_by_role("option").first
    expect(option).to_contain_text("Ridgeline coat")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{street.address}/products/{street.ridge.uid}/")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page).to_have_url(f"{street.address}/assets/")
    page.keyboard.press("Control+k")
    recent = palette.get_by_role("group", name="Recent").get_by_role("option")
    expect(recent).to_contain_text("Ridgeline coat")
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ridgeline coat")


def test_the_sheet_of_keys_lists_those_of_the_page(street: Any, opened: Any) -> None:
    page = opened("/proposals/")
    sheet = page.locator("#key-sheet")
    page.keyboard.press("Shift+?")
    expect(sheet).to_contain_text("Search or jump")
    expect(sheet.locator("#keys-of-places")).to_contain_text("Products")
    expect(sheet.locator("#keys-of-page")).to_contain_text("Confirm")
    page.keyboard.press("c")
    expect(page.locator("#desk")).to_contain_text("ridge_1.jpg")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("c")  # on the way to a place no key of the page is pressed
    page.wait_for_timeout(300)
    expect(page.locator("#toasts .toast")).to_have_count(0)
    page.get_by_role("button", name="Your account and theme").click()
    page.get_by_role("button", name="Keyboard").click()
    expect(sheet).to_be_visible()


def test_slash_goes_to_the_search_of_the_page(street: Any, opened: Any) -> None:
    page = opened("/products/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("")
    page.goto("/work/")
    page.keyboard.press("/")
    expect(page.locator("#palette")).to_be_visible()


def test_the_search_has_a_page_without_scripts(street: Any, opened: Any) -> None:
    page = opened("/work/", java_script_enabled=False)
    page.get_by_role("link", name="Search or jump").click()
    page.get_by_role("searchbox").fill("mac")
    page.locator("main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Mac", exact=True).first.click()
    expect(page).to_have_url(f"{street.address}/products/{street.mac.uid}/")


def test_more_places_say_where_one_is(street: Any, opened: Any) -> None:
    page = opened("/products/")
    imports = page.get_by_role("link", name="Imports")
    expect(imports).to_be_hidden()
    page.get_by_role("button", name="More").click()
    button, menu = page.locator(".nav-more-button").bounding_box(), page.locator("#more-places").bounding_box()
    assert button is not None
    assert menu is not None
    assert abs(button["x"] - menu["x"]) < 8, "it hangs below its button"
    imports.click()
    expect(page.get_by_role("button", name="More places, now in Imports")).to_be_visible()


def test_a_job_is_watched_stopped_and_resumed(street: Any, opened: Any, steward: Any) -> None:
    job = start_job(kind="house.count_stars", queue="bulk", payload={}, actor=steward, total=10)
    page = opened("/products/")
    expect(page.locator("#job-count")).to_contain_text("1")
    page.get_by_role("button", name="Your jobs").click()
    tray = page.locator("#job-tray")
    expect(tray).to_contain_text("0 of 10")
    Job.objects.filter(pk=job.pk).update(state="running", done=4)
    expect(tray).to_contain_text("4 of 10")
    Job.objects.filter(pk=job.pk).update(state="queued")
    tray.get_by_role("button", name="Stop Count stars").click()
    expect(tray).to_contain_text("Cancelled")
    expect(page.locator("#job-count")).to_be_hidden()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#job-count")).to_be_visible()
    job.refresh_from_db()
    assert job.state == "queued"
    page.goto("/assets/")
    expect(page.locator("#job-count")).to_be_visible()
    Job.objects.filter(pk=job.pk).update(state="done")
    page.goto("/listings/")  # it ended in between
    expect(page.locator("#toasts")).to_contain_text("Count stars is done")
    page.locator("#toasts").get_by_role("link", name="Look").click()
    expect(page).to_have_url(f"{street.address}/jobs/{job.uid}/")


def test_a_view_is_saved_renamed_and_undone(street: Any, opened: Any) -> None:
    page = opened("/products/")
    views = page.locator("#saved-views")
    expect(views).to_be_hidden()
    page.get_by_role("checkbox", name="Cups").check()
    expect(page.locator("#results")).to_contain_text("1 product")
    views.get_by_role("button", name="Save this view").click()
    page.keyboard.type("Cups to place")
    page.keyboard.press("Enter")
    saved = views.get_by_role("link", name="Cups to place")
    expect(saved).to_have_attribute("aria-current", "true")
    expect(saved.locator(".count")).to_have_text("1")
    expect(page.locator("#save-view")).to_be_hidden()
    page.get_by_role("checkbox", name="Cups").uncheck()
    expect(saved).not_to_have_attribute("aria-current", "true")
    saved.click()
    expect(page.get_by_role("checkbox", name="Cups")).to_be_checked()
    views.get_by_label("Change Cups to place").click()
    views.get_by_role("button", name="Delete").click()
    expect(saved).to_have_count(0)
    page.keyboard.press("u")
    expect(saved).to_be_visible()
    assert SavedView.objects.get().query == "family=cups"


def test_a_list_goes_on_by_itself_and_back_finds_the_place(street: Any, opened: Any) -> None:
    for number in range(130):
        factories.make_asset(f"more-{number:03}.jpg")
    page = opened("/assets/")
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(60)
    page.keyboard.press("End")
    expect(tiles).to_have_count(120)
    page.locator("[data-more]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-all-shown]")).to_have_text("That is all.")
    expect(tiles).to_have_count(135)
    expect(page.locator("#said")).to_have_text("All rows are shown")
    page.get_by_role("link", name="more-001.jpg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("more-001.jpg")
    page.go_back()
    expect(tiles).to_have_count(135)
    expect(page.get_by_role("link", name="more-001.jpg")).to_be_in_viewport()


def test_being_offline_is_said_once(street: Any, opened: Any) -> None:
    page = opened("/products/")
    page.context.set_offline(True)
    for name in ("Cups", "Coats"):
        page.get_by_role("checkbox", name=name).check()
    expect(page.locator("#toasts .toast-bad")).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("You are offline")
    page.context.set_offline(False)
    expect(page.locator("#toasts .toast-bad")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("You are online again")


def test_waiting_is_shown_after_a_moment(street: Any, opened: Any) -> None:
    page = opened("/products/")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/products/?*", hold)
    page.get_by_role("checkbox", name="Cups").check()
    expect(page.locator("html[data-busy]")).to_be_attached()
    held[0].continue_()
    expect(page.locator("#results")).to_contain_text("1 product")
    expect(page.locator("html[data-busy]")).to_have_count(0)


def test_a_page_that_is_refused_keeps_the_header(street: Any, opened: Any) -> None:
    page = opened("/products/01890000-0000-7000-8000-000000000000/", viewport=browsers.NARROW)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is here")
    page.get_by_role("main").get_by_role("link", name="Search").click()
    expect(page.locator("#palette")).to_be_visible()
