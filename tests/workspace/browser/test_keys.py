"""A key is made, copied and revoked in a browser."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from foundation.accounts.models import ApiKey


def test_a_key_is_made_copied_and_revoked(street: Any, opened: Any) -> None:
    page = opened("/settings/keys/", permissions=["clipboard-read", "clipboard-write"])
    expect(page.get_by_text("No key yet")).to_be_visible()
    page.keyboard.press("n")
    page.get_by_label("Name").fill("Web shop")
    page.get_by_role("button", name="Make").click()
    secret = page.get_by_label("Key", exact=True).input_value()
    assert re.fullmatch(r"tk_[0-9a-f]{8}_[\w-]{43}", secret)
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#toasts")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.get_by_role("link", name="I have it").click()
    expect(page.get_by_text("In force")).to_be_visible()
    assert secret not in page.content()
    page.once("dialog", lambda asked: asked.dismiss())
    page.get_by_role("button", name="Revoke Web shop").click()
    assert ApiKey.objects.get().revoked_at is None, "who says no keeps it"
    page.once("dialog", lambda asked: asked.accept())
    page.get_by_role("button", name="Revoke Web shop").click()
    expect(page.get_by_text("Revoked: its next request is refused.")).to_be_visible()
    assert ApiKey.objects.get().revoked_at is not None
