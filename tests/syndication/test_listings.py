"""What is in a listing, what holds it back, and what takes it off."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delivery.models import Publication
from delivery.services.links import listing_url
from foundation.core.hashing import canonical_json, sha256_bytes
from foundation.core.moment import frozen
from foundation.events.models import Event, OutboxEvent
from foundation.history.services import recorded
from pim.services import set_values, withdraw_product
from syndication.models import FirstLive, Listing
from syndication.services.listings import publish_product, refresh_listings
from syndication.services.profiles import define_profile

from . import factories as make

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def types() -> list[str]:
    found = Event.objects.filter(type__startswith="syndication.")
    return list(found.order_by("position").values_list("type", flat=True))


def test_a_document_holds_what_the_channel_asks_for(coat):
    found = make.document("COAT-red-s", "shop/DACH/de-AT")
    assert found["fields"] == {
        "title": "Wollmantel",
        "description": "Warm.",
        "colour": "Rot",
        "size": "s",
        "weight": {"amount": "0.85", "unit": "kg"},
        "price": {"amount": "129.00", "currency": "EUR"},
        "gtin": found["fields"]["gtin"],
        "brand": "Harrow",
        "model": "COAT",
    }
    assert len(found["fields"]["gtin"]) == 14
    assert (found["channel"], found["market"], found["locale"]) == ("shop", "DACH", "de-AT")
    url = listing_url(
        coat.hero.uid, version_number=1, preset="card", channel="shop", market="DACH", name="COAT-red-s-hero"
    )
    (media,) = found["media"]
    assert (media["target"], media["role"], media["preset"], media["url"]) == ("main_image", "hero", "card", url)
    assert (media["asset"], media["version"]) == (str(coat.hero.uid), 1)


def test_hash_and_revision_are_of_the_stored_text(coat):
    row = make.listing("COAT-red-s")
    assert row.hash == sha256_bytes(row.body.encode())
    assert row.body == canonical_json(json.loads(row.body))
    coat.world.shop.refresh_from_db()
    revisions = Listing.objects.filter(channel=coat.world.shop).values_list("revision", flat=True)
    assert sorted(revisions) == list(range(1, coat.world.shop.last_revision + 1))


def test_only_what_is_placed_is_listed(catalogue):
    model = make.make_coat("COAT", "red-s", "blue-s")
    make.settle()
    assert not Listing.objects.exists()
    make.place(make.product("COAT-red-s"), "shop/GB")
    make.settle()
    assert [str(row.scope) for row in Listing.objects.select_related("scope")] == ["shop/GB/en-GB"]
    make.place(model, "shop/GB")
    withdraw_product(make.product("COAT-blue-s"), channel="shop", market="GB", actor=make.HOUSE, reason="no")
    make.settle()
    assert [row.sku for row in Listing.objects.all()] == ["COAT-red-s"]


def test_models_are_not_listed(coat):
    assert not Listing.objects.filter(sku="COAT").exists()


def test_an_unchanged_document_takes_no_revision(coat):
    before = list(Listing.objects.order_by("pk").values())
    with recorded(make.HOUSE):
        refresh_listings([coat.model.pk])
    assert list(Listing.objects.order_by("pk").values()) == before
    assert not OutboxEvent.objects.exists()


def test_restricted_values_leave_only_where_the_channel_asks_and_secrets_never(coat):
    assert "129.00" in make.listing("COAT-red-s", "shop/DACH/de-DE").body
    assert not Listing.objects.filter(body__contains="31.07").exists()
    assert not Listing.objects.filter(channel=coat.world.bazaar, body__contains="119.00").exists()


def test_what_a_channel_may_have_follows_its_clearance(coat):
    """A profile that was right when it was made leaks nothing when the channel asks for less later."""
    from foundation.markets.services import define_channel

    define_channel(code="shop", name="Web shop", kind="d2c", actor=make.HOUSE, asks_restricted=False)
    make.settle()
    assert "price" not in make.document("COAT-red-s")["fields"]


def test_what_is_required_and_missing_holds_the_listing_back(coat):
    set_values(coat.model, values={"name": None}, locale="en-GB", actor=make.HOUSE)
    make.settle()
    row = make.listing("COAT-red-s", "shop/GB/en-GB")
    assert (row.state, row.body, row.hash) == ("held", "", "")
    assert [(one["code"], one["target"], one["origin"]) for one in row.problems] == [("missing", "title", "name")]
    assert row.revision == Listing.objects.filter(channel=row.channel_id).order_by("-revision")[0].revision
    assert make.listing("COAT-red-s", "shop/DACH/de-DE").is_live
    assert not Publication.objects.filter(listing=row.uid).exists()


def test_a_listing_that_was_never_out_takes_no_revision_when_it_is_held(catalogue):
    model = make.make_coat()
    set_values(model, values={"name": None}, locale="en-GB", actor=make.HOUSE)
    make.place(model, "shop/GB")
    make.settle()
    row = make.listing("COAT-red-s")
    assert (row.state, row.revision) == ("held", None)
    assert types() == ["syndication.profile.defined", "syndication.profile.defined", "syndication.listing.held"]


def test_the_channels_own_schema_is_checked_before_anything_goes_out(coat):
    schema = {"properties": {"title": {"maxLength": 5}}}
    define_profile(channel="shop", body={**make.SHOP, "schema": schema}, actor=make.HOUSE)
    make.settle()
    row = make.listing("COAT-red-s")
    assert row.state == "held"
    assert [(one["code"], one["target"], one["origin"]) for one in row.problems] == [("schema", "title", "name")]


def test_what_is_withdrawn_leaves_a_tombstone_with_a_revision_and_nothing_else(coat):
    was = make.listing("COAT-red-s")
    withdraw_product(coat.model, channel="shop", market="GB", actor=make.HOUSE, reason="sold out")
    make.settle()
    row = make.listing("COAT-red-s")
    assert (row.state, row.body, row.hash, row.uid) == ("tombstone", "", "", was.uid)
    assert row.revision > was.revision
    assert not Publication.objects.filter(listing=row.uid).exists()
    assert types()[-1] == "syndication.listing.withdrawn"
    make.place(coat.model, "shop/GB")
    make.settle()
    back = make.listing("COAT-red-s")
    assert (back.uid, back.body, back.is_live) == (was.uid, was.body, True)
    assert back.revision > row.revision


def test_first_live_is_told_once(coat):
    assert FirstLive.objects.get().product_id == coat.red.pk
    assert types().count("syndication.product.first_live") == 1
    assert Event.objects.get(type="syndication.product.first_live").subject == coat.red.uid
    withdraw_product(coat.model, channel="shop", market="GB", actor=make.HOUSE, reason="sold out")
    make.place(coat.model, "shop/GB")
    make.settle()
    assert types().count("syndication.product.first_live") == 1


@pytest.mark.parametrize(
    ("policy", "state"), [("hold", "held"), ("withdraw", "tombstone"), ("publish-without", "live")]
)
def test_a_hero_lost_to_rights_meets_the_channels_rule(catalogue, policy, state):
    define_profile(channel="shop", body={**make.SHOP, "hero": policy}, actor=make.HOUSE)
    model = make.make_coat()
    make.make_picture(model, territories={"DE"})
    make.place(model, "shop/GB")
    make.settle()
    row = make.listing("COAT-red-s")
    assert row.state == state
    assert "hero-refused" in [one["code"] for one in row.problems]
    assert "No licence covers GB" in row.problems[-1]["detail"]
    assert not Publication.objects.exists()
    if state == "live":
        assert make.document("COAT-red-s")["media"] == []


def test_the_next_hero_with_rights_steps_in(coat):
    """The variant's own comes first; without rights here the model's takes its place."""
    own = make.make_picture(coat.red, "Own", territories={"GB"})
    make.settle()
    assert make.document("COAT-red-s", "shop/GB/en-GB")["media"][0]["asset"] == str(own.uid)
    assert make.document("COAT-red-s", "shop/DACH/de-DE")["media"][0]["asset"] == str(coat.hero.uid)


@pytest.mark.parametrize("half", ["AT", "DE"])
def test_a_market_needs_the_rights_in_all_its_territories(coat, half):
    from dam.models import Licence
    from dam.services.licences import change_terms
    from dam.verdict import TermFacts

    licence = Licence.objects.get()
    change_terms(licence, terms=[TermFacts(territories=frozenset({half, "GB"}))], actor=make.HOUSE)
    make.settle()
    assert make.document("COAT-red-s", "shop/DACH/de-DE")["media"] == []
    assert len(make.document("COAT-red-s", "shop/GB/en-GB")["media"]) == 1


def test_what_is_too_small_for_the_channel_stays_with_the_reason(coat):
    media = [{"target": "main_image", "role": "hero", "preset": "card", "min_pixels": 1500}]
    define_profile(channel="shop", body={**make.SHOP, "media": media}, actor=make.HOUSE)
    make.settle()
    row = make.listing("COAT-red-s")
    assert "each side needs 1500" in row.problems[0]["detail"]
    assert make.document("COAT-red-s")["media"] == []


def test_a_rendition_is_asked_for_when_a_picture_goes_out(coat):
    from dam.models import Rendition
    from dam.queries.renditions import rendition_key

    assert Rendition.objects.filter(key=rendition_key(coat.hero.current_version, "card")).exists()


def test_publications_are_the_assets_of_what_is_live(coat):
    rows = Publication.objects.values_list("channel", "market", "asset_id")
    live = Listing.objects.live().select_related("scope__channel", "scope__market")
    assert sorted(rows) == sorted(
        (one.scope.channel.code, one.scope.market.code, coat.hero.pk) for one in live if '"hero"' in one.body
    )


def test_publishing_now_waits_for_no_sequencer(catalogue, merchant, photographer):
    from foundation.core.errors import Denied

    model = make.make_coat()
    make.place(model, "shop/GB")
    with pytest.raises(Denied):
        publish_product(make.product("COAT-red-s"), actor=photographer)
    assert not Listing.objects.exists()
    (row,) = publish_product(make.product("COAT-red-s"), actor=merchant)
    assert row.is_live


def test_the_number_of_queries_does_not_grow_with_the_products(catalogue):
    def queries(*skus: str) -> int:
        roots = [make.product(sku).pk for sku in skus]
        with recorded(make.HOUSE), CaptureQueriesContext(connection) as seen:
            refresh_listings(roots)
        return len(seen)

    for number in range(6):
        model = make.make_coat(f"C{number}", "red-s", "blue-m")
        make.make_picture(model)
        make.place(model)
    make.settle()
    assert queries("C0") == queries("C0", "C1", "C2", "C3", "C4", "C5")


def test_a_binding_that_ends_later_is_a_change_then(coat):
    from associations.services.bindings import bind_asset
    from foundation.jobs.services import fire_timers

    later = make.make_asset("Summer")
    make.license_asset(later)
    with frozen(AT):
        bind_asset(
            product=coat.model, asset=later, role="gallery", actor=make.HOUSE, starts_at=AT + timedelta(days=1),
            ends_at=AT + timedelta(days=2),
        )  # fmt: skip
        make.settle()
        assert [one["role"] for one in make.document("COAT-red-s")["media"]] == ["hero"]
    for days, roles in ((1, ["hero", "gallery"]), (2, ["hero"])):
        with frozen(AT + timedelta(days=days)):
            fire_timers()
            make.settle()
            assert [one["role"] for one in make.document("COAT-red-s")["media"]] == roles
