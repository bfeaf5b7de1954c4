"""Making links: for listings, for pages, for whoever asks the API."""  # V3

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from delivery.services.links import audience_of, grant_url, listing_url, mint_link, preview_urls, rendered_width, srcset
from foundation.core import moment
from foundation.core.actors import Actor, Reach, system
from foundation.core.errors import Denied, Invalid, Missing
from foundation.links.services import key_ring
from foundation.links.tokens import GrantToken, ListingToken

from .conftest import make_asset

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture():
    asset, version, preset = make_asset("Wool coat", b"an original", rendered=None)
    return SimpleNamespace(asset=asset, version=version, preset=preset)


def token_of(url):
    return key_ring().verify(url.split("/")[-2], at=0)


def test_a_listing_s_link_is_the_same_each_time(picture, settings):
    given = {"version_number": 1, "channel": "shop", "market": "DACH", "name": "Wool coat"}
    url = listing_url(picture.asset.uid, preset=picture.preset, **given)
    assert url == listing_url(picture.asset.uid, preset="card", **given)
    assert url.startswith(f"{settings.MEDIA_ORIGIN}/m/L")
    assert url.endswith("/wool-coat.webp")
    assert token_of(url) == ListingToken(picture.asset.uid, 1, "card", "shop", "DACH")
    with pytest.raises(Missing, match="no preset"):
        listing_url(picture.asset.uid, preset="original", **given)


def test_a_srcset_names_each_width_once(picture, house_actor):
    from dam.services.presets import define_preset

    box = {"fit": "contain", "format": "jpeg"}
    presets = [
        define_preset(
            code="huge", label="Huge", body={"width": 9000 // 2, "height": 9000 // 2, **box}, actor=house_actor
        ),
        define_preset(code="same", label="Same", body={"width": 2000, "height": 600, **box}, actor=house_actor),
        define_preset(
            code="square", label="Square", body={"width": 300, "height": 300, "fit": "pad"}, actor=house_actor
        ),
        picture.preset,
    ]
    assert [rendered_width(picture.version, preset=preset) for preset in presets] == [1200, 1200, 300, 400]
    given = {"channel": "shop", "market": "DACH", "name": "coat"}
    parts = [part.split(" ") for part in srcset(picture.version, presets=presets, **given).split(", ")]
    assert [width for _, width in parts] == ["300w", "400w", "1200w"]
    assert [token_of(url).preset for url, _ in parts] == ["square", "card", "huge"]


def test_previews_for_a_page(picture, steward, django_assert_num_queries):
    other, *_ = make_asset("Hat", b"a hat", rendered=None)
    with django_assert_num_queries(1):
        urls = preview_urls([picture.asset, other], preset="card", actor=steward)
    assert urls.keys() == {picture.asset.pk, other.pk}
    token = token_of(urls[other.pk])
    assert (token.asset, token.use, token.audience) == (other.uid, "preview", f"user:{steward.user_id}")
    assert 3600 < token.expires - moment.now().timestamp() <= 7200
    assert urls == preview_urls([picture.asset, other], preset="card", actor=steward)
    assert preview_urls([], preset="card", actor=steward) == {}


def test_audiences():
    assert audience_of(Actor("user:ada", user_id=7)) == "user:7"
    assert audience_of(Actor("key:ada/0a1b2c3d", user_id=7)) == "key:0a1b2c3d"
    for nobody in (system("sequencer"), Actor("anonymous")):
        with pytest.raises(Denied):
            audience_of(nobody)


@pytest.mark.parametrize("change", [{"seconds": 0}, {"seconds": 86_401}, {"audience": "ada"}])
def test_grants_have_bounds(picture, change):
    given = {"version": 1, "preset": "card", "audience": "user:1", "use": "web", "name": "x", "seconds": 9}
    with pytest.raises(Invalid):
        grant_url(picture.asset.uid, at=moment.now(), **(given | change))


def test_minting_needs_the_permission_and_an_asset_in_sight(picture, steward, outsider):
    given = {"preset": "card", "use": "web", "minutes": 5, "at": moment.now()}
    nobody = Actor("user:x", user_id=1, reaches=(Reach(frozenset({"dam.view"})),))
    with pytest.raises(Denied):
        mint_link(picture.asset.uid, actor=nobody, **given)
    with pytest.raises(Missing):
        mint_link(uuid4(), actor=steward, **given)
    picture.asset.markets = ["GB"]
    picture.asset.save()
    with pytest.raises(Missing):
        mint_link(picture.asset.uid, actor=outsider, **given)
    assert mint_link(picture.asset.uid, actor=steward, **given).url.endswith(".webp")


def test_the_api_mints(picture, client_of, steward, merchant):
    wish = {"asset": str(picture.asset.uid), "preset": "card", "use": "web", "minutes": 30}
    with moment.frozen(moment.now().replace(microsecond=0)) as at:
        answer = client_of(steward).post("/api/v1/delivery-links", wish, format="json")
    assert answer.status_code == 201
    token = token_of(answer.json()["url"])
    assert isinstance(token, GrantToken)
    assert (token.asset, token.use, token.preset) == (picture.asset.uid, "web", "card")
    assert token.audience.startswith("key:")
    assert token.expires == (at + timedelta(minutes=30)).timestamp()
    assert answer.json()["expires_at"] == (at + timedelta(minutes=30)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("change", "status"),
    [({"minutes": 1441}, 400), ({"minutes": 0}, 400), ({"asset": "x"}, 400),
     ({"asset": str(uuid4())}, 404), ({"preset": "nope"}, 404)],
)  # fmt: skip
def test_the_api_refuses(picture, client_of, steward, change, status):
    wish = {"asset": str(picture.asset.uid), "preset": "card", "use": "web"}
    answer = client_of(steward).post("/api/v1/delivery-links", wish | change, format="json")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_api_is_for_those_who_are_signed_in(client, picture):
    assert client.post("/api/v1/delivery-links", {}).status_code in {401, 403}
    assert client.get("/api/v1/refusals").status_code in {401, 403}
