"""Completeness after every change, whoever makes it and how. P9 S11 G9."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from foundation.accounts.choices import Role
from foundation.archive.rebuilding import rebuild_projection
from foundation.core import moment
from foundation.core.errors import Invalid
from foundation.events.models import Dirty, Event
from foundation.events.registry import PROJECTIONS
from foundation.events.sequencing import drain
from foundation.history.services import recorded
from foundation.jobs.services import fire_timers
from foundation.markets.services import define_locale, define_scope
from pim.choices import MASK_LENGTH
from pim.models import (
    Attribute,
    Completeness,
    FamilyAttribute,
    FirstCompletion,
    Override,
    Product,
    ProductValues,
    Requirement,
)
from pim.queries.completeness import missing_attributes, of_product, of_products, overview
from pim.queries.values import resolve_values
from pim.services import create_product, define_family, place_product, set_values, withdraw_product
from pim.services.configuration import apply_model

from .factories import HOUSE, MODEL, make_actor, make_coat, make_cup, make_gtin, product, scope

pytestmark = pytest.mark.usefixtures("model")


def naive(one: Product, where: str) -> tuple[int, int, list[str]]:
    """By the resolution engine, attribute by attribute."""
    place = scope(where)
    found = resolve_values([one.pk], place, max_sensitivity="secret")[one.pk]
    members = {row.attribute_id: row for row in FamilyAttribute.objects.filter(family=one.family)}
    rows = Requirement.objects.filter(family=one.family, channel=place.channel).select_related("attribute")
    wanted = [row.attribute.code for row in rows if members[row.attribute_id].level <= one.level]
    missing = [code for code in wanted if code not in found or not found[code].counts]
    return len(wanted), len(wanted) - len(missing), sorted(missing)


def check() -> None:
    """Drain, then compare every product in every scope with the naive answer, and no row is too many."""
    drain()
    rows = {(row.product_id, str(row.scope)): row for row in Completeness.objects.select_related(
        "scope__channel", "scope__market", "scope__locale")}  # fmt: skip
    from foundation.markets.models import Scope

    wanted = {}
    for one in Product.objects.all():
        for place in Scope.objects.select_related("channel", "market", "locale"):
            required, filled, missing = naive(one, str(place))
            if required:
                wanted[one.pk, str(place)] = (required, filled, missing)
    found = {
        key: (row.required, row.filled, sorted(missing_attributes(Product.objects.get(pk=key[0]), scope=row.scope)))
        for key, row in rows.items()
    }
    assert found == wanted


def test_counts_what_is_required_at_the_level_and_what_fallback_allows() -> None:
    make_coat()
    model, variant = product("COAT"), product("COAT-red-s")
    set_values(model, values={"name": "Coat", "description": "<p>Warm</p>"}, locale="en-GB", actor=HOUSE)
    set_values(model, values={"name": "Mantel"}, locale="de-DE", actor=HOUSE)
    check()
    by_scope = {str(one.scope): one for one in of_product(variant)}
    assert by_scope["shop/GB/en-GB"].missing == ("price",)
    assert by_scope["shop/DE/de-DE"].missing == ("description", "price"), "English does not count as German"
    assert by_scope["shop/AT/de-AT"].missing == ("description", "price"), "German counts in Austria"
    assert by_scope["bazaar/GB/en-GB"].is_complete
    assert {str(one.scope): one.missing for one in of_product(model)}["shop/GB/en-GB"] == ("price",)
    set_values(model, values={"price": "5 EUR"}, market="AT", reason="launch", actor=HOUSE)
    check()
    assert {str(one.scope): one.missing for one in of_product(variant)}["shop/AT/de-AT"] == ("description",)
    assert [one.percent for one in of_product(variant)] == [100, 80, 60, 80]


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


CHANGES: dict[str, Callable[[], object]] = {
    "a value": lambda: set_values(product("CUP"), values={"name": "Cup"}, locale="en-GB", actor=HOUSE),
    "a value cleared": lambda: set_values(product("COAT-red-s"), values={"gtin": None}, actor=HOUSE),
    "the parent's value": lambda: set_values(product("COAT"), values={"name": None}, locale="en-GB", actor=HOUSE),
    "values by bulk SQL": lambda: sql("UPDATE pim_productvalues SET vals = vals - 'gtin'"),
    "computed by bulk SQL": lambda: sql("UPDATE pim_productvalues SET computed = '{\"price\": {\"EUR\": \"1.00\"}}'"),
    "rows deleted by SQL": lambda: sql("DELETE FROM pim_productvalues"),
    "a requirement": lambda: sql("DELETE FROM pim_requirement WHERE attribute_id IN (SELECT id FROM pim_attribute "
                                 "WHERE code = 'price')"),
    "the family": lambda: apply_model({**MODEL, "families": [
        {**MODEL["families"][1], "required": {"shop": ["name", "material"], "bazaar": ["gtin"]}}]}, actor=HOUSE),
    "the level of an attribute": lambda: FamilyAttribute.objects.filter(attribute__code="gtin").update(level=0),
    "a new product": lambda: make_cup("NEW", name="x"),
    "a new variant": lambda: create_product(
        sku="COAT-blue-l", parent="COAT", values={"colour": "blue", "size": "l"}, actor=HOUSE),
    "a fallback": lambda: define_locale(code="de-AT", name="x", fallback="en-GB", fallback_counts=True, actor=HOUSE),
    "a fallback's weight": lambda: define_locale(
        code="de-DE", name="x", fallback="en-GB", fallback_counts=True, actor=HOUSE),
    "a scope": lambda: define_scope(channel="bazaar", market="DE", locale="de-DE", actor=HOUSE),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_is_right_after(change: str) -> None:
    make_coat()
    make_cup("CUP", gtin=make_gtin())
    set_values(product("COAT"), values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
    check()
    before = set(Completeness.objects.values_list("product_id", "scope_id", "required", "filled", "missing"))
    CHANGES[change]()
    check()
    after = set(Completeness.objects.values_list("product_id", "scope_id", "required", "filled", "missing"))
    assert before != after
    assert rebuild_projection(PROJECTIONS["pim.completeness"]), "a rebuild gives the same bytes"
    assert not Dirty.objects.exists()


def test_a_rebuild_of_an_emptied_table_gives_the_same_bytes() -> None:
    from foundation.archive.rebuilding import fingerprint

    make_coat()
    set_values(product("COAT"), values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
    drain()
    before = {table: fingerprint(table) for table in ("pim_completeness", "pim_productsearch")}
    events = Event.objects.count()
    sql("DELETE FROM pim_completeness")
    sql("DELETE FROM pim_productsearch")
    for name in ("pim.completeness", "pim.search"):
        rebuild_projection(PROJECTIONS[name])
    assert {table: fingerprint(table) for table in before} == before
    drain()
    assert Event.objects.count() == events, "a rebuild tells no news"


def test_a_placement_says_where_it_matters_and_the_nearest_one_holds() -> None:
    make_coat()
    place_product(product("COAT"), channel="shop", market="GB", actor=HOUSE, reason="Season")
    drain()
    placed = {one.pk: {str(row.scope) for row in of_product(one) if row.is_placed} for one in Product.objects.all()}
    assert set(map(frozenset, placed.values())) == {frozenset({"shop/GB/en-GB"})}
    withdraw_product(product("COAT-red-m"), channel="shop", market="GB", actor=HOUSE, reason="Sold out")
    drain()
    assert not [one for one in of_product(product("COAT-red-m")) if one.is_placed]
    assert [one for one in of_product(product("COAT-red-s")) if one.is_placed]
    (row,) = overview(HOUSE)
    assert (row.channel, row.market, row.locale, row.products, row.complete) == ("shop", "GB", "en-GB", 2, 0)
    assert row.average == 40.0, "gtin and colour of five"


def test_the_overview_and_the_rows_are_those_of_the_actors_markets() -> None:
    make_coat()
    make_cup("CUP", name="Cup", gtin=make_gtin())
    for market in ("GB", "DE"):
        place_product(product("COAT"), channel="shop", market=market, actor=HOUSE, reason="Season")
    place_product(product("CUP"), channel="shop", market="GB", actor=HOUSE, reason="Season")
    drain()
    german = make_actor(Role.STEWARD, market="DE")
    assert [(row.market, row.products) for row in overview(german)] == [("DE", 3)]
    assert [(row.market, row.products, row.complete) for row in overview(HOUSE)] == [("DE", 3, 0), ("GB", 4, 1)]
    assert [(row.market, row.products) for row in overview(HOUSE, family="cups")] == [("GB", 1)]
    assert not of_products([product("CUP").pk], actor=german)
    integrator = make_actor(Role.INTEGRATOR)
    missing = {code for one in of_product(product("COAT-red-s"), actor=integrator) for code in one.missing}
    assert missing == {"name", "description"}, "a restricted attribute is not even named"


def test_the_first_completion_is_told_once() -> None:
    cup = make_cup("CUP", gtin=make_gtin())
    drain()
    assert not FirstCompletion.objects.exists()
    set_values(cup, values={"name": "Cup"}, actor=HOUSE)
    drain()
    told = Event.objects.filter(type="pim.product.completed_first", subject=cup.uid)
    assert sorted(event.data["scope"] for event in told) == ["shop/AT/de-AT", "shop/DE/de-DE", "shop/GB/en-GB"]
    set_values(cup, values={"name": None}, actor=HOUSE)
    drain()
    set_values(cup, values={"name": "Mug"}, actor=HOUSE)
    drain()
    assert told.all().count() == 3
    model = make_coat()
    set_values(model, values={"name": "Coat"}, actor=HOUSE)
    drain()
    assert not FirstCompletion.objects.filter(product=model).exists(), "a model is not sold"


def test_an_override_lapses_at_its_moment() -> None:
    cup = make_cup("CUP", name="Cup")
    at = moment.now()
    soon = at + timedelta(hours=1)
    set_values(cup, values={"name": "Sale!"}, market="GB", reason="Sale", expires_at=soon, actor=HOUSE)
    place = scope("shop/GB/en-GB")
    drain()
    fire_timers()
    assert resolve_values([cup.pk], place)[cup.pk]["name"].value == "Sale!"
    with moment.frozen(soon + timedelta(seconds=1)):
        assert fire_timers() == 1
        assert fire_timers() == 0
    assert resolve_values([cup.pk], place)[cup.pk]["name"].value == "Cup"
    assert not Override.objects.exists()
    check()


def test_an_override_that_was_prolonged_or_cleared_is_left_alone() -> None:
    cup = make_cup("CUP", name="Cup")
    soon = moment.now() + timedelta(hours=1)
    set_values(cup, values={"name": "Sale!"}, market="GB", reason="Sale", expires_at=soon, actor=HOUSE)
    later = soon + timedelta(hours=5)
    set_values(cup, values={"name": "Sale!"}, market="GB", reason="Sale", expires_at=later, actor=HOUSE)
    assert Override.objects.get().expires_at == later
    set_values(cup, values={"name": "New"}, market="GB", reason="For good", actor=HOUSE)
    with moment.frozen(later + timedelta(seconds=1)):
        fire_timers()
    assert ProductValues.objects.get(cell__market__code="GB").vals == {"name": "New"}


def test_a_family_that_lost_an_attribute_never_gives_its_bit_away() -> None:
    drain()
    indexes = {row.attribute.code: row.index for row in FamilyAttribute.objects.filter(family__code="cups")}
    fewer = ["name", "gtin", "colour"]
    with recorded(HOUSE):
        for attributes in (fewer, [*fewer, "size", "weight"]):
            define_family(code="cups", attributes=[{"code": code} for code in attributes], actor=HOUSE)
    now = {row.attribute.code: row.index for row in FamilyAttribute.objects.filter(family__code="cups")}
    assert now.pop("size") == max(indexes.values()) + 1
    assert now == indexes


def test_a_thousand_attributes_are_told_apart_to_the_bit() -> None:
    """Every bit of the mask, on both sides of the old end of it at 512; one attribute more has no room."""
    codes = [f"fact{at:04}" for at in range(MASK_LENGTH)]
    Attribute.objects.bulk_create(Attribute(code=code, type="text") for code in codes)
    members = [{"code": code, "level": 0} for code in codes]
    define_family(code="wide", attributes=members, required={"bazaar": codes}, actor=HOUSE)
    told = {at for at in range(MASK_LENGTH) if at % 3 == 0} - {0, 513} | {511, 512, 1023}
    wide = create_product(sku="WIDE", family="wide", values={codes[at]: "7" for at in told}, actor=HOUSE)
    place = scope("bazaar/GB/en-GB")

    def lacks(wanted: set[int]) -> bool:
        check()
        row = Completeness.objects.get(product_id=wide.pk, scope=place)
        return (row.required, row.filled, set(row.missing_positions)) == (1024, 1024 - len(wanted), wanted)

    missing = set(range(MASK_LENGTH)) - told
    assert lacks(missing)
    set_values(wide, values={codes[0]: "7", codes[513]: "7", codes[1023]: None}, actor=HOUSE)
    assert lacks(missing - {0, 513} | {1023})
    with pytest.raises(Invalid, match="room for 1024"):
        define_family(code="wide", attributes=[*members, {"code": "name", "level": 0}], actor=HOUSE)
