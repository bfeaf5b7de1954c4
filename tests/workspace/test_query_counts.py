"""How many queries each page costs, as data. `RECORD_QUERY_COUNTS=1` writes the file anew; read the difference.

The window is filled a second time before the second visit: a page whose count grows with its rows fails.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.events.sequencing import drain

from . import factories

FILE = Path(__file__).with_name("query_counts.json")
PAGES: dict[str, Callable[[Any], str]] = {
    "home": lambda _: "/",
    "product_list": lambda _: "/products/",
    "product_list, filtered": lambda _: "/products/?family=coats&complete=incomplete&q=ridge",
    "product, a model": lambda window: f"/products/{window.ridge.uid}/",
    "product, a variant": lambda _: f"/products/{factories.uid_of('RIDGE-RED-S')}/",
    "asset_list": lambda _: "/assets/",
    "asset": lambda window: f"/assets/{window.hero.uid}/",
    "proposals": lambda _: "/proposals/",
    "work_items": lambda _: "/work/",
    "listing_list": lambda _: "/listings/",
    "listing": lambda window: f"/listings/{window.listing.uid}/",
    "import_list": lambda _: "/imports/",
    "bulk_change_list": lambda _: "/bulk/",
    "bulk_change": lambda window: f"/bulk/{window.bulk_change.uid}/",
    "bulk_change, its form": lambda window: f"/bulk/{window.bulk_change.uid}/?edit=1",
}


def recorded() -> dict[str, int]:
    found: dict[str, int] = json.loads(FILE.read_text()) if FILE.exists() else {}
    return found


def count(client: Any, address: str) -> int:
    client.get(address)  # what a process or a content type caches is not the page's
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def fill_up(window: Any) -> None:
    """More of everything."""
    for number in range(3):
        coat = factories.make_coat(f"MORE{number}", f"More {number}")
        factories.place(coat, ("shop", "DACH"), ("shop", "GB"))
        factories.bind_asset(
            product=coat, asset=factories.make_asset(f"more-{number}.jpg"), role="hero", actor=factories.HOUSE
        )
        for product in (coat, window.ridge):
            asset = factories.make_asset(f"{product.sku}-{number}.jpg")
            factories.propose(product, asset)
            factories.bind_asset(
                product=window.ridge,
                asset=factories.make_asset(f"{asset.title}.png"),
                role="detail",
                actor=factories.HOUSE,
            )
        factories.make_listing(coat, window.world.scopes["shop/GB/en-GB"])
    drain()


@pytest.fixture
def counts(window: Any, steward: Any, browser_of: Any) -> tuple[dict[str, int], dict[str, int]]:
    client = browser_of(steward)
    window.listing = factories.make_listing(factories.product("RIDGE-RED-S"), window.world.scopes["shop/GB/en-GB"])
    window.bulk_change = factories.make_bulk_change(steward)
    first = {name: count(client, address(window)) for name, address in PAGES.items()}
    fill_up(window)
    window.bulk_change = factories.make_bulk_change(steward)
    return first, {name: count(client, address(window)) for name, address in PAGES.items()}


def test_pages_cost_what_they_did(counts: tuple[dict[str, int], dict[str, int]]) -> None:
    first, second = counts
    assert second == first, "more rows must not mean more queries"
    if os.environ.get("RECORD_QUERY_COUNTS"):
        FILE.write_text(json.dumps(first, indent=2) + "\n")
    assert first == recorded(), "if it is meant, record again with RECORD_QUERY_COUNTS=1"
