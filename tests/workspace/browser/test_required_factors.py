"""Somebody whose role requires a second factor is led to set one up, on a telephone too."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from foundation.accounts.services import define_role
from foundation.core.actors import system
from tests.workspace.test_sign_in import code_now

from . import browsers


def test_one_is_led_there_and_then_goes_on(street: Any, opened: Any) -> None:
    define_role(code="steward", requires_factor=True, actor=system("tests"))
    page = opened("/products/", viewport=browsers.NARROW, bypass_csp=True)
    expect(page).to_have_url(re.compile("/settings/sign-in/$"))
    expect(page.get_by_role("alert")).to_contain_text("A second factor comes first")
    assert browsers.barriers(page) == []
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.locator("input[name=code]").fill(code_now(page.locator("#secret").input_value()))
    page.get_by_role("button", name="Use it").click()
    expect(page).to_have_url(re.compile("/settings/sign-in/codes/$"))
    page.goto("/products/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")
