"""A listing's published revisions, by keyboard and on a telephone at night."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from foundation.events.sequencing import drain
from pim.services import set_values, withdraw_product
from syndication.models import Listing
from syndication.services.profiles import define_profile
from tests.workspace import factories

from . import browsers

RULES: dict[str, Any] = {
    "fields": [
        {"target": "title", "source": "attribute", "attribute": "name"},
        {"target": "description", "source": "attribute", "attribute": "description"},
    ],
    "media": [{"target": "image", "role": "hero", "preset": "large"}],
    "hero": "publish-without",
}


@pytest.fixture
def published(street: Any) -> Any:
    """Three documents of RIDGE-RED-S in DACH and a withdrawal."""
    define_profile(channel="shop", body=RULES, actor=factories.HOUSE)
    drain()
    for name in ("Mantel", "Donaudampfschifffahrtsgesellschaftskapitänsmantel mit Kapuze"):
        set_values(street.ridge, values={"name": name}, locale="de-DE", actor=factories.HOUSE)
        drain()
    withdraw_product(street.ridge, channel="shop", market="DACH", actor=factories.HOUSE, reason="sold out")
    drain()
    street.past = Listing.objects.get(sku="RIDGE-RED-S", scope__market__code="DACH", scope__locale="de-DE")
    return street


def test_from_the_listing_to_two_revisions(published: Any, opened: Any) -> None:
    page = opened(f"/listings/{published.past.uid}/")
    page.get_by_role("link", name="Published revisions").click()
    rows = page.locator(".history-row")
    expect(rows).to_have_count(4)
    expect(rows.nth(0)).to_contain_text("Withdrawn")
    expect(rows.nth(1)).to_contain_text("mantel mit Kapuze")
    expect(rows.nth(0).get_by_role("link")).to_have_count(0)
    rows.nth(3).get_by_role("radio", name="from").check()
    rows.nth(1).get_by_role("radio", name="to").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two revisions")
    expect(page.locator(".table-compare tbody tr")).to_have_count(1)
    expect(page.locator(".table-compare tbody tr")).to_contain_text("title")
    address = page.url
    page.goto("/listings/")
    page.goto(address)
    expect(page.locator(".table-compare tbody tr")).to_have_count(1)


@pytest.mark.parametrize("size", [browsers.WIDE, browsers.NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier(chromium: Browser, published: Any, scheme: str, size: dict[str, int]) -> None:
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    with browsers.signed_in(chromium, published.address, published.session, **options) as context:
        page = context.new_page()
        first = published.past.revisions.earliest("revision").revision
        for end in ("history/", "compare/", f"compare/?to={first}"):
            assert page.goto(f"/listings/{published.past.uid}/{end}").status == 200, end
            assert browsers.barriers(page) == [], end
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider == 0, end
