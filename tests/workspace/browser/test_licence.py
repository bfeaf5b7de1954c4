"""A licence's terms in the browser: words found by typing, counted before they are saved, undone; and no barriers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dam.models import Licence
from dam.queries.rights import facts_of_licences
from dam.verdict import TermFacts
from delivery.services.publications import record_publication

from . import browsers
from .conftest import session_of


@pytest.fixture
def studio(street: Any, administrator: Any) -> Any:
    """The street, with somebody at the browser who may do everything; the hero is out in Britain."""
    street.session = session_of(administrator)
    record_publication(street.listing.uid, channel="shop", market="GB", asset_ids=[street.hero.pk])
    return street


def terms_of(licence: Licence) -> tuple[TermFacts, ...]:
    return facts_of_licences({licence.pk})[licence.pk].terms


def test_terms_by_keyboard_with_undo(studio: Any, opened: Callable[..., Page]) -> None:
    page = opened("/licences/")
    page.get_by_role("link", name="Studio 2026").click()
    page.get_by_text("Change the terms").click()
    field = page.get_by_role("combobox", name="Territories")
    field.focus()
    page.keyboard.type("germ")
    expect(page.get_by_role("option", name="Germany (DE)")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#impact")).to_contain_text("1 live listing loses pictures")
    page.keyboard.type("austria,")
    expect(page.get_by_role("button", name="Remove Austria")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.get_by_role("button", name="Remove Austria")).to_have_count(0)
    assert terms_of(studio.licence) == (TermFacts(),)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Saved as version 2")
    expect(page.locator("#licence")).to_contain_text("Allowed in Germany")
    assert terms_of(studio.licence) == (TermFacts(territories=frozenset({"DE"})),)
    page.keyboard.press("Escape")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#licence")).to_contain_text("Allowed everywhere")
    assert terms_of(studio.licence) == (TermFacts(),)


def test_what_is_wrong_is_told_and_nothing_is_lost(studio: Any, opened: Callable[..., Page]) -> None:
    page = opened("/licences/new/")
    page.get_by_label("Name").fill("Atlantic")
    page.get_by_role("combobox", name="Territories").fill("Atlantis")
    page.get_by_role("button", name="Add a term").click()
    expect(page.locator(".term")).to_have_count(2)
    page.get_by_role("button", name="Make the licence").click()
    expect(page.locator("#territories-hint-0")).to_contain_text("'Atlantis' is no territory")
    expect(page.get_by_label("Name")).to_have_value("Atlantic")
    assert Licence.objects.count() == 1
    page.get_by_role("button", name="Remove Atlantis").click()
    page.get_by_role("button", name="Remove term 2").click()
    expect(page.locator(".term")).to_have_count(1)
    page.get_by_role("button", name="Make the licence").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Atlantic")
    assert terms_of(Licence.objects.get(name="Atlantic")) == (TermFacts(),)


def test_back_takes_the_filter_away(studio: Any, opened: Callable[..., Page]) -> None:
    page = opened("/licences/")
    page.get_by_role("checkbox", name="Revoked").check()
    expect(page.locator("#results")).to_contain_text("No licence matches")
    page.go_back()
    expect(page.locator("#results")).to_contain_text("Studio 2026")
    expect(page.get_by_role("checkbox", name="Revoked")).not_to_be_checked()


def test_without_scripts_terms_can_be_saved(studio: Any, opened: Callable[..., Page]) -> None:
    page = opened(f"/licences/{studio.licence.uid}/", java_script_enabled=False)
    page.get_by_text("Change the terms").click()
    page.get_by_label("Territories").fill("Japan, GB")
    page.get_by_role("button", name="What would change?").click()
    expect(page.locator("#impact")).to_contain_text("No live listing")
    page.get_by_role("button", name="Save", exact=True).click()
    assert terms_of(studio.licence) == (TermFacts(territories=frozenset({"JP", "GB"})),)


@pytest.mark.parametrize("size", [browsers.WIDE, browsers.NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_may_edit_meets_no_barrier(chromium: Browser, studio: Any, scheme: str, size: dict[str, int]) -> None:
    asset, licence = f"/assets/{studio.hero.uid}/", f"/licences/{studio.licence.uid}/"
    found = {}
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    with browsers.signed_in(chromium, studio.address, studio.session, **options) as context:
        page = context.new_page()
        for path in (
            asset, f"{asset}new-version/", f"{asset}licences/", licence, f"{licence}revoke/", "/licences/new/",
        ):  # fmt: skip
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            found[path] = browsers.barriers(page)
    assert {path: rows for path, rows in found.items() if rows} == {}
