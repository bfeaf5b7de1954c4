"""A table and a record in the form of a product, by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from pim.models import Product, ProductValues
from tests.workspace import factories

from .test_workbench import saved

GB = "?channel=shop&market=GB&locale=en-GB"


@pytest.fixture
def top(street: Any) -> Product:
    return factories.make_top()


def said(product: Product) -> dict[str, Any]:
    return ProductValues.objects.get(product=product, cell__market=None, cell__locale="*").vals


def test_a_table_is_filled_and_emptied_by_keyboard(top: Product, opened: Any) -> None:
    page = opened(f"/products/{top.uid}/{GB}")
    page.locator("#field-measures-0-size").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#field-measures-2-size")).to_be_focused()
    page.keyboard.type("L")
    page.keyboard.press("Tab")
    page.keyboard.type("104 cm")
    page.keyboard.press("Enter")
    expect(page.locator("#field-measures-3-chest")).to_be_focused()
    page.locator("#field-brand").focus()
    saved(page, "measures")
    rows = said(top)["measures"]
    assert [row["size"] for row in rows] == ["S", "M", "L"]
    assert rows[2]["chest"] == {"amount": "104", "unit": "cm"}
    page.get_by_role("button", name="Remove row 1", exact=True).click()
    page.locator("#field-brand").focus()
    expect(page.locator("#field-measures-0-size")).to_have_value("M")
    assert [row["size"] for row in said(top)["measures"]] == ["M", "L"]


def test_what_is_wrong_in_a_cell_is_told_and_stays(top: Product, opened: Any) -> None:
    page = opened(f"/products/{top.uid}/{GB}")
    page.locator("#field-measures-1-chest").fill("wide")
    page.locator("#field-brand").focus()
    expect(page.locator("#value-measures [role=alert]")).to_contain_text("Row 2, chest")
    expect(page.locator("#field-measures-1-chest")).to_have_value("wide")
    assert [row["chest"]["amount"] for row in said(top)["measures"]] == ["92", "98"]


def test_a_record_is_found_by_a_synonym(top: Product, opened: Any) -> None:
    factories.set_values(top, values={"brand": None}, actor=factories.HOUSE)
    page = opened(f"/products/{top.uid}/{GB}")
    page.locator("#field-brand").click()
    page.locator("#field-brand").fill("h&f")
    expect(page.locator("#options-brand [data-code=harrow]")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    saved(page, "brand")
    assert said(top)["brand"] == "harrow"
