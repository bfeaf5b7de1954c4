"""Creating and changing products. P1 P2 P4 P13."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.choices import Role
from foundation.core.errors import Denied, Problems
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from pim.errors import BadProduct, BadValue, IdentifierTaken, StaleValues, UnknownAttribute, UnknownFamily
from pim.models import Identifier, Product, ProductValues
from pim.queries.products import axis_values, find_by_identifier, label_of, labels_of, lines_of
from pim.services import apply_model, create_product, set_values, upsert_product, upsert_products

from . import factories
from .factories import HOUSE, make_coat, make_cup, make_gtin, product

pytestmark = pytest.mark.usefixtures("model")


def value(attribute: str, given: object, **place: object) -> dict[str, object]:
    return {"attribute": attribute, "value": given, **place}


def traces() -> tuple[int, int, list[int]]:
    versions = [
        *Product.objects.values_list("version", flat=True),
        *ProductValues.objects.values_list("version", flat=True),
    ]
    return Revision.objects.count(), OutboxEvent.objects.count(), versions


def test_a_model_and_its_variants_land_in_any_order() -> None:
    gtin = make_gtin()
    made = upsert_products(
        [
            {"sku": "A-1", "parent": "A", "values": [value("colour", "red"), value("size", "s"), value("gtin", gtin)]},
            {"sku": "A", "family": "coats", "values": [value("name", "Coat", locale="en-GB")]},
        ],
        actor=HOUSE,
    )
    assert [one.status for one in made] == ["created", "created"]
    model, variant = product("A"), product("A-1")
    assert (variant.parent, variant.root, variant.level, variant.family) == (model, model, 1, model.family)
    assert (model.root, model.level) == (model, 0)
    assert variant.axis_key == "colour=red&size=s"
    assert find_by_identifier("gtin", gtin) == [variant]
    assert find_by_identifier("gtin", gtin.zfill(14)) == [variant]
    assert find_by_identifier("sku", "A-1") == [variant]
    assert set(Product.objects.sellable()) == {variant}


def test_upserting_the_same_again_writes_nothing() -> None:
    documents = [
        {"sku": "A", "family": "coats", "reason": "list", "values": [
            value("name", "Coat", locale="en-GB"), value("price", "12.50 GBP", market="GB"),
            value("material", ["wool"])]},
        {"sku": "A-1", "parent": "A", "values": [
            value("colour", "red"), value("size", "s"), value("gtin", make_gtin(1))]},
    ]  # fmt: skip
    upsert_products(documents, actor=HOUSE)
    before = traces()
    assert {one.status for one in upsert_products(documents, actor=HOUSE)} == {"unchanged"}
    assert traces() == before


def test_a_change_raises_the_version_once_and_tells_public_attributes_only() -> None:
    cup = make_cup("C", name=None)
    OutboxEvent.objects.all().delete()
    changes = [value("name", "Cup", locale="en-GB"), value("cost", "3 GBP"), value("material", "wool | silk")]
    upsert_products([{"sku": "C", "values": changes}], actor=HOUSE)
    event = OutboxEvent.objects.get()
    assert event.type == "pim.product.changed"
    assert event.data == {
        "sku": "C",
        "root": str(cup.uid),
        "attributes": ["material", "name"],
        "cells": ["*/*", "*/en-GB"],
    }
    assert product("C").version == 2
    assert ProductValues.objects.get(cell__locale="*").vals == {"cost": {"GBP": "3.00"}, "material": ["silk", "wool"]}


def test_one_bad_document_stops_all_and_every_problem_is_named() -> None:
    before = traces()
    with pytest.raises(Problems) as caught:
        upsert_products(
            [
                {"sku": "GOOD", "family": "cups"},
                {
                    "sku": "BAD",
                    "family": "cups",
                    "values": [value("gtin", "9521234567890"), value("weight", "12 stone-ish")],
                },
                {"sku": "LOST", "family": "homewear"},
            ],
            actor=HOUSE,
        )
    found = [(type(one), one.path, one.extra.get("reason")) for one in caught.value.errors]
    assert found == [
        (BadValue, "1.values.0", "gtin-check-digit"),
        (BadValue, "1.values.1", "unknown-unit"),
        (UnknownFamily, "2.family", None),
    ]
    assert traces() == before
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"sku": "COAT-x", "parent": "COAT", "values": [value("colour", "red")]}, "axis-missing"),
        ({"sku": "COAT-x", "parent": "COAT", "values": [value("colour", "red"), value("size", "s")]}, "axes-taken"),
        ({"sku": "COAT-x", "parent": "COAT-red-s", "values": []}, "too-deep"),
        ({"sku": "COAT-x", "parent": "NOBODY", "family": "coats"}, "unknown-parent"),
        ({"sku": "COAT-x", "parent": "COAT", "family": "cups"}, "family-of-parent"),
        ({"sku": "COAT", "family": "cups"}, "family-fixed"),
        ({"sku": "COAT-red-s", "parent": None}, "parent-fixed"),
        ({"sku": "COAT-red-s", "values": [value("colour", None)]}, "axis-missing"),
        ({"sku": "COAT-red-s", "values": [value("size", "m")]}, "axes-taken"),
        ({"sku": "COAT-red-s", "values": [value("material", "wool")]}, "wrong-level"),
        ({"sku": "COAT", "values": [value("weight", "1 kg")]}, "wrong-level"),
        ({"sku": "COAT", "values": [value("colour", "red", locale="en-GB")]}, "not-localizable"),
        ({"sku": "COAT", "values": [value("material", "wool", market="GB")]}, "not-overridable"),
        ({"sku": "COAT", "values": [value("price", "1 GBP", market="GB")]}, "no-reason"),
        ({"sku": "COAT", "values": [value("name", "X", locale="xx")]}, "unknown-locale"),
        ({"sku": "COAT", "values": [value("price", "1 GBP", market="XX")]}, "unknown-market"),
        ({"sku": "COAT", "values": [value("name", "X"), value("name", "Y")]}, "given-twice"),
        ({"sku": " ", "family": "cups"}, "bad-sku"),
        ({"sku": "a\nb", "family": "cups"}, "bad-sku"),
    ],
)
def test_what_a_product_cannot_be(document: dict[str, object], reason: str) -> None:
    make_coat()
    before = traces()
    with pytest.raises((BadProduct, BadValue)) as caught:
        upsert_products([document], actor=HOUSE)
    assert caught.value.extra["reason"] == reason
    assert traces() == before


def test_children_of_a_refused_parent_are_refused_and_told_why() -> None:
    with pytest.raises(Problems) as caught:
        upsert_products(
            [
                {"sku": "A", "family": "coats", "values": [value("gtin", make_gtin())]},
                {"sku": "A-1", "parent": "A", "values": [value("colour", "red"), value("size", "s")]},
            ],
            actor=HOUSE,
        )
    assert [one.extra["reason"] for one in caught.value.errors] == ["wrong-level", "parent-refused"]


def test_two_variants_of_one_batch_cannot_share_their_axes() -> None:
    make_coat(variants=())
    axes = [value("colour", "red"), value("size", "s")]
    with pytest.raises(BadProduct) as caught:
        upsert_products([{"sku": sku, "parent": "COAT", "values": axes} for sku in ("X", "Y")], actor=HOUSE)
    assert caught.value.extra["reason"] == "axes-taken"


def test_an_identifier_finds_one_product_and_follows_its_value() -> None:
    gtin, other = make_gtin(), make_gtin()
    make_cup("A", gtin=gtin)
    with pytest.raises(IdentifierTaken):
        make_cup("B", gtin=gtin.zfill(14))
    with pytest.raises(IdentifierTaken):
        upsert_products(
            [{"sku": sku, "family": "cups", "values": [value("gtin", other)]} for sku in ("C", "D")], actor=HOUSE
        )
    set_values(product("A"), values={"gtin": other}, actor=HOUSE)
    assert list(Identifier.objects.values_list("scheme", "value")) == [("gtin", other.zfill(14))]
    set_values(product("A"), values={"gtin": None}, actor=HOUSE)
    assert not Identifier.objects.exists()


def test_only_who_may_edit_writes_and_classes_are_kept_apart() -> None:
    make_cup("A")
    with pytest.raises(Denied):
        create_product(sku="X", family="cups", actor=factories.make_actor(Role.MERCHANT))
    steward = factories.make_actor(Role.STEWARD)
    set_values(product("A"), values={"price": "12 GBP"}, actor=steward)
    with pytest.raises(UnknownAttribute):
        set_values(product("A"), values={"cost": "12 GBP"}, actor=steward)
    with pytest.raises(UnknownAttribute):
        set_values(product("A"), values={"price": "13 GBP"}, actor=factories.make_actor(Role.INTEGRATOR))


def test_a_stale_version_is_refused() -> None:
    make_cup("A")
    upsert_product({"sku": "A", "values": [value("name", "Cup")]}, actor=HOUSE, expected_version=1)
    with pytest.raises(StaleValues):
        upsert_product({"sku": "A", "values": [value("name", "Mug")]}, actor=HOUSE, expected_version=1)
    with pytest.raises(BadProduct):
        upsert_product({"sku": "A", "family": "cups"}, actor=HOUSE, must_be="new")


def test_a_batch_costs_the_same_number_of_statements_at_any_size() -> None:
    def statements(prefix: str, size: int) -> int:
        documents = [
            {"sku": f"{prefix}{at}", "family": "cups", "reason": "list", "values": [
                value("name", f"Cup {at}", locale="en-GB"), value("gtin", make_gtin()),
                value("price", "1 GBP", market="GB")]}
            for at in range(size)
        ]  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as captured:
            upsert_products(documents, actor=HOUSE)
        return len(captured)

    statements("warm", 1)
    assert statements("a", 3) == statements("b", 60) < 45


def test_names_and_axes_are_read_in_few_queries() -> None:
    model = make_coat()
    set_values(model, values={"name": "Mantel"}, locale="de-DE", actor=HOUSE)
    variant = product("COAT-red-s")
    assert label_of(variant, "de-AT") == "Mantel"
    assert label_of(variant, "en-GB") == "Mantel", "any language before the SKU"
    assert label_of(make_cup("BARE"), "en-GB") == "BARE"
    assert axis_values([variant.pk, model.pk]) == {variant.pk: {"colour": "red", "size": "s"}, model.pk: {}}
    ids = list(Product.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as captured:
        labels_of(ids, "de-AT")
        lines_of(ids)
    assert len(captured) <= 10


def test_applying_the_same_model_again_changes_no_attribute_and_no_family() -> None:
    before = OutboxEvent.objects.count(), Revision.objects.filter(table_name__startswith="pim_").count()
    assert apply_model(factories.MODEL, actor=HOUSE)["families"] == 2
    assert (OutboxEvent.objects.count(), Revision.objects.filter(table_name__startswith="pim_").count()) == before
