"""The inbox by keyboard alone, with undo, in bulk, and back through the filters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from playwright.sync_api import expect

from foundation.core import moment
from foundation.workflow.models import Comment, WorkItem
from foundation.workflow.services import open_work_item
from tests.workspace.factories import HOUSE

from . import browsers

ROWS = "[data-rows] [data-row]"


def waiting() -> list[WorkItem]:
    return list(WorkItem.objects.unfinished().order_by("pk"))


def inbox(opened: Any) -> Any:
    """What nobody does yet, once all keys are heard."""
    page = opened("/work/?tab=unassigned")
    page.wait_for_selector("selectable-list:defined")
    return page


def test_dismissed_by_keyboard_and_undone(street: Any, opened: Any) -> None:
    first, second, third = waiting()
    page = inbox(opened)
    rows = page.locator(ROWS)
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


def test_claimed_snoozed_and_handed_over_by_keyboard(street: Any, opened: Any, photographer: Any) -> None:
    third = waiting()[2]
    page = inbox(opened)
    rows, tabs = page.locator(ROWS), page.locator("#work-tabs")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(rows).to_have_count(2)
    expect(tabs).to_contain_text("Mine 1")
    expect(page.locator("#work-count")).to_have_text("1 yours")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(tabs).to_contain_text("Snoozed 1")
    expect(dialog).not_to_be_visible()
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("a")
    people = dialog.get_by_label("To")
    expect(people).to_be_focused()
    people.select_option("phil")
    dialog.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("Nothing is unassigned")).to_be_visible()
    told = [(item.assignee.username if item.assignee else "", bool(item.snoozed_until)) for item in waiting()]
    assert told == [("stella", False), ("", True), ("phil", False)]
    page.keyboard.press("u")
    expect(rows).to_have_count(1)
    third.refresh_from_db()
    assert third.assignee is None
    page.keyboard.press("?")
    sheet = page.locator("#keys-of-page")
    for words in ("Claim C", "Snooze S", "Hand over A", "Dismiss D", "Next and previous J K"):
        label, *keys = words.rsplit(" ", 2 if words.endswith("K") else 1)
        row = sheet.locator("div").filter(has_text=label).first
        assert row.locator("kbd").all_inner_texts() == keys


def test_a_selection_is_claimed_at_once_and_taken_back(street: Any, opened: Any) -> None:
    page = inbox(opened)
    rows = page.locator(ROWS)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("2 selected")
    page.keyboard.press("c")
    expect(rows).to_have_count(1)
    expect(page.get_by_text("Claimed 2 work items")).to_be_visible()
    expect(page.locator("[data-count]")).to_have_text("Nothing selected")
    page.keyboard.press("u")
    expect(rows).to_have_count(3)
    assert not WorkItem.objects.exclude(assignee=None).exists()


def test_one_item_is_discussed_and_claimed_on_its_page(street: Any, opened: Any) -> None:
    page = opened(f"/work/{waiting()[0].uid}/")
    page.keyboard.press("c")
    expect(page.locator("#work-item .chip").first).to_have_text("Yours")
    page.keyboard.press("m")
    page.keyboard.type("Which colour?")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".comments li")).to_have_count(1)
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page.locator(".comments li")).to_have_count(0)
    expect(page.locator(".htmx-added")).to_have_count(0)  # its links are heard
    page.keyboard.press("p")
    page.get_by_role("dialog").get_by_label("Urgent").check()
    page.get_by_role("dialog").get_by_role("button", name="Priority").click()
    expect(page.locator("#work-item .chip").first).to_have_text("Urgent")
    expect(page.locator(".timeline li").first).to_contain_text("Priority urgent")


def test_back_takes_the_filter_away(street: Any, opened: Any) -> None:
    open_work_item(
        queue="rejections", kind="rejection", cause_key="r:1", subject_type="product", subject=street.ridge.uid,
        title="Refused: name", market="GB", actor=HOUSE, due_at=moment.now() - timedelta(days=1),
    )  # fmt: skip
    page = opened("/work/?tab=all")
    page.get_by_label("Kind").select_option("rejection")
    rows = page.locator(ROWS)
    expect(rows).to_have_count(1)
    assert "kind=rejection" in page.url
    assert "tab=all" in page.url
    page.go_back()
    expect(rows).to_have_count(4)


def test_several_are_commented_dismissed_and_reopened(street: Any, opened: Any) -> None:
    page = inbox(opened)
    rows = page.locator(ROWS)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("m")
    page.get_by_label("Comment", exact=True).fill("Asked the supplier")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Apply to 2").click()
    expect(page.get_by_text("Applied").first).to_be_visible()
    assert set(Comment.objects.values_list("text", flat=True)) == {"Asked the supplier"}
    assert Comment.objects.count() == 2
    page = inbox(opened)
    rows = page.locator(ROWS)
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(rows).to_have_count(2)
    page.goto("/work/?tab=dismissed")
    page.wait_for_selector("selectable-list:defined")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Reopen").first.click()
    expect(rows).to_have_count(0)
    assert WorkItem.objects.unfinished().count() == 3


def test_it_is_handed_over_from_the_list_on_a_telephone(street: Any, opened: Any, photographer: Any) -> None:
    page = opened("/work/?tab=unassigned", viewport=browsers.NARROW, bypass_csp=True)
    page.wait_for_selector("selectable-list:defined")
    assert browsers.barriers(page) == []
    page.get_by_role("link", name="Hand over").first.click()
    page.get_by_role("dialog").get_by_label("To").select_option("stella")
    page.get_by_role("dialog").get_by_role("button", name="Hand over").click()
    expect(page.locator(ROWS)).to_have_count(2)
    assert WorkItem.objects.get(assignee__username="stella").closed_at is None
