"""The paths that people walk each day: by keyboard, back, and with undo."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from associations.choices import BindingStatus
from associations.models import Binding

from . import browsers


def test_proposals_by_keyboard_alone(street: Any, opened: Any) -> None:
    first, second, third = (Binding.objects.get(pk=one.pk) for one in street.proposals)
    page = opened("/proposals/")
    desk = page.locator("#desk")
    expect(desk).to_contain_text("ridge_1.jpg")
    page.keyboard.press("j")
    expect(desk).to_contain_text("ridge_2.jpg")
    page.keyboard.press("k")
    expect(desk).to_contain_text("ridge_1.jpg")
    page.keyboard.press("c")
    expect(desk).to_contain_text("ridge_2.jpg")
    expect(page).to_have_url(f"{street.address}/proposals/?proposal={second.uid}")
    page.keyboard.press("r")
    expect(desk).to_contain_text("ridge_3.jpg")
    page.keyboard.press("u")
    expect(desk).to_contain_text("ridge_2.jpg")
    expect(page.get_by_text("Undone: it waits again")).to_be_visible()
    page.keyboard.press("c")
    expect(desk).to_contain_text("ridge_3.jpg")
    page.keyboard.press("r")
    expect(desk).to_contain_text("No proposal waits")
    for row in (first, second, third):
        row.refresh_from_db()
    assert [row.status for row in (first, second, third)] == [
        BindingStatus.ACTIVE, BindingStatus.ACTIVE, BindingStatus.REJECTED,
    ]  # fmt: skip


def test_keys_rest_while_somebody_types(street: Any, opened: Any) -> None:
    page = opened("/products/")
    search = page.get_by_role("searchbox", name="Search")
    search.focus()
    page.keyboard.type("cup")
    expect(page.locator("#results")).to_contain_text("1 product")
    expect(search).to_be_focused()
    expect(search).to_have_value("cup")


def test_back_takes_the_filter_away(street: Any, opened: Any) -> None:
    page = opened("/products/")
    results = page.locator("#results")
    expect(results).to_contain_text("3 products")
    page.get_by_role("checkbox", name="Cups").check()
    expect(results).to_contain_text("1 product")
    expect(page).to_have_url(f"{street.address}/products/?q=&sort=&family=cups")
    expect(page.get_by_role("checkbox", name="Cups")).to_be_checked()
    page.get_by_role("link", name="CUP").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CUP")
    page.go_back()
    expect(page.locator("#results")).to_contain_text("1 product")
    assert page.locator("html head").count() == 1, "not a fragment out of a cache"
    page.go_back()
    expect(page.locator("#results")).to_contain_text("3 products")
    expect(page.get_by_role("checkbox", name="Cups")).not_to_be_checked()
    page.go_forward()
    expect(page.locator("#results")).to_contain_text("1 product")


def test_undo_by_mouse(street: Any, opened: Any) -> None:
    page = opened("/proposals/")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#desk")).to_contain_text("ridge_2.jpg")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#desk")).to_contain_text("ridge_1.jpg")
    assert Binding.objects.get(pk=street.proposals[0].pk).status == BindingStatus.PROPOSED


def test_a_refusal_of_the_server_is_one_toast(street: Any, opened: Any) -> None:
    page = opened("/proposals/")
    Binding.objects.filter(pk=street.proposals[0].pk).delete()
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#toasts .toast")).to_have_count(1)
    expect(page.locator("#toasts .toast-bad")).to_contain_text("no such binding")


def test_the_theme_is_there_before_the_first_paint(street: Any, opened: Any) -> None:
    page = opened("/products/", color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Your account and theme").click()
    page.get_by_role("button", name="Dark").click()
    expect(page).to_have_url(f"{street.address}/products/")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (light, dark) == ("rgb(244, 245, 246)", "rgb(16, 18, 21)")
    # The document as it comes says so itself: no script has to run first.
    first_bytes = page.request.get(f"{street.address}/assets/").text()[:200]
    assert 'data-theme="dark"' in first_bytes


def test_the_menu_opens_on_a_telephone(street: Any, opened: Any) -> None:
    page = opened("/", viewport=browsers.NARROW)
    link = page.get_by_role("link", name="Products", exact=True)
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    link.click()
    expect(page).to_have_url(f"{street.address}/products/")


def test_without_scripts_filters_have_a_button(street: Any, opened: Any) -> None:
    page = opened("/products/", java_script_enabled=False)
    page.get_by_role("checkbox", name="Cups").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#results")).to_contain_text("1 product")
