"""Categories with a real browser: a product is put in and taken back by keys alone; a tree fits a telephone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from foundation.taxonomy.models import Category
from pim.models import Classification

from .conftest import session_of

pytestmark = pytest.mark.browser


def keys(street: Any) -> set[str]:
    rows = Classification.objects.filter(product=street.cup).select_related("category")
    return {one.category.key for one in rows}


def test_a_product_is_moved_by_keys_and_taken_back(opened: Callable[..., Page], street: Any) -> None:
    page = opened(f"/products/{street.cup.uid}/")
    page.get_by_label("Put into").focus()
    page.keyboard.type("mac")
    put = page.get_by_role("button", name="Put into Macs")
    expect(put).to_be_visible()
    put.focus()
    page.keyboard.press("Enter")
    card = page.locator("#categories")
    expect(card).to_contain_text("Wear / Macs")
    expect(card).not_to_contain_text("Home")
    assert keys(street) == {"products/macs"}
    page.get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("Home")
    assert keys(street) == {"products/home"}


def test_a_choice_leads_down_the_tree(opened: Callable[..., Page], street: Any) -> None:
    page = opened("/products/")
    facet = page.get_by_role("group", name="Category")
    facet.get_by_label("Wear").check()
    expect(facet.get_by_label("Coats")).to_be_visible()
    expect(page.locator("#results")).not_to_contain_text("CUP")
    expect(facet.get_by_label("Home")).to_have_count(0)


def test_a_tree_fits_a_telephone(opened: Callable[..., Page], street: Any) -> None:
    page = opened("/settings/taxonomy/products/?category=coats", viewport={"width": 390, "height": 800})
    expect(page.get_by_role("link", name="Coats")).to_have_attribute("aria-current", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def hangs_below(code: str) -> str:
    found = Category.objects.select_related("parent").get(code=code)
    return found.parent.code if found.parent else ""


def test_a_branch_is_dragged_and_taken_back(opened: Callable[..., Page], street: Any, administrator: Any) -> None:
    street.session = session_of(administrator)
    page = opened("/settings/taxonomy/products/?category=coats")
    nodes = page.get_by_role("navigation", name="Categories of Products")
    with page.expect_navigation():
        nodes.get_by_role("link", name="Coats").drag_to(nodes.get_by_role("link", name="Home"))
    assert hangs_below("coats") == "home"
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    assert hangs_below("coats") == "wear"
    with page.expect_navigation():
        nodes.get_by_role("link", name="Coats").drag_to(page.get_by_text("Drop here for the top"))
    assert hangs_below("coats") == ""


def test_a_branch_is_moved_by_keys(opened: Callable[..., Page], street: Any, administrator: Any) -> None:
    street.session = session_of(administrator)
    page = opened("/settings/taxonomy/products/?category=coats")
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Move Coats")
    field = dialog.get_by_label("Below the category")
    expect(field).to_be_focused()
    field.fill("")
    page.keyboard.type("hom")
    expect(dialog.get_by_role("option", name="Home")).to_be_visible()
    page.keyboard.press("Enter")
    expect(field).to_have_value("home")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert hangs_below("coats") == "home"
    page.keyboard.press("m")
    field.fill("coat")
    expect(dialog.get_by_role("option")).to_contain_text("No category it may hang below")
