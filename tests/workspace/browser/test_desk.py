"""The binding desk by keyboard alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from associations.models import Binding
from associations.services import bind_asset
from foundation.events.sequencing import drain
from tests.workspace import factories


@pytest.fixture
def desk(street: Any) -> Any:
    """Two assets that show nothing, and a coat without a hero that has one gallery picture."""
    street.pile = [factories.make_asset(f"pile-{number}.jpg") for number in range(2)]
    Binding.objects.filter(product=street.ridge, role="hero").delete()
    front = factories.make_asset("front.jpg")
    bind_asset(product=street.ridge, asset=front, role="gallery", axis="colour=red", actor=factories.HOUSE)
    drain()
    return street


def bound(title: str) -> list[tuple[str, str, str]]:
    rows = Binding.objects.active().filter(asset__title=title).select_related("product")
    return [(row.product.sku, row.role, row.axis) for row in rows]


def test_unbound_assets_by_keyboard(desk: Any, opened: Any) -> None:
    page = opened("/proposals/unbound/")
    shown = page.locator("#desk")
    expect(shown).to_contain_text("pile-1.jpg")
    page.keyboard.press("s")
    expect(shown).to_contain_text("pile-0.jpg")
    page.keyboard.press("k")
    expect(shown).to_contain_text("pile-1.jpg")
    page.keyboard.press("b")
    field = page.get_by_role("combobox", name="Product")
    expect(field).to_be_focused()
    page.keyboard.type("ridgeline red")
    options = page.get_by_role("listbox", name="Products").get_by_role("option")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(field).to_have_value("RIDGE-RED-S")
    expect(page.locator("[data-chosen]")).to_have_text("Ridgeline coat")
    page.keyboard.press("Enter")
    expect(shown).to_contain_text("pile-0.jpg")
    expect(page.locator("#toasts")).to_contain_text("pile-1.jpg shows RIDGE-RED-S as gallery")
    assert bound("pile-1.jpg") == [("RIDGE-RED-S", "gallery", "")]
    page.keyboard.press("u")
    expect(shown).to_contain_text("pile-1.jpg")
    expect(page).to_have_url(re.compile(f"asset={desk.pile[1].uid}"))
    assert bound("pile-1.jpg") == []


def test_back_goes_through_the_queue(desk: Any, opened: Any) -> None:
    page = opened("/proposals/unbound/")
    shown = page.locator("#desk")
    page.keyboard.press("j")
    expect(shown).to_contain_text("pile-0.jpg")
    page.get_by_role("link", name="Products without a hero").click()
    expect(page.locator("#desk")).to_contain_text("Every product here has a hero")
    page.get_by_role("link", name="Web shop · GB").click()
    expect(page.get_by_role("heading", name="Which picture stands for it?")).to_be_visible()
    page.go_back()
    expect(page.locator("#desk")).to_contain_text("Every product here has a hero")
    page.go_back()
    expect(page.locator("#desk")).to_contain_text("pile-0.jpg")
    page.go_back()
    expect(page.locator("#desk")).to_contain_text("pile-1.jpg")


def test_one_key_sets_a_hero(desk: Any, opened: Any) -> None:
    page = opened(f"/proposals/heroes/?channel=shop&market=GB&product={factories.uid_of('RIDGE-RED-M')}")
    shown = page.locator("#desk")
    expect(shown).to_contain_text("RIDGE, colour red")
    page.keyboard.press("1")
    expect(page.locator("#toasts")).to_contain_text("front.jpg is the hero of RIDGE")
    expect(shown).to_contain_text("RIDGE-BLUE-M")
    assert bound("front.jpg") == [("RIDGE", "hero", "colour=red")]
    page.keyboard.press("u")
    expect(shown).to_contain_text("RIDGE-RED-M")
    assert bound("front.jpg") == [("RIDGE", "gallery", "colour=red")]


def test_another_asset_by_the_picker(desk: Any, opened: Any) -> None:
    page = opened("/proposals/heroes/?channel=shop&market=GB")
    expect(page.locator("#desk")).to_contain_text("RIDGE-BLUE-M")
    page.keyboard.press("b")
    dialog = page.get_by_role("dialog", name="Hero of RIDGE-BLUE-M")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("pile-0")
    expect(dialog.locator("input.pick-box")).to_have_count(1)
    dialog.locator("input.pick-box").focus()
    page.keyboard.press("Space")
    expect(dialog.get_by_role("button", name="Make it the hero")).to_be_enabled()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#desk")).to_contain_text("RIDGE-RED-M")
    assert bound("pile-0.jpg") == [("RIDGE", "hero", "colour=blue")]
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#desk")).to_contain_text("RIDGE-BLUE-M")
    assert bound("pile-0.jpg") == []
