"""Getting products out: placed and withdrawn, listings mended one after another, a feed sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from foundation.events.sequencing import drain
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from foundation.markets.services import define_channel
from pim.models import Placement
from pim.services import set_values
from syndication.models import Listing
from syndication.services.profiles import define_profile, set_channel_key
from tests.syndication.factories import make_gtin
from tests.syndication.marketplace import KEY, running_marketplace
from tests.workspace import factories

RULES: dict[str, Any] = {
    "fields": [
        {"target": "title", "source": "attribute", "attribute": "name"},
        {"target": "gtin", "source": "identifier", "scheme": "gtin"},
    ],
    "media": [{"target": "image", "role": "hero", "preset": "large"}],
    "required": ["title"],
    "hero": "publish-without",
}


@pytest.fixture
def held(street: Any) -> Any:
    """The shop requires a GTIN, and no coat has one."""
    define_profile(channel="shop", body=RULES | {"required": ["gtin"]}, actor=factories.HOUSE)
    drain()
    assert Listing.objects.filter(state="held", scope__market__code="GB").count() == 4
    return street


@pytest.fixture
def bazaar(street: Any, tmp_path: Path, settings: Any) -> Iterator[Any]:
    settings.OUTGOING_HOSTS = ["127.0.0.1"]
    with running_marketplace(tmp_path) as marketplace:
        define_channel(
            code="bazaar", name="Bazaar", kind="marketplace", actor=factories.HOUSE, endpoint=marketplace.url
        )
        set_channel_key(channel="bazaar", token=KEY, actor=factories.HOUSE)
        define_profile(channel="bazaar", body=RULES, actor=factories.HOUSE)
        factories.place(street.ridge, ("bazaar", "GB"))
        drain()
        yield marketplace


def test_placing_by_keyboard_shows_the_listing_when_it_is_out(street: Any, opened: Any) -> None:
    define_profile(channel="bazaar", body=RULES, actor=factories.HOUSE)
    drain()
    page = opened(f"/products/{factories.uid_of('RIDGE-RED-S')}/")
    switch = page.get_by_role("switch", name="GB on Bazaar")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()
    card = page.locator("#placements")
    expect(card).to_have_attribute("aria-busy", "true")
    expect(card).to_contain_text("Being written")
    drain()
    expect(card).not_to_have_attribute("aria-busy", "true")
    row = page.locator(".place", has=switch)
    expect(row).to_contain_text("Live")
    expect(row).to_contain_text("revision 1")


def test_withdraw_and_undo(street: Any, opened: Any) -> None:
    page = opened(f"/products/{street.ridge.uid}/")
    switch = page.get_by_role("switch", name="GB on Web shop")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(page.locator("#toasts")).to_contain_text("RIDGE is withdrawn from shop in GB")
    page.keyboard.press("u")
    expect(switch).to_have_attribute("aria-checked", "true")
    assert Placement.objects.get(product=street.ridge, market__code="GB").state == "placed"


def test_listings_one_after_another_by_keyboard(held: Any, opened: Any) -> None:
    page = opened("/listings/?state=held&market=GB")
    page.get_by_role("link", name="Fix one after another").focus()
    page.keyboard.press("Enter")
    sheet = page.locator("#listing")
    expect(sheet).to_contain_text("1 of 4")
    first = page.url
    page.keyboard.press("j")
    expect(sheet).to_contain_text("2 of 4")
    page.keyboard.press("k")
    expect(sheet).to_contain_text("1 of 4")
    sku = page.locator("#listing header .mono").first.inner_text()
    page.keyboard.press("e")
    expect(page).to_have_url(
        f"{held.address}/products/{factories.uid_of(sku)}/?channel=shop&market=GB&locale=en-GB#value-gtin"
    )
    page.go_back()
    expect(page).to_have_url(first)
    set_values(factories.product(sku), values={"gtin": make_gtin()}, actor=factories.HOUSE)
    expect(sheet).to_contain_text("has just changed")
    drain()
    expect(sheet).to_contain_text("It is live.")
    expect(sheet).to_contain_text("Done with this one; 3 to go")
    page.keyboard.press("j")
    expect(sheet).to_contain_text("1 of 3")
    expect(page.locator("#listing header .mono").first).not_to_have_text(sku)


def test_back_leads_through_the_queue(held: Any, opened: Any) -> None:
    page = opened("/listings/?state=held&market=GB")
    page.locator("#results tbody a").nth(1).click()
    sheet = page.locator("#listing")
    expect(sheet).to_contain_text("2 of 4")
    page.keyboard.press("j")
    expect(sheet).to_contain_text("3 of 4")
    page.go_back()
    expect(sheet).to_contain_text("2 of 4")
    page.go_back()
    expect(page.locator("#results")).to_contain_text("4 listings")


def test_a_delivery_link_is_copied(street: Any, opened: Any) -> None:
    define_profile(channel="shop", body=RULES, actor=factories.HOUSE)
    drain()
    live = Listing.objects.get(sku="RIDGE-RED-S", scope__market__code="GB")
    page = opened(f"/listings/{live.uid}/", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the delivery link of image").click()
    expect(page.locator("#toasts")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied in live.body
    assert "/m/" in copied


def test_a_double_click_sends_one_feed(bazaar: Any, street: Any, opened: Any) -> None:
    page = opened("/channels/bazaar/")
    card = page.locator("#sending")
    expect(card).to_contain_text("4 listings not answered for")
    page.get_by_role("button", name="Send everything again").dblclick()
    expect(card).to_contain_text("4 listings to go")
    assert Job.objects.filter(kind="syndication.send_feed").count() == 1
    run_due_jobs()
    expect(card).to_contain_text("Sent and answered: 1 feed.")
    assert set(bazaar.stats()["received"].values()) == {1}
    page.get_by_role("link", name="Show the feeds").click()
    feeds = page.get_by_role("region", name="Feeds")
    expect(feeds).to_contain_text("4 rejected")
    feeds.get_by_role("link").first.click()
    expect(page.locator("main table")).to_contain_text("REQUIRED")
    page.locator("main table").get_by_role("link", name="GTIN").first.click()
    expect(page).to_have_url(re.compile(r"/products/[0-9a-f-]+/#value-gtin$"))


def test_a_feed_is_stopped(bazaar: Any, street: Any, opened: Any) -> None:
    page = opened("/channels/bazaar/")
    page.get_by_role("button", name="Send what changed").click()
    page.get_by_role("button", name="Stop sending").click()
    expect(page.locator("#sending")).to_contain_text("Stopped. What was sent until then stays sent.")
    run_due_jobs()
    assert bazaar.stats()["received"] == {}
