"""A group is made, filled and ended in a browser by an administrator; its pages and the directory's have no barrier."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from foundation.accounts.models import Group
from foundation.provisioning.services import note_exchange
from tests.workspace import factories

from . import browsers
from .conftest import session_of


def test_a_group_is_made_filled_and_ended(street: Any, opened: Any, administrator: Any) -> None:
    street.session = session_of(administrator)
    page = opened("/settings/groups/")
    page.keyboard.press("n")
    page.get_by_label("Name").fill("Writers")
    page.get_by_role("button", name="Make").click()
    page.get_by_label("Sign-in name").fill("stella")
    page.get_by_role("button", name="Put in").click()
    expect(page.locator("#toasts")).to_contain_text("is in Writers")
    expect(page.get_by_text("by hand")).to_be_visible()
    page.get_by_role("button", name="Delete the group").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("No group yet")).to_be_visible()
    assert not Group.objects.exists()


@pytest.mark.parametrize(("scheme", "size"), [("light", browsers.WIDE), ("dark", browsers.NARROW)])
def test_the_pages_have_no_barrier(chromium: Browser, street: Any, administrator: Any, scheme: str, size: Any) -> None:
    group = factories.group()
    note_exchange(key="0a1b2c3d", method="PATCH", path=f"/Users/{group.uid}", subject="nora", status=409, error="No")
    paths = [
        "/settings/people/", f"/settings/people/{group.memberships.get().user.uid}/", "/settings/groups/",
        "/settings/groups/new/", f"/settings/groups/{group.uid}/", "/settings/directory/", "/settings/directory/?q=x",
    ]  # fmt: skip
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    found = {}
    with browsers.signed_in(chromium, street.address, session_of(administrator), **options) as context:
        page = context.new_page()
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            found[path] = browsers.barriers(page)
    assert {path: rows for path, rows in found.items() if rows} == {}
