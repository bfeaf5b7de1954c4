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

from dam.models import IngestFile
from dam.services import open_ingest
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
}

# Pages of those who take in media.
STUDIO_PAGES: dict[str, Callable[[Any], str]] = {
    "asset_list, with its tray": lambda _: "/assets/",
    "ingest_list": lambda _: "/ingests/",
    "ingest": lambda window: f"/ingests/{window.ingest.uid}/",
}


def recorded() -> dict[str, int]:
    found: dict[str, int] = json.loads(FILE.read_text()) if FILE.exists() else {}
    return found


def count(client: Any, address: str) -> int:
    client.get(address)  # what a process or a content type caches is not the page's
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def ingest(window: Any, *names: str) -> Any:
    """One that is over, as its run would leave it: each file is an asset."""
    made = open_ingest(actor=window.studio)
    for name in names:
        IngestFile.objects.create(ingest=made, path=name, state="ingested", asset=factories.make_asset(name))
    made.stage = "cancelled"
    made.save()
    return made


def fill_up(window: Any) -> None:
    """More of everything."""
    ingest(window, "in-1.jpg", "in-2.jpg")
    for name in ("in-3.jpg", "in-4.jpg"):
        IngestFile.objects.create(
            ingest=window.ingest, path=name, state="ingested", asset=factories.make_asset(f"more-{name}")
        )
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
def counts(window: Any, steward: Any, photographer: Any, browser_of: Any) -> tuple[dict[str, int], dict[str, int]]:
    window.studio = photographer
    window.ingest = ingest(window, "in-0.jpg")
    visits = [(browser_of(steward), PAGES), (browser_of(photographer), STUDIO_PAGES)]
    window.listing = factories.make_listing(factories.product("RIDGE-RED-S"), window.world.scopes["shop/GB/en-GB"])
    first = {name: count(client, address(window)) for client, pages in visits for name, address in pages.items()}
    fill_up(window)
    return first, {name: count(client, address(window)) for client, pages in visits for name, address in pages.items()}


def test_pages_cost_what_they_did(counts: tuple[dict[str, int], dict[str, int]]) -> None:
    first, second = counts
    assert second == first, "more rows must not mean more queries"
    if os.environ.get("RECORD_QUERY_COUNTS"):
        FILE.write_text(json.dumps(first, indent=2) + "\n")
    assert first == recorded(), "if it is meant, record again with RECORD_QUERY_COUNTS=1"
