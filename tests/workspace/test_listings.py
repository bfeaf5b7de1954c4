from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from dam.models import Asset
from foundation.core import moment
from foundation.core.pages import encode_cursor
from foundation.events.services import mark_dirty
from foundation.history.services import recorded
from syndication.choices import ListingState
from syndication.models import Feed, Listing
from syndication.queries.reports import Complaint
from syndication.services.profiles import define_profile
from syndication.services.rejections import settle_rejections

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


def test_products_tell_of_their_listings(listed: Any, steward: Any, browser_of: Any) -> None:
    reject(listed.live, code="TITLE_TOO_LONG")
    products = browser_of(steward).get("/products/").context["products"]
    assert {row.sku: [state.label for state, _ in row.listings] for row in products} == {
        "RIDGE": ["1 live", "1 held", "1 rejected"], "MAC": ["1 withdrawn"], "CUP": [],
    }  # fmt: skip
    held = next(row.listings[1][1] for row in products if row.sku == "RIDGE")
    assert held == "/listings/?q=RIDGE&state=held"
    assert {row[0] for row in rows(browser_of(steward).get(held))} == {"RIDGE-RED-S"}


def test_kinds_of_reasons_are_facets(listed: Any, merchant: Any, browser_of: Any) -> None:
    reject(listed.live, code="TITLE_TOO_LONG")
    answer = browser_of(merchant).get("/listings/")
    facets = {
        one.name: {(option.value, option.label): option.count for option in one.options}
        for one in answer.context["facets"]
    }
    assert facets["reason"] == {("missing:description", "Description is missing"): 1}
    assert facets["rejected"] == {("TITLE_TOO_LONG", "Title too long"): 1}
    assert facets["state"] == {
        ("live", "Live"): 1, ("held", "Held"): 1, ("tombstone", "Withdrawn"): 1, ("rejected", "Rejected"): 1,
    }  # fmt: skip
    client = browser_of(merchant)
    assert {row[2] for row in rows(client.get("/listings/?reason=missing:description"))} == {"Held"}
    assert rows(client.get("/listings/?reason=hero-refused:media:hero")) == set(), "that one does not hold it"
    assert {row[2] for row in rows(client.get("/listings/?state=rejected"))} == {"Rejected"}
    assert {row[1] for row in rows(client.get("/listings/?locale=en-GB"))} == {"Web shop · GB · en-GB"}


def reject(listing: Any, *, code: str) -> None:
    with recorded(factories.HOUSE):
        feed = Feed.objects.create(
            channel=listing.channel, from_revision=0, to_revision=1, state="done", body="{}", created_at=moment.now()
        )
        complaint = Complaint("name", "title", code, "The title is too long")
        settle_rejections({listing.pk: [complaint]}, channel_id=listing.channel_id, feed=feed, actor=factories.HOUSE)


def test_a_facet_that_is_nonsense_finds_nothing(listed: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(merchant)
    for query in ("reason=", "reason=:", "reason=x", "reason=%22]}", "state=x", "locale=x", "rejected=x"):
        assert rows(client.get(f"/listings/?{query}")) == set(), query


def test_a_problem_with_a_picture_leads_to_it(listed: Any, merchant: Any, outsider: Any, browser_of: Any) -> None:
    problem = {"code": "hero-refused", "detail": "No hero", "target": "image", "origin": "media:hero", "blocks": True}
    Listing.objects.filter(pk=listed.held.pk).update(problems=[problem | {"asset": str(listed.hero.uid)}])
    answer = browser_of(merchant).get(f"/listings/{listed.held.uid}/")
    assert [one.url for one in answer.context["problems"]] == [f"/assets/{listed.hero.uid}/#rights-title"]
    Asset.objects.filter(pk=listed.hero.pk).update(deleted_at=moment.now())
    answer = browser_of(merchant).get(f"/listings/{listed.held.uid}/")
    assert answer.context["problems"][0].url.endswith("#pictures-title"), "no link leads nowhere"


def queue_of(answer: Any) -> Any:
    return answer.context["queue"]


def test_one_after_another(listed: Any, merchant: Any, browser_of: Any) -> None:
    blue = factories.make_listing(
        factories.product("RIDGE-BLUE-S"), listed.world.scopes["shop/DACH/de-DE"], state=ListingState.HELD,
        problems=[{"code": "missing", "detail": "name is required", "target": "title", "origin": "name",
                   "blocks": True}],
    )  # fmt: skip
    client = browser_of(merchant)
    first = client.get("/listings/fix/", follow=True)
    assert first.context["uid"] == blue.uid, "the newest first, of what is held or rejected"
    assert (queue_of(first).position, queue_of(first).total, queue_of(first).previous_url) == (1, 2, "")
    assert queue_of(first).list_url == "/listings/?state=held&state=rejected"
    second = client.get(queue_of(first).next_url)
    assert second.context["uid"] == listed.held.uid
    assert (queue_of(second).position, queue_of(second).total, queue_of(second).next_url) == (2, 2, "")
    assert client.get(queue_of(second).previous_url).context["uid"] == blue.uid
    narrowed = client.get("/listings/fix/?reason=missing:description", follow=True)
    assert (narrowed.context["uid"], queue_of(narrowed).total) == (listed.held.uid, 1)


def test_a_mended_listing_keeps_its_place(listed: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(merchant)
    blue = factories.make_listing(
        factories.product("RIDGE-BLUE-S"), listed.world.scopes["shop/DACH/de-DE"], state=ListingState.HELD
    )
    opened = client.get("/listings/fix/?state=held", follow=True)
    assert opened.context["uid"] == blue.uid
    address = opened.redirect_chain[-1][0]
    Listing.objects.filter(pk=blue.pk).update(
        state=ListingState.LIVE, hash="cd" * 32, body="{}", changed_at=moment.now()
    )
    again = client.get(address)
    assert (again.context["is_failing"], queue_of(again).is_among, queue_of(again).total) == (False, False, 1)
    assert client.get(queue_of(again).next_url).context["uid"] == listed.held.uid
    assert "It is live." in again.content.decode()


def test_a_page_that_waits_hears_of_it(listed: Any, merchant: Any, outsider: Any, browser_of: Any) -> None:
    client = browser_of(merchant, htmx=True)
    page = client.get(f"/listings/{listed.held.uid}/?state=held&at=")
    mark = page.context["mark"]
    same = client.get(f"/listings/{listed.held.uid}/watch/?state=held&mark={mark}&waited=500")
    assert 'id="listing"' not in same.content.decode()
    assert same.context["wait"] == 750
    mark_dirty("syndication.listings", [listed.ridge.pk])
    moved = client.get(f"/listings/{listed.held.uid}/watch/?state=held&mark={mark}&waited=500")
    assert 'id="listing"' in moved.content.decode()
    assert (moved["HX-Retarget"], moved["HX-Reswap"]) == ("#listing", "outerHTML")
    assert "follows in a moment" in moved.content.decode()
    assert browser_of(outsider, htmx=True).get(f"/listings/{listed.held.uid}/watch/?mark=x").status_code == 404


def test_a_place_that_is_not_ours_is_refused(listed: Any, merchant: Any, browser_of: Any) -> None:
    client = browser_of(merchant)
    for at in ("x", "W10", "9" * 40, encode_cursor(["no date", 1]), encode_cursor([1, 1])):
        answer = client.get(f"/listings/{listed.held.uid}/", {"state": "held", "at": at})
        assert (answer.status_code, b"cursor" in answer.content) == (422, True), at


def test_nothing_to_fix(window: Any, merchant: Any, browser_of: Any) -> None:
    answer = browser_of(merchant).get("/listings/fix/", follow=True)
    assert answer.redirect_chain == [("/listings/?state=held&state=rejected", 302)]
    assert (answer.context["total"], "No listing here" in answer.content.decode()) == (0, True)


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


def test_publish_now(listed: Any, merchant: Any, outsider: Any, photographer: Any, browser_of: Any) -> None:
    define_profile(channel="shop", body=TITLE, actor=factories.HOUSE)
    address = f"/listings/{listed.held.uid}/publish/"
    assert browser_of(photographer).post(address).status_code == 403
    assert browser_of(outsider).post(address).status_code == 404
    listed.held.refresh_from_db()
    assert listed.held.state == ListingState.HELD, "nothing was written"
    answer = browser_of(merchant, htmx=True).post(address)
    listed.held.refresh_from_db()
    assert listed.held.state == ListingState.LIVE
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == f"Live as revision {listed.held.revision}"
    assert f"revision {listed.held.revision}" in answer.content.decode()
    page = browser_of(merchant).get(f"/listings/{listed.held.uid}/")
    picture, other = page.context["pictures"]
    assert [(one.target, one.preset) for one in picture.sent] == [("image", "large")]
    assert picture.sent[0].url in page.content.decode()
    assert (picture.tile.name, picture.ends_at, picture.tile.rights.label) == ("ridge-front.jpg", None, "Cleared")
    assert (other.tile.name, other.sent, other.tile.rights.label) == ("ridge-collar.jpg", [], "No licence")


def test_publish_now_says_why_it_is_still_held(listed: Any, merchant: Any, browser_of: Any) -> None:
    body = TITLE | {"fields": [*TITLE["fields"], {"target": "ean", "source": "identifier", "scheme": "gtin"}]}
    define_profile(channel="shop", body=body | {"required": ["ean"]}, actor=factories.HOUSE)
    answer = browser_of(merchant, htmx=True).post(f"/listings/{listed.held.uid}/publish/")
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert (toast["text"], toast["tone"]) == ("Still held: ean is required and empty", "bad")


TITLE: dict[str, Any] = {
    "fields": [{"target": "title", "source": "attribute", "attribute": "name"}],
    "media": [{"target": "image", "role": "hero", "preset": "large"}],
}
