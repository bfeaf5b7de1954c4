"""The card "Where it is sold": placed and withdrawn cell by cell, with the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foundation.events.models import Event
from foundation.events.sequencing import drain
from pim.models import Placement
from pim.queries.placements import placed_in
from syndication.models import Listing
from syndication.services.profiles import define_profile

from . import factories

TITLE: dict[str, Any] = {"fields": [{"target": "title", "source": "attribute", "attribute": "name"}]}


def panel(answer: Any) -> Any:
    return answer.context["placements"]


def cells(answer: Any) -> dict[tuple[str, str], Any]:
    return {(row.channel, row.market): row for channel in panel(answer).channels for row in channel.rows}


def address(sku: str, verb: str, channel: str = "shop", market: str = "GB") -> str:
    return f"/products/{factories.uid_of(sku)}/{verb}/?channel={channel}&market={market}"


def toast(answer: Any) -> Any:
    return json.loads(answer["HX-Trigger"])["toast"]


def news() -> list[str]:
    drain()
    return list(
        Event.objects.filter(type__startswith="pim.product.").order_by("position").values_list("type", flat=True)
    )


def test_the_card_tells_where_and_since_when(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get(f"/products/{window.ridge.uid}/")
    found = cells(answer)
    assert {place for place, row in found.items() if row.is_placed} == {("shop", "DACH"), ("shop", "GB")}
    assert found.keys() == {("shop", "DACH"), ("shop", "GB"), ("shop", "US"), ("bazaar", "GB")}
    row = found["shop", "GB"]
    decided = Placement.objects.get(product=window.ridge, market__code="GB")
    assert (row.by, row.reason, row.is_own, decided.state) == ("Tandem", "In the autumn range", True, "placed")
    assert row.since is not None
    assert (panel(answer).variants, panel(answer).wait) == (4, 0)
    assert "holds for all 4 variants" in answer.content.decode()


def test_a_variant_follows_its_model(window: Any, steward: Any, browser_of: Any) -> None:
    row = cells(browser_of(steward).get(f"/products/{factories.uid_of('RIDGE-RED-S')}/"))["shop", "GB"]
    assert (row.is_placed, row.is_own, row.origin) == (True, False, "RIDGE")
    assert row.origin_url == f"/products/{window.ridge.uid}/#placements-title"


def test_placing_shows_the_listing_when_it_is_there(window: Any, steward: Any, browser_of: Any) -> None:
    define_profile(channel="bazaar", body=TITLE, actor=factories.HOUSE)
    drain()
    client = browser_of(steward, htmx=True)
    answer = client.post(address("RIDGE-RED-S", "place", "bazaar"))
    row = cells(answer)["bazaar", "GB"]
    assert (row.is_placed, row.by, row.listings) == (True, "stella", [])
    assert panel(answer).wait == 200
    text = answer.content.decode()
    assert "Being written" in text
    assert "<html" not in text
    waiting = client.get(f"/products/{factories.uid_of('RIDGE-RED-S')}/placements/?waited=200")
    assert waiting.context["wait"] == 300, "and longer each time"
    assert 'role="switch"' not in waiting.content.decode(), "nothing is drawn under somebody's finger"
    drain()
    ready = client.get(f"/products/{factories.uid_of('RIDGE-RED-S')}/placements/?waited=300")
    assert panel(ready).wait == 0
    assert "hx-trigger" not in ready.content.decode()
    assert ready["HX-Retarget"] == "#placements"
    (listing,) = cells(ready)["bazaar", "GB"].listings
    assert [(state.label, url) for state, url in listing.states] == [
        ("Live", f"/listings/{Listing.objects.get(sku='RIDGE-RED-S').uid}/")
    ]


def test_withdraw_asks_nothing_and_can_be_undone(window: Any, steward: Any, browser_of: Any) -> None:
    client, before = browser_of(steward, htmx=True), len(news())
    answer = client.post(address("RIDGE", "withdraw"))
    assert toast(answer)["text"] == "RIDGE is withdrawn from shop in GB"
    assert not cells(answer)["shop", "GB"].is_placed
    undo = toast(answer)["undo"]
    assert undo == {"url": address("RIDGE", "place"), "target": "#placements"}
    back = client.post(undo["url"])
    assert cells(back)["shop", "GB"].is_placed
    assert news()[before:] == ["pim.product.withdrawn", "pim.product.placed"]


def test_undo_of_a_variants_first_word_leaves_none(window: Any, steward: Any, browser_of: Any) -> None:
    client, before = browser_of(steward, htmx=True), len(news())
    answer = client.post(address("RIDGE-RED-S", "withdraw"))
    drain()
    assert cells(client.get(f"/products/{window.ridge.uid}/placements/"))["shop", "GB"].exceptions == 1
    client.post(toast(answer)["undo"]["url"])
    drain()
    row = cells(client.get(f"/products/{factories.uid_of('RIDGE-RED-S')}/placements/"))["shop", "GB"]
    assert (row.is_placed, row.is_own, row.origin) == (True, False, "RIDGE")
    assert not Placement.objects.filter(product=factories.product("RIDGE-RED-S")).exists()
    assert news()[before:] == ["pim.product.withdrawn", "pim.product.placed"]
    client.post(toast(answer)["undo"]["url"])
    assert len(news()) == before + 2, "a second time changes nothing"


def test_held_listings_lead_to_the_field(window: Any, steward: Any, browser_of: Any) -> None:
    body = TITLE | {"required": ["ean"]}
    body["fields"] = [*TITLE["fields"], {"target": "ean", "source": "identifier", "scheme": "gtin"}]
    define_profile(channel="shop", body=body, actor=factories.HOUSE)
    drain()
    uid = factories.uid_of("RIDGE-RED-S")
    (listing,) = cells(browser_of(steward).get(f"/products/{uid}/"))["shop", "GB"].listings
    assert [state.label for state, _ in listing.states] == ["Held"]
    assert [(one.attribute, one.url) for one in listing.problems] == [
        ("GTIN", f"/products/{uid}/?channel=shop&market=GB&locale=en-GB#value-gtin")
    ]
    (model,) = cells(browser_of(steward).get(f"/products/{window.ridge.uid}/"))["shop", "GB"].listings
    assert [(state.label, url) for state, url in model.states] == [
        ("4 held", "/listings/?q=RIDGE&channel=shop&market=GB&locale=en-GB&state=held")
    ]


def test_who_may_only_look_gets_no_switch(window: Any, merchant: Any, photographer: Any, browser_of: Any) -> None:
    text = browser_of(merchant).get(f"/products/{window.ridge.uid}/").content.decode()
    assert 'role="switch"' not in text
    assert "A steward of the market places and withdraws" in text
    before = news()
    for verb in ("place", "withdraw", "forget-placement"):
        for actor in (merchant, photographer):
            assert browser_of(actor).post(address("RIDGE", verb)).status_code == 403
            assert browser_of(actor, htmx=True).post(address("RIDGE", verb)).status_code == 403
    assert news() == before
    seen = browser_of(photographer).get(f"/products/{window.ridge.uid}/")
    assert [row.listings for row in cells(seen).values()] == [[], [], [], []]


def test_another_market_is_out_of_reach(window: Any, outsider: Any, browser_of: Any) -> None:
    client, before = browser_of(outsider), news()
    assert client.post(address("RIDGE", "withdraw", market="US")).status_code == 404
    assert client.post(address("MAC", "place", market="GB")).status_code == 403
    assert cells(client.get(f"/products/{window.mac.uid}/")).keys() == {("shop", "US")}
    assert news() == before


def test_the_last_place_of_a_limited_person_says_so(window: Any, outsider: Any, browser_of: Any) -> None:
    client = browser_of(outsider, htmx=True)
    answer = client.get(f"/products/{window.mac.uid}/placements/")
    assert cells(answer)["shop", "US"].is_last
    assert "hx-confirm" in answer.content.decode()
    gone = client.post(address("MAC", "withdraw", market="US"))
    assert gone["HX-Redirect"] == "/products/"
    assert placed_in([window.mac.pk])[window.mac.pk] == set()


@pytest.mark.parametrize("query", ["", "?channel=shop", "?channel=x&market=GB", "?channel=bazaar&market=US"])
def test_a_place_that_is_none_is_refused(window: Any, steward: Any, browser_of: Any, query: str) -> None:
    before = news()
    answer = browser_of(steward).post(f"/products/{window.ridge.uid}/place/{query}")
    assert answer.status_code == 422
    assert news() == before


def test_without_scripts_it_goes_by_forms(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    answer = client.post(address("RIDGE", "withdraw"), follow=True)
    assert answer.redirect_chain == [(f"/products/{window.ridge.uid}/#placements-title", 302)]
    assert f'action="{address("RIDGE", "place")}"'.replace("&", "&amp;") in answer.content.decode()
    assert client.get(f"/products/{window.ridge.uid}/placements/").status_code == 302
