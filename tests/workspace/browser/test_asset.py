"""An asset's page as the studio walks it: by keyboard, back, with undo, beside others, and up to a right that ends."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dam.choices import AssetState, VersionState
from dam.models import Asset, AssetVersion, Licence, Preset
from dam.services import edit_asset
from dam.services.presets import ensure_default_presets
from delivery.models import Publication
from foundation.events.sequencing import drain
from syndication.models import Listing
from tests.syndication import factories as goods
from tests.workspace import factories

from . import browsers
from .conftest import session_of


@pytest.fixture
def studio(street: Any, administrator: Any) -> Any:
    """The street, with somebody at the browser who may do everything, and two drafts."""
    street.session = session_of(administrator)
    street.drafts = [draft("first.jpg"), draft("last.jpg")]
    drain()
    return street


def draft(title: str) -> Asset:
    asset = factories.make_asset(title)
    AssetVersion.objects.filter(asset=asset).update(state=VersionState.DRAFT, approved_at=None)
    Asset.objects.filter(pk=asset.pk).update(state=AssetState.DRAFT)
    return Asset.objects.get(pk=asset.pk)


def tab_to(page: Page, selector: str) -> None:
    """By the tab key alone."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the tab key does not lead to {selector}")


def test_culling_by_keyboard_alone(studio: Any, opened: Callable[..., Page]) -> None:
    first, last = studio.drafts
    page = opened("/assets/?state=draft")
    tab_to(page, "a.tile-name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("last.jpg")
    tab_to(page, "#in-title")
    page.keyboard.press("Control+A")
    page.keyboard.type("Coat, front")
    page.keyboard.press("Escape")
    expect(page.locator("#toasts")).to_contain_text("Title saved")
    expect(page.locator("#asset-name")).to_have_text("Coat, front")
    page.keyboard.press("p")
    expect(page.locator("#toasts")).to_contain_text("Version 1 approved")
    expect(page.locator('[data-key="p"]')).to_have_count(0)
    page.keyboard.press("j")
    expect(page.locator("#asset-name")).to_have_text("first.jpg")
    expect(page).to_have_url(f"{studio.address}/assets/{first.uid}/?state=draft")
    expect(page).to_have_title("first.jpg · Tandem")
    page.keyboard.press("p")
    expect(page.locator('[data-key="p"]')).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator('[data-key="p"]')).to_have_count(1)
    states = dict(Asset.objects.filter(pk__in=[first.pk, last.pk]).values_list("title", "state"))
    assert states == {"Coat, front": AssetState.APPROVED, "first.jpg": AssetState.DRAFT}


def test_back_leads_the_way_one_came(studio: Any, opened: Callable[..., Page]) -> None:
    page = opened("/assets/")
    page.get_by_role("checkbox", name="Draft").check()
    expect(page.locator("#results")).to_contain_text("2 assets")
    page.get_by_role("link", name="last.jpg").click()
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#asset-name")).to_have_text("first.jpg")
    page.go_back()
    expect(page.locator("#asset-name")).to_have_text("last.jpg")
    assert page.locator("html head").count() == 1, "not a fragment out of a cache"
    page.go_back()
    expect(page.locator("#results")).to_contain_text("2 assets")
    expect(page.get_by_role("checkbox", name="Draft")).to_be_checked()


def test_an_edit_is_undone_in_its_place(studio: Any, opened: Callable[..., Page]) -> None:
    page = opened(f"/assets/{studio.hero.uid}/")
    page.fill("#in-caption", "Warm and dry")
    page.keyboard.press("Tab")
    expect(page.locator("#toasts")).to_contain_text("Caption saved")
    page.fill("#in-credit", "Nord")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Credit saved")
    expect(page.locator("#in-credit")).to_be_focused()
    page.locator("#toasts .toast").first.get_by_role("button", name="Undo").click()
    expect(page.locator("#in-caption")).to_have_value("")
    expect(page.locator("#in-credit")).to_have_value("Nord")
    assert Asset.objects.get(pk=studio.hero.pk).metadata == {"credit": "Nord"}


def test_fields_left_quickly_do_not_meet_each_other(studio: Any, opened: Callable[..., Page]) -> None:
    page = opened(f"/assets/{studio.hero.uid}/")
    for name in ("caption", "creator", "credit", "copyright"):
        page.fill(f"#in-{name}", name)
    page.keyboard.press("Tab")
    expect(page.locator("#toasts")).to_contain_text("Copyright saved")
    assert page.locator(".field-error").count() == 0
    said = Asset.objects.get(pk=studio.hero.pk).metadata
    assert said == {name: name for name in ("caption", "creator", "credit", "copyright")}


def test_who_was_faster_is_told_and_typing_is_kept(studio: Any, photographer: Any, opened: Callable[..., Page]) -> None:
    page = opened(f"/assets/{studio.hero.uid}/")
    expect(page.locator("html[data-ready]")).to_be_attached()
    edit_asset(studio.hero, changes={"caption": "Phil's"}, actor=photographer)
    page.fill("#in-caption", "Mine")
    page.keyboard.press("Tab")
    field = page.locator("#field-caption")
    expect(field).to_contain_text("phil changed Caption")
    expect(field).to_contain_text("Here stands now: “Phil's”")
    expect(page.locator("#in-caption")).to_have_value("Mine")
    assert Asset.objects.get(pk=studio.hero.pk).metadata == {"caption": "Phil's"}
    field.get_by_role("button", name="Save mine").click()
    expect(page.locator("#toasts")).to_contain_text("Caption saved")
    expect(field.get_by_role("button")).to_have_count(0)
    assert Asset.objects.get(pk=studio.hero.pk).metadata == {"caption": "Mine"}


def test_looking_closely_by_keys_and_buttons(studio: Any, opened: Callable[..., Page]) -> None:
    factories.make_preview(studio.hero.current_version)
    page = opened(f"/assets/{studio.hero.uid}/")
    stage, level = page.locator("zoom-stage"), page.locator(".zoom-level")
    expect(page.locator("zoom-stage:defined")).to_be_attached()
    stage.focus()
    page.keyboard.press("1")
    expect(level).to_contain_text("100 %")
    expect(stage).to_have_class("stage zoomed")
    before = stage.locator("img").get_attribute("style") or ""
    page.keyboard.press("ArrowRight")
    assert (stage.locator("img").get_attribute("style") or "") != before
    page.keyboard.press("-")
    expect(level).to_contain_text("80 %")
    page.keyboard.press("0")
    expect(level).to_contain_text("Fit")
    page.get_by_role("button", name="Zoom in").click()
    expect(stage).to_have_class("stage zoomed")
    assert Preset.objects.filter(code="full").exists(), "more pixels were asked for"


def test_two_versions_one_over_the_other(studio: Any, opened: Callable[..., Page]) -> None:
    asset = studio.hero
    for version in (asset.current_version, factories.make_version(asset)):
        factories.make_preview(version)
    page = opened(f"/assets/{asset.uid}/compare/?left=1&right=2")
    page.get_by_role("link", name="Slider").click()
    slider = page.get_by_role("slider", name="How much is seen of version 1")
    first, second = page.locator("compare-slider img").all()

    def seen() -> tuple[str, str]:
        return tuple(one.evaluate("picture => getComputedStyle(picture).clipPath") for one in (first, second))

    expect(slider).to_have_attribute("aria-valuetext", "50 %")
    assert seen() == ("inset(0px 50% 0px 0px)", "inset(0px 0px 0px 50%)")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    page.keyboard.press("ArrowRight")
    assert seen() == ("inset(0px 74% 0px 0px)", "inset(0px 0px 0px 26%)")
    page.keyboard.press("Home")
    assert seen() == ("inset(0px 100% 0px 0px)", "inset(0px 0px 0px 0%)")
    page.get_by_label("Left").select_option("2")
    page.get_by_label("Right").select_option("1")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("slider", name="How much is seen of version 2")).to_be_visible()
    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".pair section")).to_have_count(2)
    page.go_back()
    expect(page.locator("compare-slider")).to_be_visible()
    page.goto(f"/assets/{asset.uid}/compare/?left=1&right=1&view=slider")
    expect(page.locator(".pair section")).to_have_count(2)
    expect(page.get_by_role("link", name="Slider")).to_have_count(0)


def test_binding_in_the_dialog_and_its_undo(studio: Any, opened: Callable[..., Page]) -> None:
    page = opened(f"/assets/{studio.detail.uid}/")
    page.get_by_role("link", name="Bind to a product").click()
    search = page.get_by_role("searchbox", name="Search by SKU, GTIN or name")
    expect(search).to_be_focused()
    page.keyboard.type("cup")
    page.get_by_role("button", name="Bind to CUP as gallery").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#uses")).to_contain_text("CUP")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#uses")).not_to_contain_text("CUP")


@pytest.fixture
def shop(transactional_db: None, live_server: Any, world: Any, administrator: Any) -> SimpleNamespace:
    """A coat that is live with a picture which one licence allows, made by the projection."""
    ensure_default_presets()
    goods.make_model()
    goods.make_profiles()
    coat = goods.make_coat("COAT", "red-s")
    goods.place(coat, "shop/GB")
    picture = goods.make_picture(coat)
    goods.settle()
    return SimpleNamespace(
        address=live_server.url, session=session_of(administrator), picture=picture, licence=Licence.objects.get()
    )


def test_a_right_ends_and_the_listing_goes_on_without_the_picture(chromium: Browser, shop: Any) -> None:
    listing = goods.listing("COAT-red-s")
    shown = [one["asset"] for one in goods.document("COAT-red-s")["media"]]
    assert (listing.state, shown) == ("live", [str(shop.picture.uid)])
    watch = browsers.Watch()
    with browsers.signed_in(chromium, shop.address, shop.session, watch) as context:
        page = context.new_page()
        page.goto(f"/assets/{shop.picture.uid}/")
        page.get_by_role("link", name=f"Withdraw {shop.licence.name} now").click()
        dialog = page.locator("dialog[open]")
        expect(dialog).to_contain_text("1 live listing loses pictures. Links to 1 picture stop at once")
        expect(dialog).to_contain_text("Web shop · GB: 1 listing, 1 picture")
        expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
        assert Licence.objects.get().revoked_at is None
        dialog.get_by_role("button", name="Withdraw now").click()
        expect(page.locator("#toasts")).to_contain_text("Links to 1 picture refuse from now on")
        expect(page.locator("#rights")).to_contain_text("Revoked")
        page.goto(f"/licences/{shop.licence.uid}/")
        expect(page.locator("#aftermath")).to_contain_text("1 live listing is being rewritten without it")
        drain()
        expect(page.locator("#aftermath")).to_contain_text("No live listing shows what it allowed")
    assert watch.seen == []
    assert Listing.objects.get(pk=listing.pk).state == "live"
    assert goods.document("COAT-red-s")["media"] == []
    assert not Publication.objects.exists()
