"""Choosing assets and products."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dam.choices import AssetState
from dam.models import Asset, AssetVersion
from foundation.blobs.models import Blob
from foundation.core import moment
from foundation.history.services import recorded

from . import factories

ASSETS = "/assets/picker/"
PRODUCTS = "/products/picker/"


def names(answer: Any) -> list[str]:
    return [one.name for one in answer.context["choices"]]


def many(number: int) -> None:
    """So many assets with a version each, in three statements."""
    at = moment.now()
    with recorded(factories.HOUSE):
        Blob.objects.bulk_create(
            Blob(sha256=f"{one:064x}", bytes=1, media_type="image/jpeg", created_at=at) for one in range(number)
        )
        made = Asset.objects.bulk_create(
            Asset(
                title=f"many-{one:06}.jpg", kind="image", first_sha256=f"{one:064x}", state=AssetState.APPROVED,
                created_at=at,
            )
            for one in range(number)
        )  # fmt: skip
        AssetVersion.objects.bulk_create(
            AssetVersion(
                asset=asset, number=1, blob_id=asset.first_sha256, filename=asset.title, media_type="image/jpeg",
                width=4000, height=5000, created_at=at,
            )
            for asset in made
        )  # fmt: skip


def test_what_is_bound_already_is_marked_and_cannot_be_chosen(window: Any, steward: Any, browser_of: Any) -> None:
    with recorded(factories.HOUSE):
        Asset.objects.filter(pk=window.loose[0].pk).update(state=AssetState.RETIRED)
    answer = browser_of(steward, htmx=True).get(f"{ASSETS}?for={window.ridge.uid}")
    assert {one.name: one.taken for one in answer.context["choices"]} == {
        "ridge_3.jpg": "", "ridge_2.jpg": "", "ridge_1.jpg": "Retired",
        "ridge-collar.jpg": "Bound as detail", "ridge-front.jpg": "Bound as hero",
    }  # fmt: skip
    text = answer.content.decode()
    assert text.count("disabled>") == 3
    assert "<html" not in text
    assert 'id="picker-facet-q"' in text
    assert "hx-push-url" not in text, "a dialog leaves the page's address alone"
    for product in (window.mac.uid, uuid4(), "nonsense"):
        found = browser_of(steward, htmx=True).get(f"{ASSETS}?for={product}").context["choices"]
        assert {one.taken for one in found} == {"", "Retired"}


def test_facets_and_words_narrow(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward, htmx=True)
    assert names(client.get(f"{ASSETS}?binding=bound")) == ["ridge-collar.jpg", "ridge-front.jpg"]
    assert names(client.get(f"{ASSETS}?licence=none")) == ["ridge-collar.jpg"]
    assert names(client.get(f"{ASSETS}?kind=document")) == []
    client.headers = {}
    answer = client.get(f"{ASSETS}?q=front", headers={"HX-Request": "true", "HX-Target": "picker-results"})
    assert (names(answer), str(answer.context["total"])) == (["ridge-front.jpg"], "1")
    assert 'id="picker-count-binding-bound" hx-swap-oob' in answer.content.decode()
    assert "picker-facet-q" not in answer.content.decode(), "the results alone"


def test_rights_are_those_of_the_page(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward, htmx=True).get(f"{ASSETS}?channel=shop&market=GB&locale=en-GB")
    assert {one.name: one.rights.label for one in answer.context["choices"]}["ridge-collar.jpg"] == "No licence"


def test_one_alone_can_be_asked_for(window: Any, steward: Any, browser_of: Any) -> None:
    text = browser_of(steward, htmx=True).get(f"{ASSETS}?one=1").content.decode()
    assert 'type="radio" name="asset"' in text
    assert 'type="checkbox" name="asset"' not in text


def test_another_market_is_not_there(window: Any, outsider: Any, browser_of: Any) -> None:
    client = browser_of(outsider, htmx=True)
    assert names(client.get(f"{ASSETS}?for={window.ridge.uid}")) == []
    assert client.get(f"{PRODUCTS}?q=ma").context["choices"][0].sku == "MAC"
    for word in ("RIDGE", "ridgeline", "RIDGE-RED-S", "04006381333931"):
        assert client.get(f"{PRODUCTS}?q={word}").context["choices"] == []


def test_a_large_library_costs_no_more(window: Any, steward: Any, browser_of: Any) -> None:
    """Pages go by keyset, counts stop, and the number of queries is what it is for five assets."""
    client = browser_of(steward, htmx=True)
    client.get(ASSETS)

    def queries(address: str) -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(address)
        assert not [one for one in seen.captured_queries if "OFFSET" in one["sql"]]
        return len(seen), answer

    few, _ = queries(ASSETS)
    many(3000)
    more, first = queries(ASSETS)
    assert more <= few, "these have no licence to ask for"
    assert (len(names(first)), str(first.context["total"])) == (48, "250+")
    count, second = queries(first.context["next_url"])
    assert names(second)[0] == "many-002951.jpg"
    assert count < more, "the next page asks for no counts"
    deep = second
    for _ in range(5):
        same, deep = queries(deep.context["next_url"])
        assert same == count
    assert "picker-results" not in deep.content.decode()


def test_a_product_is_found_by_sku_gtin_and_title(window: Any, steward: Any, browser_of: Any) -> None:
    red = factories.product("RIDGE-RED-S")
    factories.set_values(red, values={"gtin": "4006381333931"}, actor=factories.HOUSE)
    factories.drain()
    client = browser_of(steward, htmx=True)

    def skus(q: str) -> list[str]:
        return [one.sku for one in client.get(PRODUCTS, {"q": q}).context["choices"]]

    assert skus("ridge-red-s") == ["RIDGE-RED-S"], "what is named exactly comes first, and alone here"
    assert skus("4006381333931") == ["RIDGE-RED-S"]
    assert skus("400638") == ["RIDGE-RED-S"]
    assert skus("ridgeline") == ["RIDGE", "RIDGE-BLUE-M", "RIDGE-BLUE-S", "RIDGE-RED-M", "RIDGE-RED-S"]
    assert skus("ridgeline blue") == ["RIDGE-BLUE-M", "RIDGE-BLUE-S"]
    assert skus("nothing of the kind") == []
    found = client.get(PRODUCTS, {"q": "RIDGE-RED-S"}).context["choices"][0]
    assert (found.title, found.note) == ("Ridgeline coat", "Variant of RIDGE: colour red, size s")
    assert "/m/" in found.picture_url
    assert "two letters" in client.get(PRODUCTS, {"product": "r"}).content.decode()
    assert "No product has “%%%”" in client.get(PRODUCTS, {"q": "%%%"}).content.decode()


def test_the_list_of_products_is_short(steward: Any, browser_of: Any) -> None:
    factories.define_goods(channels=False)
    for number in range(25):
        factories.create_product(sku=f"CUP{number:03}", family="cups", actor=factories.HOUSE)
    factories.drain()
    answer = browser_of(steward, htmx=True).get(f"{PRODUCTS}?q=cup")
    assert len(answer.context["choices"]) == 20
    assert "There are more" in answer.content.decode()


def test_pickers_are_for_those_who_see_assets(window: Any, browser_of: Any) -> None:
    from django.test import Client

    assert Client().get(ASSETS).status_code == 302
    assert Client().get(PRODUCTS).status_code == 302
