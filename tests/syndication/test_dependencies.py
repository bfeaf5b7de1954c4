"""A change to only one thing that a listing depends on, and to nothing else, still travels."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from associations.models import Binding
from associations.services.bindings import bind_asset, unbind_asset
from dam.models import AssetVersion, Licence
from dam.services.approvals import approve_asset, retire_asset
from dam.services.licences import assign_licence, change_terms, define_licence, revoke_licence, unassign_licence
from dam.services.presets import define_preset
from dam.verdict import TermFacts
from delivery.models import Publication
from foundation.archive.rebuilding import fingerprint, rebuild_all, rebuild_projection
from foundation.core.moment import frozen
from foundation.events.models import Dirty
from foundation.events.registry import PROJECTIONS
from foundation.history.services import recorded
from foundation.jobs.services import fire_timers
from foundation.markets.services import define_channel, define_locale, define_market, define_scope
from pim.models import Family, Identifier, Placement, Product
from pim.services import (
    define_attribute,
    define_family,
    define_record_type,
    set_values,
    withdraw_product,
    write_records,
)
from syndication.choices import PROJECTION
from syndication.models import ChannelProfile, Listing
from syndication.services.profiles import define_profile

from . import factories as make

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HERE = "shop/DACH/de-DE"


def changed(coat: Any, act: Callable[[], Any]) -> tuple[Any, Any]:
    """The listing before and after an act."""
    before = make.listing("COAT-red-s", HERE)
    with recorded(make.HOUSE):
        act()
    make.settle()
    return before, Listing.objects.get(pk=before.pk)


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def options() -> None:
    colours = [{"code": "red", "labels": {"en-GB": "Red", "de-DE": "Karmesin"}}]
    define_attribute(code="colour", type="select", options=colours, actor=make.HOUSE)


def new_version(coat: Any) -> None:
    from foundation.blobs.services import store_blob

    blob = store_blob(b"another picture", media_type="image/jpeg")
    AssetVersion.objects.create(
        asset=coat.hero, number=2, blob=blob, filename="b.jpg", media_type="image/jpeg", width=900, height=900,
        created_at=AT,
    )  # fmt: skip
    approve_asset(coat.hero, actor=make.HOUSE, number=2)


CHANGES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "own value": (lambda c: set_values(c.red, values={"name": "Eigen"}, locale="de-DE", actor=make.HOUSE), "Eigen"),
    "parent's value": (lambda c: set_values(c.model, values={"name": "Neu"}, locale="de-DE", actor=make.HOUSE), "Neu"),
    "value in a fallback locale": (
        lambda c: set_values(c.model, values={"description": "Soft."}, locale="en-GB", actor=make.HOUSE), "Soft.",
    ),
    "a market's override": (
        lambda c: set_values(
            c.model, values={"name": "Dach"}, market="DACH", locale="de-DE", actor=make.HOUSE, reason="local"), "Dach",
    ),
    "bulk SQL on values": (
        lambda c: sql(
            "UPDATE pim_productvalues SET vals = vals || '{\"name\": \"SQL\"}' WHERE product_id = %s AND vals ? 'name'",
            c.model.pk), "SQL",
    ),
    "an identifier": (
        lambda c: Identifier.objects.filter(product=c.red, scheme="gtin").update(value="0952000000"), '"0952000000"',
    ),
    "an option's label": (lambda c: options(), "Karmesin"),
    "the SKU": (lambda c: Product.objects.filter(pk=c.red.pk).update(sku="COAT-RED-NEW"), "COAT-RED-NEW"),
    "the family's code": (lambda c: Family.objects.filter(code="coats").update(code="mantles"), '"mantles"'),
    "a binding made": (
        lambda c: bind_asset(product=c.model, asset=licensed("Back"), role="gallery", actor=make.HOUSE), '"gallery"',
    ),
    "an approved version": (new_version, '"version":2'),
    "a market's currency": (
        lambda c: define_market(
            code="DACH", name="DACH", territories=["DE", "AT"], locales=["de-DE", "de-AT"], currency="GBP",
            actor=make.HOUSE), '"119.00"',
    ),
    "a market's units": (
        lambda c: define_market(
            code="DACH", name="DACH", territories=["DE", "AT"], locales=["de-DE", "de-AT"], currency="EUR",
            units="imperial", actor=make.HOUSE), '"lb"',
    ),
    "the mapping": (
        lambda c: define_profile(
            channel="shop", actor=make.HOUSE,
            body={**make.SHOP, "fields": [*make.SHOP["fields"], {"target": "x", "source": "constant", "value": "y"}]}),
        '"x":"y"',
    ),
    "a preset's format": (
        lambda c: define_preset(
            code="card", label="Card", body={"width": 600, "height": 600, "format": "webp"}, actor=make.HOUSE), ".webp",
    ),
}  # fmt: skip


def licensed(title: str) -> Any:
    asset = make.make_asset(title)
    make.license_asset(asset)
    return asset


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_travels(coat, name):
    act, sign = CHANGES[name]
    before, after = changed(coat, lambda: act(coat))
    assert sign not in before.body
    assert sign in after.body
    assert after.revision > before.revision


def test_a_record_travels_with_its_words_and_codes_and_a_table_as_it_is(coat):
    brands = define_record_type(code="brands", labels={"en-GB": "Brands"}, actor=make.HOUSE)
    harrow = {"code": "harrow", "labels": {"en-GB": "Harrow"}, "external_codes": {"shop": "B-17"}}
    write_records(brands, documents=[harrow, {"code": "other", "labels": {"en-GB": "Other"}}], actor=make.HOUSE)
    define_attribute(code="brand", type="record", validation={"record_type": "brands"}, actor=make.HOUSE)
    columns = [{"code": "size", "type": "text"}, {"code": "chest", "type": "measurement", "unit": "cm"}]
    define_attribute(code="chart", type="table", validation={"columns": columns}, actor=make.HOUSE)
    family = Family.objects.get(code="coats")
    members = [
        {"code": one.attribute.code, "level": one.level, "may_override_below": one.may_override_below}
        for one in family.members.all()
    ]
    define_family(
        code="coats", attributes=[*members, {"code": "brand"}, {"code": "chart"}], axes=[["colour", "size"]],
        visual_axis="colour", label_attribute="name", actor=make.HOUSE,
    )  # fmt: skip
    fields = [
        {"target": "maker", "source": "attribute", "attribute": "brand"},
        {"target": "maker_code", "source": "attribute", "attribute": "brand", "options": "external"},
        {"target": "sizes", "source": "attribute", "attribute": "chart"},
    ]
    define_profile(channel="shop", actor=make.HOUSE, body=make.SHOP | {"fields": [*make.SHOP["fields"], *fields]})
    set_values(coat.model, values={"brand": "harrow", "chart": [{"size": "S", "chest": "92 cm"}]}, actor=make.HOUSE)
    make.settle()
    told = make.document("COAT-red-s", HERE)["fields"]
    assert (told["maker"], told["maker_code"]) == ("Harrow", "B-17")
    assert told["sizes"] == [{"size": "S", "chest": {"amount": "92", "unit": "cm"}}]
    renamed = {"code": "harrow", "labels": {"en-GB": "Harrow", "de-DE": "Harrow & Söhne"}}
    before, after = changed(coat, lambda: write_records(brands, documents=[renamed], actor=make.HOUSE))
    assert after.revision > before.revision
    assert make.document("COAT-red-s", HERE)["fields"]["maker"] == "Harrow & Söhne"
    other = {"code": "other", "labels": {"en-GB": "Elsewhere"}}
    before, after = changed(coat, lambda: write_records(brands, documents=[other], actor=make.HOUSE))
    assert after.revision == before.revision, "nothing of it is said here"


def _terms(licence: Licence, **term: Any) -> None:
    change_terms(licence, terms=[TermFacts(**term)], actor=make.HOUSE)


LOSSES: dict[str, Callable[[Any], Any]] = {
    "a territory": lambda c: _terms(Licence.objects.get(), territories=frozenset({"DE"})),
    "the channel": lambda c: _terms(Licence.objects.get(), channels=frozenset({"bazaar"})),
    "the use": lambda c: _terms(Licence.objects.get(), uses=frozenset({"print"})),
    "a revoked licence": lambda c: revoke_licence(Licence.objects.get(), actor=make.HOUSE),
    "an unassigned licence": lambda c: unassign_licence([c.hero], licence=Licence.objects.get(), actor=make.HOUSE),
    "an exclusion": lambda c: assign_licence(
        [c.hero],
        actor=make.HOUSE,
        licence=define_licence(name="No", terms=[TermFacts(is_grant=False)], actor=make.HOUSE),
    ),
    "the asset retired": lambda c: retire_asset(c.hero, actor=make.HOUSE),
    "the asset kept to another market": lambda c: type(c.hero).objects.filter(pk=c.hero.pk).update(markets=["US"]),
    "the binding removed": lambda c: unbind_asset(uid=Binding.objects.get().uid, actor=make.HOUSE),
    "the channel's use": lambda c: define_channel(
        code="shop", name="Web shop", kind="d2c", actor=make.HOUSE, asks_restricted=True, use="tv"
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_picture_that_may_not_go_out_is_dropped(coat, name):
    _terms(Licence.objects.get(), uses=frozenset({"web"}))
    make.settle()
    before, after = changed(coat, lambda: LOSSES[name](coat))
    assert str(coat.hero.uid) in before.body
    assert json.loads(after.body)["media"] == []
    assert after.revision > before.revision
    assert not Publication.objects.filter(listing=after.uid).exists()


def test_rights_that_open_and_end_are_changes_at_their_moments(coat):
    opens, ends = AT + timedelta(hours=1), AT + timedelta(hours=2)
    with frozen(AT):
        _terms(Licence.objects.get(), starts_at=opens, ends_at=ends)
        make.settle()
        assert make.document("COAT-red-s", HERE)["media"] == []
    for moment, pictures in ((opens, 1), (ends, 0)):
        with frozen(moment - timedelta(seconds=1)):
            fire_timers()
            make.settle()
            assert len(make.document("COAT-red-s", HERE)["media"]) == 1 - pictures
        with frozen(moment):
            fire_timers()
            make.settle()
            assert len(make.document("COAT-red-s", HERE)["media"]) == pictures


def test_an_override_that_lapses_is_a_change(coat):
    with frozen(AT):
        set_values(
            coat.model, values={"name": "Kurz"}, market="DACH", locale="de-DE", actor=make.HOUSE, reason="sale",
            expires_at=AT + timedelta(days=1),
        )  # fmt: skip
        make.settle()
        assert make.document("COAT-red-s", HERE)["fields"]["title"] == "Kurz"
    with frozen(AT + timedelta(days=1)):
        fire_timers()
        make.settle()
        assert make.document("COAT-red-s", HERE)["fields"]["title"] == "Wollmantel"


def test_a_fallback_that_changes_is_a_change(coat):
    assert make.document("COAT-red-s", HERE)["fields"]["description"] == "Warm."
    define_locale(code="de-DE", name="German", fallback=None, actor=make.HOUSE)
    make.settle()
    assert "description" not in make.document("COAT-red-s", HERE)["fields"]


def test_a_new_scope_fills_itself(coat):
    define_market(
        code="GB", name="GB", territories=["GB"], locales=["en-GB", "en-US"], currency="GBP", actor=make.HOUSE
    )
    define_scope(channel="shop", market="GB", locale="en-US", actor=make.HOUSE)
    make.settle()
    assert make.document("COAT-red-s", "shop/GB/en-US")["fields"]["title"] == "Wool coat"


@pytest.mark.parametrize(
    "act",
    [
        lambda c: Product.objects.filter(pk=c.model.pk).update(state="retired"),
        lambda c: Product.objects.filter(pk=c.red.pk).update(state="retired"),
        lambda c: withdraw_product(c.red, channel="shop", market="DACH", actor=make.HOUSE, reason="no"),
        lambda c: Placement.objects.all().delete(),
    ],
)
def test_what_is_not_offered_any_more_is_withdrawn(coat, act):
    before, after = changed(coat, lambda: act(coat))
    assert (before.state, after.state) == ("live", "tombstone")
    assert after.revision > before.revision


def test_giving_revisions_marks_nothing(coat):
    """The channel's row changes with each revision; if that marked its products, nothing would come to rest."""
    assert not Dirty.objects.filter(projection=PROJECTION).exists()
    type(coat.world.shop).objects.filter(code="shop").update(last_revision=1000)
    assert not Dirty.objects.filter(projection=PROJECTION).exists()


def test_another_channels_rules_mark_only_what_is_placed_there(coat):
    other = make.make_coat("OTHER")
    make.place(other, "shop/US")
    make.settle()
    ChannelProfile.objects.filter(channel__code="bazaar").update(version=7)
    assert list(Dirty.objects.filter(projection=PROJECTION).values_list("subject_id", flat=True)) == [coat.model.pk]


def test_a_rebuild_gives_the_same_bytes(coat):
    """Also for what is held, withdrawn, and shown by a picture without rights."""
    for number, name in enumerate(("HELD", "GONE", "BARE")):
        model = make.make_coat(name, "red-s", "blue-m")
        make.make_picture(model, f"P{number}", territories={"US"} if name == "BARE" else set())
        make.place(model)
    set_values(make.product("HELD"), values={"name": None}, locale="en-GB", actor=make.HOUSE)
    make.settle()
    withdraw_product(make.product("GONE"), channel="shop", market="GB", actor=make.HOUSE, reason="no")
    make.settle()
    before = [fingerprint(table) for table in PROJECTIONS[PROJECTION].tables]
    assert rebuild_projection(PROJECTIONS[PROJECTION])
    Publication.objects.all().delete()
    rebuild_projection(PROJECTIONS[PROJECTION])
    assert [fingerprint(table) for table in PROJECTIONS[PROJECTION].tables] == before
    assert rebuild_all()[PROJECTION]
