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
from dam.services import assign_licence, change_terms, open_ingest
from dam.verdict import TermFacts
from delivery.services.publications import record_publication
from foundation.accounts.middleware import SeenMiddleware
from foundation.events.sequencing import drain
from foundation.workflow.services import comment_on_work_item, hand_over_work_item, watch_work_item
from syndication.models import Listing
from tests.cast import make_actor

from . import factories

FRAGMENTS = ("product, where from", "product, options")
GB = "?channel=shop&market=GB&locale=en-GB"
FILE = Path(__file__).with_name("query_counts.json")
PAGES: dict[str, Callable[[Any], str]] = {
    "home": lambda _: "/",
    "product_list": lambda _: "/products/",
    "product_list, filtered": lambda _: "/products/?family=coats&complete=incomplete&q=ridge",
    "product_list, down a tree": lambda _: "/products/?category=products/wear&category=products/coats",
    "product, a model": lambda window: f"/products/{window.ridge.uid}/",
    "product, a variant": lambda _: f"/products/{factories.uid_of('RIDGE-RED-S')}/",
    "product, where from": lambda window: f"/products/{window.ridge.uid}/values/origin/{GB}&attribute=name",
    "product, options": lambda window: f"/products/{window.ridge.uid}/options/{GB}&attribute=material&q=wool",
    "product_relations_picker": lambda window: f"/products/{window.ridge.uid}/relations/picker/?q=hood",
    "product_history": lambda window: f"/products/{window.ridge.uid}/history/",
    "product_compare": lambda window: f"/products/{window.ridge.uid}/compare/",
    "product_variants": lambda window: f"/products/{window.ridge.uid}/variants/",
    "product_detach": lambda _: f"/products/{factories.uid_of('RIDGE-RED-S')}/detach/?family=cups",
    "product_attach": lambda _: f"/products/{factories.uid_of('CUP')}/attach/?product=RIDGE",
    "override_list": lambda _: "/overrides/",
    "asset_list": lambda _: "/assets/",
    "asset": lambda window: f"/assets/{window.hero.uid}/",
    "asset_picker": lambda window: f"/assets/picker/?for={window.ridge.uid}",
    "product_picker": lambda _: "/products/picker/?q=ridge",
    "binding": lambda window: f"/bindings/{window.bound.uid}/",
    "delivery_links": lambda window: f"/products/{window.ridge.uid}/links/",
    "asset, filtered": lambda window: f"/assets/{window.hero.uid}/?state=approved&q=ridge",
    "asset_compare": lambda window: f"/assets/{window.hero.uid}/compare/",
    "asset_products": lambda window: f"/assets/{window.hero.uid}/products/",
    "asset_listings": lambda window: f"/assets/{window.hero.uid}/listings/",
    "asset_bind_choices": lambda window: f"/assets/{window.hero.uid}/bind/?words=coat",
    "licence_list": lambda _: "/licences/",
    "licence": lambda window: f"/licences/{window.licence.uid}/",
    "proposals": lambda _: "/proposals/",
    "completeness": lambda _: "/completeness/",
    "completeness, down to the products": lambda _: "/completeness/?cell=coats/shop/DACH&attribute=description",
    "unbound_assets": lambda window: f"/proposals/unbound/?asset={window.free.uid}",
    "missing_heroes": lambda _: "/proposals/heroes/?channel=shop&market=US",
    "work_items": lambda _: "/work/?tab=all",
    "work_item": lambda _: f"/work/{factories.work_item().uid}/",
    "work_item, handed over": lambda _: f"/work/{factories.work_item().uid}/ask/?verb=workflow.hand_over",
    "listing_list": lambda _: "/listings/",
    "listing": lambda window: f"/listings/{window.listing.uid}/",
    "listing_history": lambda window: f"/listings/{window.past.uid}/history/",
    "listing_compare": lambda window: f"/listings/{window.past.uid}/compare/",
    "listing, one of a filter": lambda window: factories.queue_address(window.listing),
    "listing_list, filtered": lambda _: "/listings/?state=held&reason=missing:description&q=ridge",
    "channel_list": lambda _: "/channels/",
    "channel": lambda _: "/channels/shop/",
    "channel_assortment": lambda _: "/channels/shop/assortment/",
    "feed": lambda window: f"/feeds/{window.feed.uid}/",
    "import_list": lambda _: "/imports/",
    "search": lambda _: "/search/?q=mac",
    "job_list": lambda _: "/jobs/",
    "job_tray": lambda _: "/jobs/tray/",
    "saved_view_list": lambda _: "/views/",
    "saved_view_counts": lambda _: "/views/counts/?page=product_list",
    "settings": lambda _: "/settings/",
    "attribute_list": lambda _: "/settings/attributes/?q=name",
    "attribute": lambda _: "/settings/attributes/weight/",
    "option_list": lambda _: "/settings/attributes/colour/options/",
    "option": lambda _: "/settings/option/colour/red/",
    "attribute_group_list": lambda _: "/settings/attribute-groups/",
    "relation_type_list": lambda _: "/settings/relation-types/",
    "relation_type": lambda _: "/settings/relation-types/pack/",
    "family_list": lambda _: "/settings/families/",
    "family": lambda _: "/settings/families/coats/",
    "record_type_list": lambda _: "/settings/record-types/",
    "record_type": lambda _: "/settings/record-types/brands/?q=harrow",
    "record": lambda _: "/settings/record/brands/harrow/",
    "tree_list": lambda _: "/settings/taxonomy/",
    "tree": lambda _: "/settings/taxonomy/products/?category=coats",
    "tree, a search": lambda _: "/settings/taxonomy/products/?q=coat",
    "vocabulary": lambda _: f"/settings/vocabularies/{factories.vocabulary().code}/?term=crimson",
    "vocabulary_list": lambda _: "/settings/vocabularies/",
    "schema": lambda _: f"/settings/schemas/{factories.schema()}/?tree=products&category=coats",
    "schema_list": lambda _: "/settings/schemas/",
    "change_request": lambda _: f"/settings/requests/{factories.change_request().uid}/",
    "change_request_list": lambda _: "/settings/requests/",
    "market_list": lambda _: "/settings/markets/",
    "market": lambda _: "/settings/markets/DACH/",
    "locale_list": lambda _: "/settings/languages/",
    "channel_settings": lambda _: "/settings/channels/",
    "preset_list": lambda _: "/settings/presets/",
    "queue_list": lambda _: "/settings/queues/",
    "bulk_change_list": lambda _: "/bulk/",
    "bulk_change": lambda window: f"/bulk/{window.bulk_change.uid}/",
    "bulk_change, its form": lambda window: f"/bulk/{window.bulk_change.uid}/?edit=1",
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


def count(client: Any, name: str, address: str) -> int:
    headers = {"HX-Request": "true"} if name in FRAGMENTS else {}
    client.get(address, headers=headers)  # what a process or a content type caches is not the page's
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, headers=headers).status_code == 200
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
        factories.make_asset(f"free-{number}.jpg")
        factories.classify_product(coat, category="products/coats", actor=factories.HOUSE)
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
        factories.relate(window.ridge, coat)
        factories.make_feed(factories.make_listing(coat, window.world.scopes["shop/GB/en-GB"]))
        factories.bind_asset(product=coat, asset=window.hero, role="gallery", actor=factories.HOUSE)
        licence = factories.license_for(f"Studio {number}", [window.hero])
        assign_licence([asset], licence=window.licence, actor=factories.HOUSE)
        change_terms(licence, terms=[TermFacts()] * 3, actor=factories.HOUSE)
    for who in (window.studio, make_actor("more", "steward")):
        comment_on_work_item(uid=factories.work_item().uid, text="It is", actor=who)
        watch_work_item(uid=factories.work_item().uid, actor=who)
        hand_over_work_item(uid=factories.work_item().uid, to=who.label.partition(":")[2], actor=who)
    drain()
    publish(window)


def publish(window: Any) -> None:
    """The hero is out in every listing; draining forgets it, for the channels have no rules here."""
    for uid in Listing.objects.values_list("uid", flat=True):
        record_publication(uid, channel="shop", market="GB", asset_ids=[window.hero.pk])


@pytest.fixture
def counts(
    window: Any, steward: Any, photographer: Any, browser_of: Any, monkeypatch: Any
) -> tuple[dict[str, int], dict[str, int]]:
    monkeypatch.setattr(SeenMiddleware, "_note", lambda *_: None)  # once a minute, on whichever page
    window.studio = photographer
    factories.make_tree()
    factories.define_brands()
    window.ingest = ingest(window, "in-0.jpg")
    pictured, bare = factories.make_coat("HOOD", "Hood"), factories.make_coat("BELT", "Belt")
    factories.bind_asset(product=pictured, asset=factories.make_asset("hood.jpg"), role="hero", actor=factories.HOUSE)
    for coat in (pictured, bare):
        factories.relate(window.ridge, coat)
    visits = [(browser_of(steward), PAGES), (browser_of(photographer), STUDIO_PAGES)]
    window.listing = factories.make_listing(factories.product("RIDGE-RED-S"), window.world.scopes["shop/GB/en-GB"])
    window.past = factories.make_past(factories.product("RIDGE-BLUE-S"), window.world.scopes["shop/DACH/de-AT"])
    window.feed = factories.make_feed(window.listing)
    window.free = factories.make_asset("free.jpg")
    publish(window)
    window.bulk_change = factories.make_bulk_change(steward)
    comment_on_work_item(uid=factories.work_item().uid, text="Is it?", actor=steward)
    first = {name: count(client, name, address(window)) for client, pages in visits for name, address in pages.items()}
    fill_up(window)
    window.bulk_change = factories.make_bulk_change(steward)
    return first, {
        name: count(client, name, address(window)) for client, pages in visits for name, address in pages.items()
    }


def test_pages_cost_what_they_did(counts: tuple[dict[str, int], dict[str, int]]) -> None:
    first, second = counts
    assert second == first, "more rows must not mean more queries"
    if os.environ.get("RECORD_QUERY_COUNTS"):
        FILE.write_text(json.dumps(first, indent=2) + "\n")
    assert first == recorded(), "if it is meant, record again with RECORD_QUERY_COUNTS=1"
