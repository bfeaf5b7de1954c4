"""Related products: chosen several at once over two searches, sorted by keyboard, taken away and brought back."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from pim.models import Relation
from pim.services import create_product
from tests.workspace import factories


def saved(street: Any) -> list[tuple[str, int | None]]:
    rows = Relation.objects.filter(product=street.ridge).order_by("position").select_related("target")
    return [(row.target.sku, row.quantity) for row in rows]


def test_a_pack_is_put_together(street: Any, opened: Any) -> None:
    for sku in ("HOOD", "BELT"):
        create_product(sku=sku, family="coats", actor=factories.HOUSE)
    page = opened(f"/products/{street.ridge.uid}/")
    page.get_by_role("button", name="Relate products").click()
    dialog = page.get_by_role("dialog", name="Relate products to RIDGE")
    for sku in ("HOOD", "BELT"):
        dialog.get_by_role("searchbox").fill(sku)
        dialog.locator(f"input.pick-box[data-name='{sku}']").check()
    expect(dialog.get_by_label("how many")).to_be_hidden()
    dialog.get_by_label("Type of relation").select_option("pack")
    expect(dialog.get_by_label("Market")).to_be_hidden()
    dialog.get_by_label("how many").fill("3")
    dialog.get_by_role("button", name="Relate 2 products").click()
    expect(dialog).to_be_hidden()
    contents = page.get_by_role("list", name="Contents of the pack")
    expect(contents.locator(".tile-name")).to_have_count(2)
    assert sorted(saved(street)) == [("BELT", 3), ("HOOD", 3)]
    first, second = saved(street)
    contents.get_by_role("link", name=first[0]).focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#toasts")).to_contain_text("Order saved")
    assert saved(street) == [second, first]
    amount = page.get_by_label(f"How many of {first[0]}")
    amount.fill("5")
    amount.press("Tab")
    expect(page.locator("#toasts")).to_contain_text(f"5 × {first[0]}")
    contents.get_by_role("button", name=f"Take {second[0]} away").click()
    expect(contents.locator(".tile-name")).to_have_count(1)
    assert saved(street) == [(first[0], 5)]
    page.locator("#toasts .toast").last.get_by_role("button", name="Undo").click()
    expect(contents.locator(".tile-name")).to_have_count(2)
    assert saved(street) == [second, (first[0], 5)]
