"""Delivery links on the product's page: what live listings carry, and links that end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from delivery.services.links import listing_url
from foundation.core import moment

from . import factories


@pytest.fixture
def out(window: Any) -> Any:
    """A live listing of a variant that carries the hero."""
    red = factories.product("RIDGE-RED-S")
    url = listing_url(window.hero.uid, version_number=1, preset="large", channel="shop", market="GB", name="x")
    media = [{"role": "hero", "asset": str(window.hero.uid), "version": 1, "preset": "large", "url": url}]
    scope = window.world.scopes["shop/GB/en-GB"]
    factories.make_listing(red, scope, body=json.dumps({"sku": red.sku, "media": media}))
    window.url = f"/products/{window.ridge.uid}/links/"
    window.out_url = url
    return window


def wish(window: Any, **change: Any) -> dict[str, Any]:
    return {"asset": str(window.hero.uid), "preset": "large", "use": "web", "minutes": "60"} | change


def test_live_listings_links_are_there_once(out: Any, steward: Any, browser_of: Any) -> None:
    blue = factories.product("RIDGE-BLUE-S")
    from syndication.models import Listing

    body = Listing.objects.get(sku="RIDGE-RED-S").body
    factories.make_listing(blue, out.world.scopes["shop/GB/en-GB"], body=body)
    panel = browser_of(steward, htmx=True).get(out.url).context["panel"]
    assert [(one.name, [(link.place, link.preset, link.url) for link in one.links]) for one in panel.live] == [
        ("ridge-front.jpg", [("Web shop · GB", "large", out.out_url)])
    ]
    srcset = panel.live[0].links[0].srcset
    assert [one.split()[1] for one in srcset.split(", ")] == ["320w", "1280w"]
    assert [one.label for one in panel.pictures] == ["ridge-front.jpg", "ridge-collar.jpg"]
    one = browser_of(steward, htmx=True).get(f"{out.url}?asset={out.detail.uid}").context["panel"]
    assert one.live == []
    assert [choice.label for choice in one.pictures if choice.is_chosen] == ["ridge-collar.jpg"]


def test_a_link_says_until_when(out: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward, htmx=True).post(out.url, wish(out))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="http' in text
    assert "Opens until" in text
    assert answer.context["ends_at"] - moment.now() <= timedelta(minutes=60)
    whole = browser_of(steward).post(out.url, wish(out, minutes="1440", use="preview")).content.decode()
    assert "<html" in whole
    assert "Opens until" in whole


def test_rights_that_end_sooner_end_it(out: Any, steward: Any, browser_of: Any) -> None:
    picture, end = factories.make_asset("short.jpg"), moment.now() + timedelta(minutes=30)
    factories.license_for("Short", [picture], until=end)
    answer = browser_of(steward, htmx=True).post(out.url, wish(out, asset=str(picture.uid)))
    assert answer.context["ends_at"] == end
    assert "when rights may end" in answer.content.decode()


def test_what_rights_refuse_gets_no_link(out: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward, htmx=True).post(out.url, wish(out, asset=str(out.detail.uid)))
    text = answer.content.decode()
    assert answer.status_code == 422, "htmx swaps it in"
    assert "No link was made" in text
    assert answer.context["error"].code == "no-licence"
    assert "/m/" not in text
    preview = browser_of(steward, htmx=True).post(out.url, wish(out, asset=str(out.detail.uid), use="preview"))
    assert "/m/" in preview.content.decode(), "people inside may always look"


def test_wishes_that_are_none(out: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward, htmx=True)
    for change in (
        {"asset": "x"}, {"asset": str(uuid4())}, {"preset": "nonsense"}, {"minutes": "0"}, {"minutes": "1441"},
        {"minutes": "x"}, {"minutes": "9" * 50}, {"minutes": "٣"}, {"minutes": ""},
    ):  # fmt: skip
        answer = client.post(out.url, wish(out, **change))
        assert answer.status_code == 422, change
        assert "No link was made" in answer.content.decode()
        assert "/m/" not in answer.content.decode()
    assert client.post(out.url).status_code == 422


def test_what_a_role_may_not(out: Any, photographer: Any, browser_of: Any, outsider: Any) -> None:
    panel = browser_of(photographer, htmx=True).get(out.url)
    assert panel.context["panel"].live == [], "the studio sees no listings"
    assert "a merchant can tell" in panel.content.decode()
    client = browser_of(outsider, htmx=True)
    assert client.get(out.url).status_code == 404
    mine = f"/products/{out.mac.uid}/links/"
    refused = client.post(mine, wish(out))
    assert (refused.status_code, refused.context["error"].status) == (422, 404)


def test_nobody_mints_without_the_permission(out: Any, steward: Any, browser_of: Any, monkeypatch: Any) -> None:
    from foundation.core.actors import Actor

    may = Actor.may
    monkeypatch.setattr(Actor, "may", lambda self, what: what != "delivery.mint" and may(self, what))
    client = browser_of(steward, htmx=True)
    assert "Make a link" not in client.get(out.url).content.decode()
    answer = client.post(out.url, wish(out))
    assert (answer.status_code, answer.context["error"].code) == (422, "denied")
