from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from syndication.choices import ListingState
from syndication.services.profiles import define_profile

from . import factories


@pytest.fixture
def listed(window: Any) -> Any:
    """RIDGE's red S is live in GB and held in DACH, MAC's is withdrawn in the US."""
    scopes = window.world.scopes
    red, mac = factories.product("RIDGE-RED-S"), factories.product("MAC-RED-S")
    window.live = factories.make_listing(red, scopes["shop/GB/en-GB"])
    window.held = factories.make_listing(
        red, scopes["shop/DACH/de-DE"], state=ListingState.HELD,
        problems=[
            {"code": "missing", "detail": "description is required and empty", "target": "description",
             "origin": "description", "blocks": True},
            {"code": "hero-refused", "detail": "No hero has the rights", "target": "image", "origin": "media:hero",
             "blocks": False},
        ],
    )  # fmt: skip
    window.gone = factories.make_listing(mac, scopes["shop/US/en-US"], state=ListingState.TOMBSTONE)
    return window


def rows(answer: Any) -> set[tuple[str, str, str]]:
    return {(row.sku, row.scope, row.state.label) for row in answer.context["listings"]}


def test_the_list_tells_state_and_reason(listed: Any, merchant: Any, browser_of: Any) -> None:
    answer = browser_of(merchant).get("/listings/")
    assert rows(answer) == {
        ("RIDGE-RED-S", "Web shop · GB · en-GB", "Live"),
        ("RIDGE-RED-S", "Web shop · DACH · de-DE", "Held"),
        ("MAC-RED-S", "Web shop · US · en-US", "Withdrawn"),
    }
    reasons = {row.sku: row.reason for row in answer.context["listings"] if row.reason}
    assert reasons == {"RIDGE-RED-S": "description is required and empty and 1 more"}


def test_filters_are_in_the_address(listed: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(merchant)
    assert {row[2] for row in rows(client.get("/listings/?state=held"))} == {"Held"}
    assert {row[1] for row in rows(client.get("/listings/?market=GB&market=US"))} == {
        "Web shop · GB · en-GB", "Web shop · US · en-US",
    }  # fmt: skip
    assert {row[0] for row in rows(client.get("/listings/?q=mac"))} == {"MAC-RED-S"}
    assert rows(client.get("/listings/?channel=bazaar")) == set()
    assert "No listing here" in client.get("/listings/?channel=bazaar").content.decode()


def test_each_sees_their_own(listed: Any, photographer: Any, outsider: Any, browser_of: Any) -> None:
    assert browser_of(photographer).get("/listings/").status_code == 403
    assert browser_of(photographer).get(f"/listings/{listed.live.uid}/").status_code == 403
    client = browser_of(outsider)
    assert {row[0] for row in rows(client.get("/listings/"))} == {"MAC-RED-S"}
    assert client.get(f"/listings/{listed.live.uid}/").status_code == 404
    assert client.get(f"/listings/{uuid4()}/").status_code == 404


def test_htmx_gets_the_results_alone(listed: Any, merchant: Any, browser_of: Any) -> None:
    text = browser_of(merchant, htmx=True).get("/listings/?state=live").content.decode()
    assert "<html" not in text
    assert 'id="count-state-held" hx-swap-oob="true">1<' in text


def test_a_held_listing_leads_to_what_mends_it(listed: Any, merchant: Any, browser_of: Any) -> None:
    answer = browser_of(merchant).get(f"/listings/{listed.held.uid}/")
    product = f"/products/{factories.uid_of('RIDGE-RED-S')}/?channel=shop&market=DACH&locale=de-DE"
    assert [(one.attribute, one.url, one.tone) for one in answer.context["problems"]] == [
        ("Description", f"{product}#value-description", "bad"),
        ("Hero picture", f"{product}#pictures-title", "attention"),
    ]
    text = answer.content.decode()
    assert "never out" not in text
    assert "What the channel would receive" in text


def test_a_live_listing_shows_its_document(listed: Any, merchant: Any, browser_of: Any) -> None:
    text = browser_of(merchant).get(f"/listings/{listed.live.uid}/").content.decode()
    assert "&quot;title&quot;: &quot;Coat&quot;" in text


def test_products_tell_of_their_listings(listed: Any, steward: Any, photographer: Any, browser_of: Any) -> None:
    state = {row.sku: row.state.label for row in browser_of(steward).get("/products/").context["products"]}
    assert state == {"RIDGE": "1 held of 2", "MAC": "1 withdrawn", "CUP": "Not listed"}
    model = browser_of(steward).get(f"/products/{listed.ridge.uid}/").context["listings"]
    assert {(row.state.label, row.reason) for row in model} == {
        ("1 live", "1 variant"), ("1 held", "1 variant; description is required and empty and 1 more"),
    }  # fmt: skip
    assert {row[0] for row in rows(browser_of(steward).get(model[0].url))} == {"RIDGE-RED-S"}
    variant = browser_of(steward).get(f"/products/{factories.uid_of('RIDGE-RED-S')}/").context["listings"]
    assert {row.state.label for row in variant} == {"Live", "Held"}
    assert browser_of(photographer).get(f"/products/{listed.ridge.uid}/").context["listings"] == []


def test_each_field_says_where_it_is_from(listed: Any, merchant: Any, browser_of: Any) -> None:
    body = {
        "fields": [
            {"target": "title", "source": "attribute", "attribute": "name"},
            {"target": "id", "source": "sku"},
        ],
        "media": [{"target": "image", "role": "hero", "preset": "large"}],
    }
    define_profile(channel="shop", body=body, actor=factories.HOUSE)
    answer = browser_of(merchant).get(f"/listings/{listed.held.uid}/")
    found = {field.label: (field.value, field.note) for field in answer.context["fields"]}
    assert found["title"] == ("Ridgeline coat (de)", "Name, from RIDGE, in de-DE") or found["title"] == (
        "Ridgeline coat (de)", "Name, from RIDGE",
    )  # fmt: skip
    assert found["id"][0] == "RIDGE-RED-S"
    assert found["image"][0] == "ridge-front.jpg"
