"""Work items by keyboard alone, with undo, and back through the filters."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from foundation.workflow.models import WorkItem
from foundation.workflow.services import open_work_item
from tests.workspace.factories import HOUSE


def test_dismissed_by_keyboard_and_undone(street: Any, opened: Any) -> None:
    first, second, third = WorkItem.objects.unfinished().order_by("pk")
    page = opened("/work/")
    rows = page.locator("[data-rows] [data-row]")
    expect(rows).to_have_count(3)
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("d")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_be_focused()
    expect(rows.nth(0)).to_have_text(second.title)
    expect(page.locator("#work-tabs")).to_contain_text("All 2")
    first.refresh_from_db()
    assert first.outcome == "dismissed"
    page.keyboard.press("u")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_have_text(first.title)
    first.refresh_from_db()
    assert first.closed_at is None
    rows.nth(2).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{street.address}/proposals/?proposal={third.cause_key.partition(':')[2]}")
    page.go_back()
    expect(rows).to_have_count(3)


def test_back_takes_the_filter_away(street: Any, opened: Any) -> None:
    open_work_item(
        queue="rejections", kind="rejection", cause_key="r:1", subject_type="product", subject=street.ridge.uid,
        title="Refused: name", market="GB", actor=HOUSE,
    )  # fmt: skip
    page = opened("/work/")
    page.get_by_label("Kind").select_option("rejection")
    rows = page.locator("[data-rows] [data-row]")
    expect(rows).to_have_count(1)
    assert "kind=rejection" in page.url
    page.go_back()
    expect(rows).to_have_count(4)
