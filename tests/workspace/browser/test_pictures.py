"""Pictures on the product's page: sorted by mouse and by keyboard, chosen by keyboard alone, each write undone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from associations.models import Binding
from associations.services import bind_asset, reorder_media
from foundation.events.sequencing import drain
from tests.workspace import factories

from . import browsers

HOUSE = factories.HOUSE


@pytest.fixture
def coat(street: Any) -> Any:
    street.gallery = [
        bind_asset(product=street.ridge, asset=factories.make_asset(f"{name}.jpg"), role="gallery", actor=HOUSE)
        for name in "ABC"
    ]
    street.path = f"/products/{street.ridge.uid}/"
    drain()
    return street


def gallery(page: Page) -> Any:
    return page.get_by_role("list", name="Gallery", exact=True)


def order(page: Page) -> list[str]:
    return [text.strip() for text in gallery(page).locator(".tile-name").all_inner_texts()]


def saved(street: Any) -> list[str]:
    rows = Binding.objects.active().filter(product=street.ridge, role="gallery").order_by("position", "pk")
    return [row.asset.title for row in rows.select_related("asset")]


def toasts(page: Page) -> Any:
    return page.locator("#toasts")


def test_sorting_by_keyboard(coat: Any, opened: Any) -> None:
    page = opened(coat.path)
    first = gallery(page).get_by_role("link", name="A.jpg")
    first.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#pictures [data-said]")).to_have_text("A.jpg: 2 of 3, Gallery")
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#pictures [data-said]")).to_have_text("A.jpg: the last already")
    expect(first).to_be_focused()
    assert order(page) == ["B.jpg", "C.jpg", "A.jpg"]
    expect(toasts(page)).to_contain_text("Order saved")
    expect(page.locator("#toasts .toast")).to_have_count(1)
    assert saved(coat) == ["B.jpg", "C.jpg", "A.jpg"]
    page.keyboard.press("u")
    expect(toasts(page)).to_contain_text("Undone")
    assert order(page) == ["A.jpg", "B.jpg", "C.jpg"] == saved(coat)


def test_sorting_by_mouse(coat: Any, opened: Any) -> None:
    page = opened(coat.path)
    expect(page.locator("#pictures:defined")).to_be_attached()
    tiles = gallery(page).locator(".tile-picture")
    source, target = tiles.nth(2).bounding_box(), tiles.nth(0).bounding_box()
    page.mouse.move(source["x"] + 60, source["y"] + 90)
    page.mouse.down()
    page.mouse.move(target["x"] + 80, target["y"] + 90, steps=12)
    page.mouse.move(target["x"] + 20, target["y"] + 90, steps=6)
    page.mouse.up()
    expect(toasts(page)).to_contain_text("Order saved")
    assert order(page) == ["C.jpg", "A.jpg", "B.jpg"] == saved(coat)
    assert page.url.endswith(coat.path), "the picture was not followed as a link"


def test_an_order_that_is_refused_snaps_back(coat: Any, opened: Any) -> None:
    """Somebody else sorted meanwhile: a word says so, and what is there now is shown."""
    page = opened(coat.path)
    expect(page.locator("#pictures:defined")).to_be_attached()
    uids = [coat.gallery[at].uid for at in (1, 0, 2)]
    reorder_media(product=coat.ridge, role="gallery", uids=uids, actor=HOUSE)
    gallery(page).get_by_role("link", name="C.jpg").focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("#toasts .toast-bad")).to_contain_text("is not what you saw")
    expect(gallery(page).locator(".tile-name").first).to_have_text("B.jpg")
    assert order(page) == ["B.jpg", "A.jpg", "C.jpg"] == saved(coat)


def test_a_new_hero_by_the_menu(coat: Any, opened: Any) -> None:
    page = opened(coat.path)
    page.get_by_role("button", name="More about B.jpg").focus()
    page.keyboard.press("Enter")
    menu = page.locator("#picture-menu")
    expect(menu).to_contain_text("Replaces ridge-front.jpg, which moves to the gallery")
    expect(menu.get_by_role("button", name="Gallery", exact=True)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(toasts(page)).to_contain_text("B.jpg is now hero")
    expect(menu).to_be_hidden()
    expect(page.get_by_role("list", name="Hero").locator(".tile-name")).to_have_text("B.jpg")
    expect(page.get_by_role("link", name="B.jpg")).to_be_focused()
    toasts(page).get_by_role("button", name="Undo").click()
    expect(page.get_by_role("list", name="Hero").locator(".tile-name")).to_have_text("ridge-front.jpg")
    assert order(page) == ["A.jpg", "B.jpg", "C.jpg"]


def test_unbinding_and_undo(coat: Any, opened: Any) -> None:
    page = opened(coat.path)
    page.get_by_role("button", name="Unbind A.jpg").focus()
    page.keyboard.press("Enter")
    expect(toasts(page)).to_contain_text("Unbound A.jpg")
    expect(page.get_by_role("link", name="B.jpg")).to_be_focused()
    assert order(page) == ["B.jpg", "C.jpg"]
    page.keyboard.press("u")
    expect(gallery(page).locator(".tile-name").first).to_have_text("A.jpg")


def test_assets_are_chosen_by_keyboard_alone(coat: Any, opened: Any) -> None:
    for number in range(4):
        factories.make_asset(f"new-{number}.jpg")
    drain()
    page = opened(coat.path)
    opener = page.get_by_role("button", name="Bind assets")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Bind assets to RIDGE")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("new")
    expect(dialog.get_by_role("status").first).to_have_text("4 assets")
    boxes = dialog.locator("input.pick-box")
    expect(boxes).to_have_count(4)
    while page.evaluate("document.activeElement.className") != "pick-box":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(dialog.locator("[data-count]")).to_have_text("1 selected")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(dialog.get_by_role("button", name="Bind 3 assets")).to_be_enabled()
    page.keyboard.press("ArrowLeft")
    expect(boxes.nth(1)).to_be_focused()
    page.keyboard.press("Space")
    expect(dialog.locator("[data-count]")).to_have_text("2 selected")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(toasts(page)).to_contain_text("Bound 2 assets to RIDGE")
    expect(opener).to_be_focused()
    assert saved(coat) == ["A.jpg", "B.jpg", "C.jpg", "new-3.jpg", "new-1.jpg"]
    page.keyboard.press("u")
    expect(toasts(page)).to_contain_text("Undone")
    assert saved(coat) == ["A.jpg", "B.jpg", "C.jpg"]


def test_a_choice_outlives_filters_and_a_refusal(coat: Any, opened: Any) -> None:
    pictures = [factories.make_asset(f"new-{number}.jpg") for number in range(3)]
    page = opened(coat.path)
    page.get_by_role("button", name="Bind assets").click()
    dialog = page.get_by_role("dialog", name="Bind assets to RIDGE")
    dialog.get_by_text("new-2.jpg").click()
    dialog.get_by_text("new-0.jpg").click(modifiers=["Shift"])
    expect(dialog.locator("[data-count]")).to_have_text("3 selected")
    dialog.get_by_role("searchbox").fill("front")
    expect(dialog.locator("input.pick-box")).to_have_count(1)
    expect(dialog.locator("input.pick-box")).to_be_disabled()
    expect(dialog.locator("[data-count]")).to_have_text("3 selected")
    factories.Asset.objects.filter(pk=pictures[1].pk).update(state="retired")
    dialog.get_by_role("button", name="Bind 3 assets").click()
    expect(dialog.get_by_role("alert")).to_contain_text("new-1.jpg is retired")
    expect(dialog.get_by_role("button", name="Bind 1 asset")).to_be_enabled()
    expect(toasts(page)).to_contain_text("Bound 2 assets to RIDGE; 1 refused")
    toasts(page).get_by_role("button", name="Undo").click()
    expect(toasts(page)).to_contain_text("Undone")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert saved(coat) == ["A.jpg", "B.jpg", "C.jpg"]
    page.get_by_role("button", name="Bind assets").click()
    expect(dialog.get_by_role("searchbox")).to_have_value("front")
    expect(dialog.get_by_role("alert")).to_be_hidden()


def test_the_picker_scrolls_on(coat: Any, opened: Any) -> None:
    for number in range(60):
        factories.make_asset(f"many-{number:02}.jpg")
    page = opened(coat.path, viewport=browsers.WIDE)
    page.get_by_role("button", name="Bind assets").click()
    dialog = page.get_by_role("dialog", name="Bind assets to RIDGE")
    expect(dialog.locator("input.pick-box")).to_have_count(48)
    dialog.locator(".picker-results").hover()
    page.mouse.wheel(0, 6000)
    expect(dialog.locator("input.pick-box")).to_have_count(68)


def test_a_link_is_made_and_copied(coat: Any, opened: Any) -> None:
    page = opened(coat.path)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Delivery links").click()
    dialog = page.get_by_role("dialog", name="Delivery links")
    dialog.get_by_role("combobox", name="Use").select_option("web")
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_text("Opens until")).to_be_visible()
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == dialog.get_by_label("The link").input_value()
    dialog.get_by_role("combobox", name="Picture").select_option(label="ridge-collar.jpg")
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_role("alert")).to_contain_text("No link was made")


def test_back_leads_to_the_picture_one_left(coat: Any, opened: Any) -> None:
    page = opened(coat.path)
    page.get_by_role("link", name="A.jpg").click()
    expect(page).to_have_url(re.compile("/assets/"))
    page.go_back()
    expect(gallery(page).locator(".tile-name").first).to_have_text("A.jpg")
