"""Viewing as somebody else, by keyboard, from a desk to a telephone; and the pages have no barrier meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from foundation.accounts.models import User, Viewing
from tests.workspace import factories

from . import browsers
from .conftest import session_of

SIZES = [("light", browsers.WIDE), ("dark", browsers.NARROW)]


def test_one_begins_looks_and_stops_by_keyboard(street: Any, opened: Any, administrator: Any, steward: Any) -> None:
    street.session = session_of(administrator)
    page = opened("/settings/people/?q=stella", viewport=browsers.NARROW)
    page.get_by_role("link", name="View as stella").click()
    page.get_by_label("Reason").fill("Ticket 4711")
    page.get_by_role("button", name="View as stella").click()
    bar = page.get_by_role("region", name="Viewing as somebody else")
    expect(bar).to_contain_text("You view as stella")
    page.goto(f"/work/{factories.work_item().uid}/")
    page.mouse.wheel(0, 2000)
    expect(bar).to_be_in_viewport()
    page.get_by_role("button", name="Claim").first.click()
    expect(page.locator("#toasts")).to_contain_text("nothing can be changed")
    page.goto("/products/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(bar.get_by_role("button", name="Stop")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/people/**")
    expect(bar).to_have_count(0)
    assert Viewing.objects.get().end == "stopped"


@pytest.mark.parametrize(("scheme", "size"), SIZES)
def test_the_pages_have_no_barrier(chromium: Browser, street: Any, administrator: Any, scheme: str, size: Any) -> None:
    stella = User.objects.get(username="stella")
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    found = {}
    with browsers.signed_in(chromium, street.address, session_of(administrator), **options) as context:
        page = context.new_page()
        page.goto(f"/settings/people/{stella.uid}/view-as/")
        found["asked"] = browsers.barriers(page)
        page.get_by_label("Reason").fill("Ticket 4711")
        page.get_by_role("button", name="View as stella").click()
        for path in ("/", "/products/", "/work/?tab=all", "/settings/sign-in/", f"/products/{street.ridge.uid}/"):
            page.goto(path)
            expect(page.get_by_role("button", name="Stop")).to_be_visible()
            found[path] = browsers.barriers(page)
    assert {path: rows for path, rows in found.items() if rows} == {}
