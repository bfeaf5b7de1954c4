"""The pages in Chromium: nothing inline, nothing thrown, no barrier, and the paths that people walk each day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from associations.choices import BindingStatus
from associations.models import Binding

from . import browsers, factories

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module", autouse=True)
def _orm_beside_playwright() -> Iterator[None]:
    """Playwright keeps a loop running in this thread, beside which the ORM refuses to work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="module")
def chromium(_orm_beside_playwright: None) -> Iterator[Browser]:
    browsers.needs_chromium()
    with browsers.chromium() as browser:
        yield browser


@pytest.fixture
def street(transactional_db: None, live_server: Any, world: Any, steward: Any) -> Any:
    """The window behind a live server, and a steward's session."""
    from foundation.accounts.models import User

    window = factories.make_window(world)
    window.listing = factories.make_listing(factories.product("RIDGE-RED-S"), world.scopes["shop/GB/en-GB"])
    client = Client()
    client.force_login(User.objects.get(pk=steward.user_id))
    window.session = next(iter(client.cookies.values())).value
    window.address = live_server.url
    return window


@pytest.fixture
def opened(chromium: Browser, street: Any) -> Iterator[Callable[..., Page]]:
    """Opens pages; at the end nothing may have been thrown or blocked."""
    watch = browsers.Watch()
    contexts = []

    def open_page(path: str, **options: Any) -> Page:
        manager = browsers.signed_in(chromium, street.address, street.session, watch, **options)
        context = manager.__enter__()
        contexts.append(manager)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for manager in contexts:
        manager.__exit__(None, None, None)
    assert watch.seen == []


def addresses(street: Any) -> dict[str, str]:
    return {
        "home": "/",
        "products": "/products/",
        "product": f"/products/{street.ridge.uid}/",
        "assets": "/assets/",
        "asset": f"/assets/{street.hero.uid}/",
        "proposals": "/proposals/",
        "work": "/work/",
        "listings": "/listings/",
        "listing": f"/listings/{street.listing.uid}/",
        "imports": "/imports/",
        "parts": "/parts/",
    }


@pytest.mark.parametrize("size", [browsers.WIDE, browsers.NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(chromium: Browser, street: Any, scheme: str, size: dict[str, int]) -> None:
    """Axe cannot be injected under the policy, so it looks from a context that passes it by."""
    found = {}
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    with browsers.signed_in(chromium, street.address, street.session, **options) as context:
        page = context.new_page()
        for name, path in addresses(street).items():
            page.goto(path)
            violations = Axe().run(page).response["violations"]
            found[name] = [
                f"{one['id']}: {node['target']}"
                for one in violations
                if one["impact"] in SERIOUS
                for node in one["nodes"]
            ]
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if overflow > 0:
                found[name].append(f"wider than the window by {overflow} px")
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_the_sign_in_page_has_no_barrier(chromium: Browser, street: Any) -> None:
    for scheme in ("light", "dark"):
        context = chromium.new_context(base_url=street.address, bypass_csp=True, color_scheme=scheme)
        page = context.new_page()
        page.goto("/login/")
        assert [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] in SERIOUS] == []
        context.close()


def test_no_page_breaks_the_policy(street: Any, opened: Any) -> None:
    page = opened("/")
    for path in addresses(street).values():
        page.goto(path)
        expect(page.locator("html[data-ready]")).to_be_attached()


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
    expect(page).to_have_url(f"{street.address}/products/?q=&family=cups")
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


def test_what_is_inline_is_seen(chromium: Browser, street: Any) -> None:
    watch = browsers.Watch()
    with browsers.signed_in(chromium, street.address, street.session, watch) as context:
        page = context.new_page()
        page.goto("/parts/")
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
        page.evaluate("setTimeout(() => { throw new Error('oh') })")
        page.wait_for_timeout(300)
    assert any("CSP: style-src-attr" in line for line in watch.seen)
    assert any(line.endswith("oh") for line in watch.seen)
