"""From the table to the field: by keyboard, back, and the chart beside its numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from foundation.core import moment
from pim.models import CompletenessDay

from . import browsers


def note_days(street: Any, number: int) -> None:
    scope, today = street.world.scopes["shop/DACH/de-DE"], moment.now().date()
    for back in range(number):
        CompletenessDay.objects.create(
            day=today - timedelta(days=back), family=street.ridge.family, scope=scope, products=4,
            complete=back % 5, required=12, filled=12 - back % 7,
        )  # fmt: skip


def test_down_to_the_field_by_keyboard_and_back(street: Any, opened: Any) -> None:
    page = opened("/completeness/")
    panel = page.get_by_role("region", name="Everything shown", exact=True)
    expect(panel).to_contain_text("8 of 16")
    cell = page.locator("[id='cell-coats/shop/DACH']")
    cell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Coats in DACH, Web shop", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{street.address}/completeness/?cell=coats%2Fshop%2FDACH")
    expect(cell).to_be_focused()
    expect(cell).to_have_attribute("aria-current", "true")
    bar = page.locator("#bar-description")
    bar.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#lacking")).to_contain_text("Description is missing 8")
    expect(page.locator("#completeness-said")).to_have_text("Description is missing: 8")
    page.locator("#lacking tbody a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ridgeline coat")
    assert "locale=de-DE" in page.url
    page.go_back()
    expect(page.locator("#lacking")).to_contain_text("Description is missing")
    page.go_back()
    expect(page.locator("#lacking")).to_have_count(0)
    expect(page.get_by_role("heading", name="Coats in DACH, Web shop", exact=True)).to_be_visible()
    page.go_back()
    expect(panel).to_be_visible()
    assert page.locator("html head").count() == 1, "not a fragment out of a cache"


def test_a_filter_is_in_the_address(street: Any, opened: Any) -> None:
    page = opened("/completeness/")
    page.get_by_label("Market", exact=True).select_option("US")
    expect(page.locator(".heat thead")).not_to_contain_text("GB")
    assert "market=US" in page.url
    page.go_back()
    expect(page.locator(".heat thead")).to_contain_text("GB")


@pytest.mark.parametrize("number", [1, 2, 90])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_says_what_the_table_says(street: Any, opened: Any, number: int, scheme: str) -> None:
    note_days(street, number)
    page = opened("/completeness/", color_scheme=scheme)
    slider = page.get_by_role("slider", name="Day")
    expect(slider.locator("canvas")).to_be_visible()
    box = slider.locator("canvas").bounding_box()
    assert box is not None
    assert box["height"] == 220
    today = slider.get_attribute("aria-valuetext")
    assert today is not None
    assert today.endswith("100% of values filled, 0% of products complete")
    if number == 1:
        expect(page.get_by_text("Recorded from today on")).to_be_visible()
    else:
        slider.focus()
        page.keyboard.press("ArrowLeft")
        expect(slider).to_have_attribute("aria-valuenow", str(number - 2))
        expect(page.locator(".trend-legend strong")).to_contain_text("91.6% of values filled, 25% of products complete")
        page.keyboard.press("Home")
        expect(slider).to_have_attribute("aria-valuenow", "0")
        page.keyboard.press("End")
        assert slider.get_attribute("aria-valuetext") == today
    page.get_by_text("The numbers").click()
    expect(page.locator(".trend-numbers tbody tr")).to_have_count(number)
    painted = page.evaluate(
        "() => { const c = document.querySelector('.trend-plot canvas');"
        " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 == 3 && v > 0) }"
    )
    assert painted


def test_the_chart_fits_a_telephone(street: Any, opened: Any) -> None:
    note_days(street, 90)
    page = opened("/completeness/", viewport=browsers.NARROW)
    expect(page.locator(".trend-plot canvas")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
