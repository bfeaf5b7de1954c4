"""Texts with markup in a browser: as they look, as source, by keyboard, pasted, refused, overtaken, and undone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from pim.models import Product, ProductValues
from pim.services import set_values
from tests.workspace import factories

GB = "?channel=shop&market=GB&locale=en-GB"
TEXT = "#field-description-text"
PASTE = """(element, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "plain");
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def said(product: Product) -> str:
    row = ProductValues.objects.filter(product=product, cell__market=None, cell__locale="en-GB").first()
    return str(row.vals.get("description", "")) if row else ""


def say(product: Product, html: str) -> None:
    set_values(product, values={"description": html}, locale="en-GB", actor=factories.HOUSE)


def saved(page: Page, times: int = 1) -> None:
    expect(page.get_by_text("Description (en-GB) saved")).to_have_count(times)


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("toolbar", name="Format Description").get_by_role("button", name=name, exact=True)


def to_the_end(page: Page) -> None:
    """The browser moves the cursor and tells of it a moment later."""
    page.keyboard.press("Control+End")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.fixture
def ridge(street: Any) -> str:
    return f"/products/{street.ridge.uid}/{GB}"


def test_bold_is_typed_and_stored(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    text = page.get_by_role("textbox", name="Description")
    text.click()
    to_the_end(page)
    page.keyboard.type(" Woven in ")
    page.keyboard.press("Control+b")
    expect(tool(page, "Bold")).to_have_attribute("aria-pressed", "true")
    page.keyboard.type("Leeds & York")
    page.keyboard.press("Control+b")
    page.keyboard.type(".")
    expect(page.locator("#value-description [data-control]")).to_have_id("field-description-text")
    page.locator("#field-name").focus()
    saved(page)
    assert said(street.ridge) == "<p>Warm. Woven in <strong>Leeds &amp; York</strong>.</p>"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(text).to_have_text("Warm.")
    assert said(street.ridge) == "<p>Warm.</p>"


def test_by_keyboard_alone(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    text = page.locator(TEXT)
    text.focus()
    press = page.keyboard.press
    press("Control+a")
    page.keyboard.type("Care")
    press("Control+Alt+2")
    to_the_end(page)
    press("Enter")
    press("Control+Shift+8")
    page.keyboard.type("Wash at 30")
    press("Enter")
    press("Control+]")
    page.keyboard.type("inside out")
    press("Enter")
    press("Enter")
    page.keyboard.type("See ")
    press("Control+Shift+k")
    page.keyboard.type("care.example/wool")
    press("Enter")
    expect(text).to_be_focused()
    press("Enter")
    press("Enter")
    page.keyboard.type("Made by ")
    press("Shift+Tab")
    expect(tool(page, "Bold")).to_be_focused()
    press("ArrowRight")
    press("Enter")  # italic, and back in the text
    page.keyboard.type("hand")
    press("Shift+Enter")
    page.keyboard.type("in York")
    press("Control+Enter")
    saved(page)
    whole = (
        "<h2>Care</h2><ul><li>Wash at 30<ul><li>inside out</li></ul></li>"
        '<li>See <a href="https://care.example/wool">https://care.example/wool</a></li></ul>'
        "<p>Made by <em>hand<br>in York</em></p>"
    )
    assert said(street.ridge) == whole
    expect(text).to_be_focused()
    page.keyboard.type("!")  # the cursor is where it was, and so is what can be taken back
    press("Control+Enter")
    saved(page, 2)
    assert said(street.ridge) == whole.replace("York</em>", "York!</em>")
    for _ in range(40):
        press("Control+z")
    expect(text).to_have_text("Warm.")
    press("Tab")
    saved(page, 3)
    assert said(street.ridge) == "<p>Warm.</p>"


def test_what_is_pasted_is_cleaned(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    text = page.locator(TEXT)
    text.click()
    page.keyboard.press("Control+a")
    pasted = (
        "<h1>Coat</h1><script>document.title = 'run'</script><style>p { color: red }</style>"
        "<div onclick=\"document.title = 'run'\">"
        '<b style="font-weight: normal">warm <span style="font-weight: 700">wool</span></b>'
        '<img src="x" onerror="document.title = \'run\'"> <a href="javascript:alert(1)">here</a>'
        ' <a href="https://a.example/?a=1&amp;b=2" target="_blank">there</a></div>'
        "<table><tr><td>1</td></tr></table><iframe srcdoc='x'></iframe>"
    )
    text.evaluate(PASTE, pasted)
    page.keyboard.press("Control+Enter")
    saved(page)
    assert said(street.ridge) == (
        '<h2>Coat</h2><p>warm <strong>wool</strong> here <a href="https://a.example/?a=1&amp;b=2">there</a></p><p>1</p>'
    )
    assert page.title() != "run"


def test_everything_the_server_takes_survives(street: Any, ridge: str, opened: Any) -> None:
    kept = (
        "<h3>A</h3><h4>B</h4><p><u>c</u> H<sub>2</sub>O m<sup>2</sup> "
        '<a href="mailto:a@b.example"><strong><em>d</em></strong></a> 1 &lt; 2</p><ol><li>e</li></ol>'
    )
    say(street.ridge, f"{kept}\n<p><span><b>f</b></span> <i>g</i></p><p></p>")
    page = opened(ridge)
    text = page.locator(TEXT)
    text.click()
    to_the_end(page)
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.type("h")
    page.keyboard.press("Control+Enter")
    saved(page)
    assert said(street.ridge) == f"{kept}<p><strong>f</strong> <em>h</em></p>"


def test_what_nobody_changes_stays_as_it_was_spelt(street: Any, ridge: str, opened: Any) -> None:
    spelt = "Loose <b>words</b>\n<p>A</p>"
    say(street.ridge, spelt)
    page = opened(ridge)
    page.locator(TEXT).click()
    page.keyboard.type("x")
    expect(page.locator("#field-description")).not_to_have_value(spelt)
    page.keyboard.press("Backspace")
    expect(page.locator("#field-description")).to_have_value(spelt)
    tool(page, "Source").click()
    tool(page, "Source").click()
    page.locator("#field-name").focus()
    page.wait_for_timeout(300)
    assert said(street.ridge) == spelt
    page.locator(TEXT).click()
    page.keyboard.type("x")
    page.keyboard.press("Escape")
    expect(page.locator("#field-description")).to_have_value(spelt)
    expect(page.locator(TEXT)).to_have_text("Loose wordsA")


def test_as_source(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    tool(page, "Source").press("Enter")
    source = page.get_by_role("textbox", name="Description")
    expect(source).to_be_focused()
    expect(page.locator("#value-description")).to_contain_text("HTML with p, h2")
    source.fill("<p>Warm <b>wool")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#value-description .refused")).to_have_text("<b> is not closed")
    expect(source).to_have_value("<p>Warm <b>wool")
    expect(source).to_have_attribute("aria-invalid", "true")
    tool(page, "Source").click()
    expect(page.locator(TEXT)).to_have_text("Warm wool")
    to_the_end(page)
    page.keyboard.type("!")
    page.keyboard.press("Control+Enter")
    saved(page)
    assert said(street.ridge) == "<p>Warm <strong>wool!</strong></p>"


def test_who_was_overtaken_chooses(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    text = page.locator(TEXT)
    text.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Very ")
    say(street.ridge, "<p>Theirs.</p>")
    page.keyboard.press("Control+Enter")
    clash = page.locator("#value-description .clash")
    expect(clash).to_contain_text("changed it to “Theirs.”")
    expect(text).to_have_text("Very Warm.")
    clash.get_by_role("button", name="Keep theirs").click()
    expect(text).to_have_text("Theirs.")
    assert said(street.ridge) == "<p>Theirs.</p>"


def test_what_is_typed_while_the_answer_is_awaited_stays(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge)
    held: list[Any] = []
    page.route("**/values/?*", lambda route: held.append(route) if not held else route.continue_())
    text = page.locator(TEXT)
    text.click()
    to_the_end(page)
    page.keyboard.type(" One")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#value-description[aria-busy]")).to_be_visible()
    page.keyboard.type(", two")
    page.keyboard.press("Control+Enter")
    held[0].continue_()
    saved(page, 2)
    page.keyboard.type(", three")
    page.keyboard.press("Control+Enter")
    saved(page, 3)
    assert said(street.ridge) == "<p>Warm. One, two, three</p>"


def test_a_link_is_changed_and_ended(street: Any, ridge: str, opened: Any) -> None:
    say(street.ridge, '<p>See <a href="https://a.example">the <em>shop</em></a></p>')
    page = opened(ridge)
    page.locator(f"{TEXT} em").click()
    expect(tool(page, "Link")).to_have_attribute("aria-pressed", "true")
    tool(page, "Link").click()
    where = page.get_by_label("Where the link leads")
    expect(where).to_have_value("https://a.example")
    where.fill("javascript:alert(1)")
    where.press("Enter")
    expect(where).to_be_focused()  # a browser says why
    where.fill("shop@a.example")
    page.get_by_role("button", name="Link", exact=True).last.click()
    page.keyboard.press("Control+Enter")
    saved(page)
    assert said(street.ridge) == '<p>See <a href="mailto:shop@a.example">the <em>shop</em></a></p>'
    tool(page, "Link").click()
    page.get_by_role("button", name="Unlink").click()
    page.keyboard.press("Control+Enter")
    saved(page, 2)
    assert said(street.ridge) == "<p>See the <em>shop</em></p>"


def test_without_scripts_one_writes_the_source(street: Any, ridge: str, opened: Any) -> None:
    page = opened(ridge, java_script_enabled=False)
    expect(page.get_by_role("toolbar", name="Format Description")).to_be_hidden()
    page.locator("#field-description").fill("<p>Plain <b>x</b></p>")
    page.get_by_role("button", name="Save Description").click()
    saved(page)
    assert said(street.ridge) == "<p>Plain <b>x</b></p>"


def test_of_many_products_at_once(street: Any, opened: Any, steward: Any) -> None:
    change = factories.make_bulk_change(steward)
    page = opened(f"/bulk/{change.uid}/?edit=1&attribute=description")
    page.get_by_role("radio", name="Set it").check()
    page.get_by_text("Description", exact=True).last.click()
    expect(page.locator("#bulk-value-text")).to_be_focused()
    page.keyboard.press("Control+b")
    page.keyboard.type("New")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("3 of 3 would change")).to_be_visible()
    change.refresh_from_db()
    assert change.parameters["value"] == "<p><strong>New</strong></p>"
