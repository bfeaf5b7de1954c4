"""Settings by keyboard, with the way back and the way to undo."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from foundation.markets.models import Market
from tests.cast import enter


@pytest.fixture
def boss(street: Any, administrator: Any) -> Any:
    """The administrator's session behind the same server."""
    client = Client()
    enter(client, administrator)
    street.session = next(iter(client.cookies.values())).value
    return street


def test_a_market_is_renamed_by_keyboard_and_taken_back(boss: Any, opened: Any) -> None:
    page = opened("/settings/markets/")
    page.get_by_role("link", name="DACH", exact=True).focus()
    page.keyboard.press("Enter")
    name = page.get_by_label("Name")
    expect(name).to_have_value("DACH")
    name.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("The Alps")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The Alps")
    assert Market.objects.get(code="DACH").name == "The Alps"
    page.keyboard.press("u")
    expect(page.get_by_role("heading", level=1)).to_have_text("DACH")
    assert Market.objects.get(code="DACH").name == "DACH"


def test_territories_are_chosen_by_name(boss: Any, opened: Any) -> None:
    page = opened("/settings/markets/DACH/")
    field = page.get_by_role("combobox", name="Territories")
    field.fill("switz")
    page.get_by_role("option", name="Switzerland").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("DACH saved.")
    assert Market.objects.get(code="DACH").territories == ["AT", "CH", "DE"]


def test_back_leads_out_of_the_form(boss: Any, opened: Any) -> None:
    page = opened("/settings/")
    page.get_by_role("link", name=re.compile("^Languages")).click()
    page.get_by_role("link", name="German (Austria)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("German (Austria)")
    page.go_back()
    expect(page).to_have_url(f"{boss.address}/settings/languages/")
    page.go_back()
    expect(page).to_have_url(f"{boss.address}/settings/")
