"""Selecting by keyboard and mouse, acting on many, undoing; forth and back; without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from dam.models import Asset
from foundation.bulk.models import BulkChange
from foundation.events.sequencing import drain
from tests.workspace import factories

from . import browsers


@pytest.fixture
def studio(street: Any, photographer: Any) -> Any:
    """Phil at his library, where six of the pictures are drafts."""
    from foundation.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(pk=photographer.user_id))
    street.session = next(iter(client.cookies.values())).value
    for number in range(6):
        factories.make_asset(f"shoot-{number}.jpg")
    Asset.objects.filter(title__startswith="shoot").update(state="draft")
    drain()
    return street


def ready(page: Page) -> Page:
    expect(page.locator("[data-item] a[tabindex='0']")).to_have_count(1)
    return page


def states() -> list[str]:
    rows = Asset.objects.filter(title__startswith="shoot").order_by("-pk")
    return ["draft" if state == "draft" else "APPROVED" for state in rows.values_list("state", flat=True)]


def test_cull_by_keyboard_alone(studio: Any, opened: Any) -> None:
    page = ready(opened("/assets/"))
    page.get_by_role("searchbox", name="Search").focus()
    page.keyboard.type("shoot")
    expect(page.locator("#results")).to_contain_text("6 assets")
    first = page.locator("[data-item] a").first
    for _ in range(40):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("x")
    count = page.locator("[data-count]")
    expect(count).to_have_text("1 selected")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(count).to_have_text("3 selected")
    page.keyboard.press("p")
    expect(page.locator("#toasts")).to_contain_text("Approved 3 assets")
    expect(count).to_have_text("Nothing selected")
    expect(page.locator(".tile-tag")).to_have_count(3)
    assert states() == ["APPROVED"] * 3 + ["draft"] * 3
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("Undone: 3 as before")
    expect(page.locator(".tile-tag")).to_have_count(6)
    assert states() == ["draft"] * 6
    assert BulkChange.objects.latest("pk").state == "undone"


def test_one_after_the_other(studio: Any, opened: Any) -> None:
    page = ready(opened("/assets/?q=shoot"))
    page.locator("[data-item] a").first.focus()
    for left in (5, 4):
        page.keyboard.press("p")
        expect(page.locator(".tile-tag")).to_have_count(left)
    expect(page.locator("[data-item] a").nth(2)).to_be_focused()
    assert states() == ["APPROVED"] * 2 + ["draft"] * 4


def test_mouse_ranges_and_all(studio: Any, opened: Any) -> None:
    for number in range(60):
        factories.make_asset(f"shoot-more-{number}.jpg")
    drain()
    page = ready(opened("/assets/?q=shoot"))
    count, checks = page.locator("[data-count]"), page.locator("[data-item] input")
    checks.nth(1).check()
    checks.nth(4).click(modifiers=["Shift"])
    expect(count).to_have_text("4 selected")
    page.locator("[data-item] a").nth(6).click(modifiers=["Shift"])
    expect(count).to_have_text("6 selected")
    expect(page).to_have_url(f"{studio.address}/assets/?q=shoot")
    page.keyboard.press("Control+a")
    expect(count).to_have_text("60 selected")
    page.get_by_role("button", name="Select all 66 that match").click()
    expect(count).to_have_text("66 selected")
    checks.nth(0).uncheck()
    expect(count).to_have_text("65 selected")
    page.get_by_role("button", name="Retire").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Retire: 65 assets")
    change = BulkChange.objects.latest("pk")
    assert change.selection["filter"] == "?q=shoot"
    assert len(change.selection["without"]) == 1


def test_a_selection_outlives_more_tiles_and_another_filter(studio: Any, opened: Any) -> None:
    for number in range(60):
        factories.make_asset(f"shoot-more-{number}.jpg")
    drain()
    page = ready(opened("/assets/"))
    count = page.locator("[data-count]")
    page.locator("[data-item] input").first.check()
    page.keyboard.press("End")  # what follows comes by itself, so a click on "Show more" may find it gone
    expect(page.locator("[data-item]")).to_have_count(71)
    expect(page.locator("[data-item] input").first).to_be_checked()
    page.get_by_role("searchbox", name="Search").fill("ridge")
    expect(page.locator("#results")).to_contain_text("5 assets")
    expect(count).to_have_text("1 selected, 1 not shown")
    page.get_by_role("button", name="Retire").click()
    expect(page.locator("#toasts")).to_contain_text("Retired 1 asset")
    assert Asset.objects.get(state="retired").title == "shoot-more-59.jpg"
    page.get_by_role("searchbox", name="Search").fill("")
    page.locator("[data-item] a").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    expect(count).to_have_text("Nothing selected")


def test_preview_leave_out_apply_undo_and_back(studio: Any, opened: Any) -> None:
    page = ready(opened("/assets/?q=shoot"))
    page.locator("[data-item] input").nth(0).check()
    page.locator("[data-item] input").nth(1).check()
    page.get_by_role("button", name="Keywords").click()
    page.get_by_label("Add to what is there").check()
    page.get_by_role("textbox", name="Keywords").fill("sale")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("status").first).to_contain_text("2 of 2 would change. Nothing is written yet.")
    page.get_by_role("button", name="Leave out shoot-4.jpg").click()
    expect(page.get_by_role("button", name="Take in shoot-4.jpg")).to_be_focused()
    assert not Asset.objects.exclude(metadata={}).exists()
    page.get_by_role("button", name="Apply to 1").click()
    expect(page.get_by_text("1 of 2 changed.")).to_be_visible()
    assert Asset.objects.exclude(metadata={}).get().title == "shoot-5.jpg"
    page.get_by_role("link", name="Changed 1").click()
    expect(page).to_have_url(f"{studio.address}/bulk/{BulkChange.objects.latest('pk').uid}/?outcome=changed")
    page.go_back()
    expect(page.get_by_role("link", name="All 2")).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Undo all 1").click()
    expect(page.get_by_text("1 is as before.")).to_be_visible()
    assert not Asset.objects.exclude(metadata={}).exists()


def test_without_scripts(studio: Any, opened: Any) -> None:
    page = opened("/assets/?q=shoot", java_script_enabled=False)
    page.get_by_role("checkbox", name="Select shoot-0.jpg").check()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Apply to 1").click()
    expect(page.get_by_text("1 of 1 changed.")).to_be_visible()
    assert Asset.objects.get(title="shoot-0.jpg").state == "approved"
    page.goto("/assets/?q=shoot")
    page.get_by_role("checkbox", name="All that match the filters").check()
    page.get_by_role("button", name="Retire").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Retire: 6 assets")


def test_a_selection_has_no_barrier(chromium: Browser, studio: Any) -> None:
    for scheme in ("light", "dark"):
        options = {"bypass_csp": True, "color_scheme": scheme, "reduced_motion": "reduce"}
        with browsers.signed_in(chromium, studio.address, studio.session, **options) as context:
            page = context.new_page()
            page.goto("/assets/")
            ready(page).locator("[data-item] input").first.check()
            assert [one["id"] for one in Axe().run(page).response["violations"]] == []


def test_rows_of_products(street: Any, opened: Any) -> None:
    page = ready(opened("/products/"))
    page.locator("[data-item] a").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("[data-count]")).to_have_text("2 selected")
    page.get_by_role("button", name="Set a value").click()
    page.get_by_label("Attribute").fill("material")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Clear it").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clear material: 2 products")
    expect(page.get_by_role("row", name="MAC")).to_contain_text("Wool")
