"""The matrix of variants by keyboard, with its toast's Undo."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from pim.models import Attribute, Option, Product
from tests.workspace import factories


def skus() -> set[str]:
    return set(Product.objects.filter(sku__endswith="-L").values_list("sku", flat=True))


def test_missing_variants_are_ticked_told_made_and_taken_back(street: Any, opened: Any) -> None:
    size = Attribute.objects.get(code="size")
    Option.objects.create(attribute=size, code="l", labels={"en-GB": "Large"}, position=9)
    page = opened(f"/products/{street.ridge.uid}/")
    page.get_by_role("link", name="Add variants").click()
    page.get_by_role("link", name="Red / S is RIDGE-RED-S").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("checkbox", name="Red / Large, missing")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#plan")).to_contain_text("RIDGE-RED-L")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("checkbox", name="Blue / Large, missing")).to_be_focused()
    page.get_by_role("button", name="Large", exact=True).click()
    expect(page.get_by_role("button", name="Make 2 variants")).to_be_enabled()
    page.locator("#pattern-1").fill("{length}")
    page.locator("#pattern-1").blur()
    expect(page.locator("#plan")).to_contain_text("There is no {length} in a SKU")
    expect(page.get_by_role("button", name="Make 2 variants")).to_be_disabled()
    page.locator("#pattern-1").fill("{parent}-{AXES}")
    page.locator("#pattern-1").blur()
    page.get_by_role("button", name="Make 2 variants").click()
    expect(page.locator(".toast")).to_contain_text("2 variants of RIDGE made")
    assert skus() == {"RIDGE-RED-L", "RIDGE-BLUE-L"}
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast").filter(has_text="Undone")).to_be_visible()
    assert skus() == set()
    assert factories.product("RIDGE-RED-S").parent == street.ridge
