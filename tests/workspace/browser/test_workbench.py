"""The form of a product in a browser: by keyboard, by two people at once, back, and undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from foundation.accounts.models import User
from pim.models import Attribute, Option, Product, ProductValues
from pim.services import create_product, define_attribute, define_family, set_values
from tests.workspace import factories

from . import browsers

GB, DE = "?channel=shop&market=GB&locale=en-GB", "?channel=shop&market=DACH&locale=de-DE"


def said(product: Product, locale: str = "en-GB") -> dict[str, Any]:
    row = ProductValues.objects.filter(product=product, cell__market=None, cell__locale=locale).first()
    return row.vals if row else {}


def saved(page: Page, code: str) -> None:
    expect(page.locator(f"#value-{code} .saved")).to_be_visible()


@pytest.fixture
def ridge(street: Any) -> str:
    return f"/products/{street.ridge.uid}/{GB}"


def test_by_keyboard_alone(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    name = page.locator("#field-name")
    name.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Ridge")
    page.keyboard.press("Control+Enter")
    saved(page, "name")
    expect(name).to_be_focused()
    page.keyboard.type(" coat")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Name (en-GB) saved")).to_have_count(2)
    assert said(street.ridge)["name"] == "Ridge coat"
    name.focus()
    page.keyboard.type("!!!")
    page.keyboard.press("Escape")
    expect(name).to_have_value("Ridge coat")
    assert said(street.ridge)["name"] == "Ridge coat"
    expect(page.locator("#toasts .toast")).to_have_count(2)  # each edit was sent once


def test_what_is_refused_stays_until_it_is_mended_or_reverted(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    page.get_by_role("toolbar", name="Format Description").get_by_role("button", name="Source").click()
    story = page.locator("#field-description")
    story.fill("<p>Warm")
    story.blur()
    expect(page.locator("#value-description .refused")).to_have_text("<p> is not closed")
    expect(story).to_have_value("<p>Warm")
    tab = page.get_by_role("navigation", name="Market").get_by_role("link", name="DACH")
    tab.click()
    expect(page.get_by_text("A field is not saved yet")).to_be_visible()
    expect(story).to_be_focused()
    page.keyboard.press("Escape")
    expect(story).to_have_value("<p>Warm.</p>")
    tab.click()
    expect(page).to_have_url(f"{street.address}/products/{street.ridge.uid}/?channel=shop&market=DACH&locale=de-AT")
    assert said(street.ridge)["description"] == "<p>Warm.</p>"


def test_tabs_go_back(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    expect(page.locator("#field-name")).to_have_value("Ridgeline coat")
    page.get_by_role("link", name="DACH 66%", exact=True).press("Enter")
    expect(page.locator("#field-name")).to_have_attribute("placeholder", "Ridgeline coat (de)")
    page.locator("#tab-locale-de-DE").press("Enter")
    expect(page).to_have_url(f"{street.address}/products/{street.ridge.uid}/{DE}")
    expect(page.locator("#field-name")).to_have_value("Ridgeline coat (de)")
    expect(page.locator("#tab-locale-de-DE")).to_be_focused()
    page.get_by_role("checkbox", name="Only missing").check()
    expect(page.locator("value-field")).to_have_count(1)
    page.go_back()
    expect(page.locator("#field-name")).to_have_value("Ridgeline coat (de)")
    expect(page.get_by_role("checkbox", name="Only missing")).not_to_be_checked()
    page.go_back()
    expect(page.locator("#field-name")).to_have_attribute("placeholder", "Ridgeline coat (de)")
    page.go_back()
    expect(page.locator("#field-name")).to_have_value("Ridgeline coat")


def test_undo_and_clear_and_undo(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    name = page.locator("#field-name")
    name.fill("Other")
    name.blur()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(name).to_have_value("Ridgeline coat")
    expect(page.get_by_text("Undone: Name")).to_be_visible()
    page.locator("#value-name").get_by_role("button", name="Clear").click()
    expect(name).to_have_value("")
    expect(
        page.get_by_text("1 required value missing").or_(page.get_by_text("4 required values missing"))
    ).to_be_visible()
    assert "name" not in said(street.ridge)
    page.locator("#toasts").get_by_role("button", name="Undo").last.click()
    expect(name).to_have_value("Ridgeline coat")
    expect(page.get_by_text("Ready to list")).to_be_visible()
    assert said(street.ridge)["name"] == "Ridgeline coat"


def test_two_people_at_one_product_lose_nothing(
    street: Any, ridge: str, opened: Any, chromium: Any, administrator: Any
) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=administrator.user_id))
    session = next(iter(client.cookies.values())).value
    watch = browsers.Watch()
    mine = opened(ridge)
    with browsers.signed_in(chromium, street.address, session, watch) as context:
        theirs = context.new_page()
        theirs.goto(ridge)
        theirs.locator("#field-name").fill("Theirs")
        mine.locator("#field-description-text").fill("Mine.")
        theirs.locator("#field-name").blur()
        mine.locator("#field-description-text").blur()
        saved(theirs, "name")
        saved(mine, "description")
        assert said(street.ridge) == {"name": "Theirs", "description": "<p>Mine.</p>"}
        name = mine.locator("#field-name")
        name.fill("Mine")
        name.blur()
        clash = mine.locator("#value-name .clash")
        expect(clash).to_contain_text("ada changed it to “Theirs”")
        expect(name).to_have_value("Mine")
        name.press("Control+Enter")
        assert said(street.ridge)["name"] == "Theirs", "only a choice decides"
        clash.get_by_role("button", name="Use mine").click()
        saved(mine, "name")
        assert said(street.ridge)["name"] == "Mine"
        theirs.locator("#field-name").fill("Again")
        theirs.locator("#field-name").blur()
        theirs.get_by_role("button", name="Keep theirs").click()
        expect(theirs.locator("#field-name")).to_have_value("Mine")
        assert said(street.ridge) == {"name": "Mine", "description": "<p>Mine.</p>"}
    assert watch.seen == []


def test_what_is_typed_while_the_answer_is_awaited_stays(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    held: list[Any] = []
    page.route("**/values/?*", lambda route: held.append(route) if not held else route.continue_())
    name = page.locator("#field-name")
    name.fill("First")
    name.press("Control+Enter")
    expect(page.locator("#value-name[aria-busy]")).to_be_visible()
    name.fill("First and second")
    held[0].continue_()
    expect(page.get_by_text("Name (en-GB) saved")).to_have_count(2)
    expect(name).to_have_value("First and second")
    assert said(street.ridge)["name"] == "First and second"


def test_a_missing_value_is_one_click_away(street: Any, opened: Any) -> None:
    page = opened(f"/products/{factories.uid_of('RIDGE-RED-S')}/{DE}")
    page.locator("#score").get_by_role("link", name="Description").click()
    expect(page.locator("#value-description [data-control]")).to_be_focused()


def test_brackets_lead_along_the_variants(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    for key, sku in (("]", "RIDGE-RED-S"), ("]", "RIDGE-RED-M")):
        expect(page.locator("html[data-ready]")).to_be_attached()
        page.keyboard.press(key)
        expect(page).to_have_url(f"{street.address}/products/{factories.uid_of(sku)}/{GB}")
    expect(page.locator("html[data-ready]")).to_be_attached()
    page.keyboard.press("[")
    expect(page).to_have_url(f"{street.address}/products/{factories.uid_of('RIDGE-RED-S')}/{GB}")


def test_an_override_and_where_it_is_from(street: Any, opened: Any) -> None:
    page = opened(f"/products/{street.ridge.uid}/{DE}")
    field = page.locator("#value-name")
    field.get_by_role("button", name="Override for DACH").click()
    expect(field.get_by_label("Why is it different in DACH?")).to_be_focused()
    page.keyboard.type("A law")
    page.locator("#field-name").fill("Loden")
    page.keyboard.press("Tab")
    field.get_by_role("button", name="Save for DACH").click()
    expect(field).to_contain_text("For DACH only: A law – stella")
    field.get_by_role("button", name="Where from").click()
    expect(field.locator(".place-wins")).to_contain_text("Loden")
    page.keyboard.press("Escape")
    field.get_by_role("button", name="Clear for DACH").click()
    expect(page.locator("#field-name")).to_have_value("Ridgeline coat (de)")
    expect(page.locator("#field-name")).to_be_focused()


@pytest.fixture
def branded(street: Any) -> Product:
    brand = define_attribute(code="brand", type="select", actor=factories.HOUSE, labels={"en-GB": "Brand"})
    tags = define_attribute(code="tags", type="multi_select", actor=factories.HOUSE, labels={"en-GB": "Tags"})
    for attribute in (brand, tags):
        Option.objects.bulk_create(
            Option(attribute=attribute, code=f"b{at}", labels={"en-GB": f"Brand {at:03}"}, position=at)
            for at in range(200)
        )
    assert Attribute.objects.filter(options__code="b7").count() == 2
    members = [{"code": "brand", "level": 0}, {"code": "tags", "level": 0}]
    define_family(code="branded", attributes=members, actor=factories.HOUSE)
    return create_product(sku="BRANDED", family="branded", actor=factories.HOUSE)


def test_a_long_list_by_keyboard(branded: Product, opened: Any) -> None:
    page = opened(f"/products/{branded.uid}/{GB}")
    brand = page.get_by_role("combobox", name="Brand")
    brand.focus()
    page.keyboard.type("brand 15")
    expect(page.get_by_role("option")).to_have_count(12)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(brand).to_have_attribute("aria-activedescendant", "option-brand-2")
    page.keyboard.press("Enter")
    saved(page, "brand")
    expect(brand).to_have_value("Brand 151")
    assert said(branded, "*") == {"brand": "b151"}
    brand.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(brand).to_have_value("Brand 151")
    tags = page.get_by_role("combobox", name="Tags")
    for words in ("brand 007", "brand 123"):
        tags.fill(words)
        page.get_by_role("option", name="Brand").first.click()
        expect(page.get_by_role("checkbox", name=words.title())).to_be_checked()
    page.get_by_role("checkbox", name="Brand 007").uncheck()
    expect(page.get_by_role("checkbox", name="Brand 007")).to_have_count(0)
    expect(page.get_by_text("Tags saved")).to_have_count(3)
    assert said(branded, "*") == {"brand": "b151", "tags": ["b123"]}


def test_without_scripts_a_field_has_a_button(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge, java_script_enabled=False)
    page.locator("#field-name").fill("Plain")
    page.get_by_role("button", name="Save Name").click()
    expect(page.get_by_text("Name (en-GB) saved")).to_be_visible()
    assert said(street.ridge)["name"] == "Plain"


def test_a_change_of_somebody_else_is_not_undone(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    name = page.locator("#field-name")
    name.fill("Mine")
    name.blur()
    saved(page, "name")
    set_values(street.ridge, values={"name": "Later"}, locale="en-GB", actor=factories.HOUSE)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Name was changed again since; nothing was undone")).to_be_visible()
    assert said(street.ridge)["name"] == "Later"
