"""Columns of a table and fields of records, built in rows of fields."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from pim.models import Attribute, RecordType
from tests.cast import enter


@pytest.fixture
def boss(street: Any, administrator: Any) -> Any:
    client = Client()
    enter(client, administrator)
    street.session = next(iter(client.cookies.values())).value
    return street


def part(page: Page, name: str, column: int) -> Locator:
    return page.get_by_label(f"{name} of column {column}")


def test_a_table_is_built_by_keyboard(boss: Any, opened: Any) -> None:
    page = opened("/settings/attributes/new/")
    page.locator("[name=code]").fill("chart")
    page.locator("[name=type]").select_option("table")
    page.get_by_role("button", name="Add a column").focus()
    page.keyboard.press("Enter")
    expect(part(page, "Code", 1)).to_be_focused()
    page.keyboard.type("chest")
    part(page, "Type", 1).select_option("measurement")
    part(page, "Unit", 1).fill("cm")
    page.keyboard.press("Enter")
    expect(part(page, "Code", 2)).to_be_focused()
    page.keyboard.type("size")
    part(page, "Type", 2).select_option("select")
    part(page, "Choices", 2).fill("s = Small\nm")
    part(page, "Name", 2).focus()
    page.keyboard.type("Size")
    page.keyboard.press("Alt+ArrowUp")
    expect(part(page, "Name", 1)).to_be_focused()
    expect(part(page, "Code", 2)).to_have_value("chest")
    page.locator("li.builder-row").first.get_by_label("Required", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("chart")
    size, chest = Attribute.objects.get(code="chart").validation["columns"]
    assert (size["code"], size["labels"], size["required"]) == ("size", {"en-GB": "Size"}, True)
    assert size["choices"] == [{"code": "s", "labels": {"en-GB": "Small"}}, {"code": "m", "labels": {}}]
    assert (chest["code"], chest["type"], chest["unit"], chest["required"]) == ("chest", "measurement", "cm", False)


def test_fields_of_records_keep_what_is_not_shown(boss: Any, opened: Any) -> None:
    kind = RecordType.objects.get(code="brands")
    before = [*kind.fields]
    page = opened("/settings/record-types/brands/")
    rows = page.locator("li.builder-row")
    expect(rows).to_have_count(len(before))
    page.get_by_role("button", name="Add a column").click()
    page.keyboard.type("since")
    part(page, "Type", len(before) + 1).select_option("date")
    page.get_by_role("button", name=f"Move column {len(before) + 1} up", exact=True).click()
    page.get_by_role("button", name="Add a column").click()
    page.get_by_role("button", name=f"Remove column {len(before) + 2}", exact=True).click()
    expect(rows).to_have_count(len(before) + 1)
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    kind.refresh_from_db()
    since = kind.fields.pop(-2)
    assert kind.fields == before
    assert (since["code"], since["type"]) == ("since", "date")


def test_json_is_there_for_who_wants_it(boss: Any, opened: Any) -> None:
    page = opened("/settings/attributes/new/")
    page.get_by_role("button", name="Edit as JSON").click()
    text = page.get_by_role("textbox", name="Columns")
    text.fill("[{")
    page.get_by_role("button", name="Edit in fields").click()
    expect(text).to_be_visible()
    text.fill('[{"code": "a", "type": "text"}]')
    page.get_by_role("button", name="Edit in fields").click()
    expect(part(page, "Code", 1)).to_have_value("a")
    expect(text).to_be_hidden()
