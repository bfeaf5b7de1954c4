"""Attributes moved between the levels of a family, with their values. P4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.accounts.choices import Role
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.markets.models import Market
from foundation.markets.services import get_or_make_cell
from pim.errors import BadProduct, StaleValues, UnknownAttribute
from pim.models import Family, FamilyAttribute, Identifier, Override, Product, ProductValues
from pim.queries.values import resolve_values
from pim.resolution import joined, left_of
from pim.services import create_product, define_family, move_attribute, preview_attribute_move, set_values

from .factories import HOUSE, make_actor, make_coat, make_gtin, product, scope

pytestmark = pytest.mark.usefixtures("model")
SCOPES = ("shop/GB/en-GB", "shop/AT/de-AT", "shop/DE/de-DE")
PLACES = [(market, locale) for market in (None, "GB", "AT") for locale in ("*", "en-GB", "de-DE", "de-AT")]
Answers = dict[tuple[str, str], dict[str, Any]]


def answers(*, but: Sequence[str] = ()) -> Answers:
    """What each variant says in each scope."""
    sold = dict(Product.objects.sellable().values_list("pk", "sku"))
    return {
        (sold[pk], name): {code: one.value for code, one in found.items() if code not in but}
        for name in SCOPES
        for pk, found in resolve_values(list(sold), scope(name), max_sensitivity="secret").items()
    }


def store(sku: str, code: str, market: str | None, locale: str, value: Any) -> None:
    cell = get_or_make_cell(Market.objects.get(code=market) if market else None, locale)
    row, _ = ProductValues.objects.get_or_create(product=product(sku), cell=cell)
    row.vals[code] = value
    row.save()
    if market:
        Override.objects.create(
            product=product(sku), cell=cell, attribute_id=_attribute(code), reason=f"{sku} {market}", actor="user:x",
            at="2026-01-01T00:00Z",
        )  # fmt: skip


def _attribute(code: str) -> int:
    return int(FamilyAttribute.objects.filter(attribute__code=code).values_list("attribute", flat=True)[0])


def own(sku: str, code: str) -> dict[tuple[str | None, str], Any]:
    rows = ProductValues.objects.filter(product__sku=sku, vals__has_key=code)
    return {
        (market, locale): vals[code]
        for market, locale, vals in rows.values_list("cell__market__code", "cell__locale", "vals")
    }


def make_deep() -> None:
    """A model with two levels below it."""
    define_family(
        code="deep", axes=[["colour"], ["size"]], actor=HOUSE,
        attributes=[
            {"code": "name", "level": 0, "may_override_below": True}, {"code": "warranty", "level": 1},
            {"code": "colour", "level": 1}, {"code": "size", "level": 2}, {"code": "gtin", "level": 2},
            {"code": "launch", "level": 0},
        ],
    )  # fmt: skip
    create_product(sku="DEEP", family="deep", actor=HOUSE)
    for colour in ("red", "blue"):
        create_product(sku=f"DEEP-{colour}", parent="DEEP", values={"colour": colour}, actor=HOUSE)
        for size in ("s", "m"):
            create_product(sku=f"DEEP-{colour}-{size}", parent=f"DEEP-{colour}", values={"size": size}, actor=HOUSE)


values = st.dictionaries(st.sampled_from(PLACES), st.sampled_from("xyz"), max_size=5)


@given(values, values, values)
def test_joined_answers_as_the_line_did(root: Any, middle: Any, leaf: Any) -> None:
    assert joined(joined(root, middle), leaf) == joined(root, joined(middle, leaf))
    assert joined({}, leaf) == leaf == joined(leaf, {})


@given(values, values)
def test_what_is_left_answers_as_before(above: Any, mine: Any) -> None:
    kept, heard = left_of(above, mine)
    together = joined(above, kept)
    for place in PLACES:
        locale = place[1]
        said = mine.get(place, mine.get((None, locale)))
        says = together.get(place, together.get((None, locale)))
        assert said == says or any(where[1] == locale for where in heard)
    assert not kept.keys() & heard.keys()


# Few places, so that they meet.
crowded = st.dictionaries(st.sampled_from([place for place in PLACES if place[1] in "*en-GB"]), st.sampled_from("xyz"))
CATALOGUES = st.dictionaries(
    st.sampled_from(["DEEP", "DEEP-red", "DEEP-blue", "DEEP-red-s", "DEEP-red-m", "DEEP-blue-s"]), crowded, min_size=3
)
SLOW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@SLOW
@given(CATALOGUES, st.integers(1, 2), st.booleans())
def test_downwards_every_variant_answers_as_before(catalogue: Mapping[str, Any], level: int, may: bool) -> None:
    with transaction.atomic():
        make_deep()
        for sku, said in catalogue.items():
            for place, value in said.items():
                store(sku, "name", *place, value)
        before = answers()
        found = move_attribute(
            family="deep", attribute="name", level=level, may_override_below=may or level == 2, accept=True, actor=HOUSE
        )
        after = answers()
        lost = {one.sku for one in found.move.losses}
        assert {key for key in before if before[key] != after[key]} <= {key for key in before if key[0] in lost}
        assert not found.move.gains
        assert not lost & {sku for sku in lost if sku.count("-") == 2} or (level == 1 and not may)
        assert not ProductValues.objects.filter(product__level__lt=level, vals__has_key="name").exists()
        transaction.set_rollback(True)


@SLOW
@given(CATALOGUES, st.integers(0, 1), st.booleans())
def test_up_again_what_changes_is_told(catalogue: Mapping[str, Any], level: int, may: bool) -> None:
    with transaction.atomic():
        make_deep()
        FamilyAttribute.objects.filter(family__code="deep", attribute__code="name").update(level=2)
        for sku, said in catalogue.items():
            for place, value in said.items() if sku.count("-") == 2 else ():
                store(sku, "name", *place, value)
        before = answers()
        found = move_attribute(
            family="deep", attribute="name", level=level, may_override_below=may, winners={"*": "most"}, accept=True,
            actor=HOUSE,
        )  # fmt: skip
        after = answers()
        told = {one.sku for one in [*found.move.gains, *found.move.losses]}
        assert {sku for sku, name in before if before[sku, name] != after[sku, name]} <= told
        if may:
            assert not found.move.losses
        transaction.set_rollback(True)


class TestDown:
    def test_each_variant_gets_a_copy(self) -> None:
        make_coat("COAT", ("red-s", "red-m"))
        set_values(product("COAT"), values={"warranty": 24}, actor=HOUSE)
        set_values(product("COAT"), values={"warranty": 12}, market="GB", reason="British law", actor=HOUSE)
        before = answers()
        shown = preview_attribute_move(family="coats", attribute="warranty", level=1, actor=HOUSE)
        assert {(one.sku, one.market, one.before, one.after) for one in shown.move.writes} == {
            ("COAT", None, "24", None), ("COAT", "GB", "12", None),
            ("COAT-red-s", None, None, "24"), ("COAT-red-s", "GB", None, "12"),
            ("COAT-red-m", None, None, "24"), ("COAT-red-m", "GB", None, "12"),
        }  # fmt: skip
        assert not shown.move.losses
        assert own("COAT", "warranty") == {(None, "*"): "24", ("GB", "*"): "12"}
        move_attribute(family="coats", attribute="warranty", level=1, seen=shown.move.digest, actor=HOUSE)
        assert own("COAT", "warranty") == {}
        assert own("COAT-red-s", "warranty") == own("COAT-red-m", "warranty") == {(None, "*"): "24", ("GB", "*"): "12"}
        assert answers() == before
        assert set(Override.objects.values_list("product__sku", "reason")) == {
            ("COAT-red-s", "British law"), ("COAT-red-m", "British law"),
        }  # fmt: skip
        assert FamilyAttribute.objects.get(family__code="coats", attribute__code="warranty").level == 1
        types = set(OutboxEvent.objects.values_list("type", flat=True))
        assert "pim.family.changed" in types

    def test_a_model_without_variants_would_lose(self) -> None:
        make_coat("COAT", ("red-s",))
        create_product(sku="ALONE", family="coats", values={"washable": True}, actor=HOUSE)
        shown = preview_attribute_move(family="coats", attribute="washable", level=1, actor=HOUSE)
        assert [(one.sku, one.before, one.why) for one in shown.move.losses] == [
            ("ALONE", True, "No variant at that level hears of it")
        ]
        traces = Revision.objects.count(), OutboxEvent.objects.count()
        with pytest.raises(Conflict):
            move_attribute(family="coats", attribute="washable", level=1, actor=HOUSE)
        assert (Revision.objects.count(), OutboxEvent.objects.count()) == traces
        move_attribute(family="coats", attribute="washable", level=1, accept=True, actor=HOUSE)
        assert own("ALONE", "washable") == {}

    def test_what_is_unique_is_not_copied(self) -> None:
        define_family(
            code="boxed", axes=[["size"]], actor=HOUSE,
            attributes=[{"code": "gtin", "level": 0}, {"code": "size", "level": 1}],
        )  # fmt: skip
        gtin = make_gtin()
        create_product(sku="BOX", family="boxed", values={"gtin": gtin}, actor=HOUSE)
        create_product(sku="BOX-s", parent="BOX", values={"size": "s"}, actor=HOUSE)
        shown = preview_attribute_move(family="boxed", attribute="gtin", level=1, actor=HOUSE)
        assert shown.move.problems == []
        create_product(sku="BOX-m", parent="BOX", values={"size": "m"}, actor=HOUSE)
        with pytest.raises(BadProduct):
            move_attribute(family="boxed", attribute="gtin", level=1, accept=True, actor=HOUSE)
        assert Identifier.objects.get(scheme="gtin").product.sku == "BOX"
        Product.objects.get(sku="BOX-m").values.all().delete()
        Product.objects.filter(sku="BOX-m").delete()
        move_attribute(family="boxed", attribute="gtin", level=1, actor=HOUSE)
        assert Identifier.objects.get(scheme="gtin").product.sku == "BOX-s"


class TestUp:
    def test_where_variants_agree(self) -> None:
        make_coat("COAT", ("red-s", "red-m"))
        for sku in ("COAT-red-s", "COAT-red-m"):
            set_values(product(sku), values={"weight": "1 kg"}, actor=HOUSE)
        before = answers()
        move_attribute(family="coats", attribute="weight", level=0, actor=HOUSE)
        assert own("COAT", "weight") == {(None, "*"): {"amount": "1", "unit": "kg"}}
        assert own("COAT-red-s", "weight") == own("COAT-red-m", "weight") == {}
        assert answers() == before

    def test_where_they_do_not_somebody_says_who_wins(self) -> None:
        make_coat("COAT", ("red-s", "red-m", "blue-s"))
        for sku, weight in (("COAT-red-s", "1 kg"), ("COAT-red-m", "2 kg"), ("COAT-blue-s", "2 kg")):
            set_values(product(sku), values={"weight": weight}, actor=HOUSE)
        how: dict[str, Any] = {"family": "coats", "attribute": "weight", "level": 0, "actor": HOUSE}
        shown = preview_attribute_move(**how)
        assert {sku: said[None, "*"]["amount"] for sku, said in shown.disagreeing["COAT"].items()} == {
            "COAT-red-s": "1", "COAT-red-m": "2", "COAT-blue-s": "2",
        }  # fmt: skip
        with pytest.raises(BadProduct):
            move_attribute(**how, accept=True)
        with pytest.raises(BadProduct):
            move_attribute(**how, winners={"COAT": "CUP"}, accept=True)
        before = answers()
        move_attribute(**how, winners={"COAT": "COAT-red-s"}, may_override_below=True, accept=True)
        assert own("COAT", "weight")[None, "*"]["amount"] == "1"
        assert [own(sku, "weight") == {} for sku in ("COAT-red-s", "COAT-red-m")] == [True, False]
        assert answers() == before, "the others keep theirs"

    def test_or_the_others_lose_theirs(self) -> None:
        make_coat("COAT", ("red-s", "red-m", "blue-s"))
        for sku, weight in (("COAT-red-s", "1 kg"), ("COAT-red-m", "2 kg"), ("COAT-blue-s", "2 kg")):
            set_values(product(sku), values={"weight": weight}, actor=HOUSE)
        found = move_attribute(
            family="coats", attribute="weight", level=0, winners={"*": "most"}, accept=True, actor=HOUSE
        )
        assert [(one.sku, one.before["amount"]) for one in found.move.losses] == [("COAT-red-s", "1")]
        assert own("COAT", "weight")[None, "*"]["amount"] == "2"
        assert own("COAT-red-s", "weight") == {}


def test_refusals() -> None:
    make_coat()
    how: dict[str, Any] = {"family": "coats", "attribute": "warranty", "level": 1, "actor": HOUSE}
    for change, error in (
        ({"family": "none"}, Missing), ({"attribute": "none"}, UnknownAttribute), ({"level": 2}, Invalid),
        ({"level": -1}, Invalid), ({"attribute": "colour"}, Invalid), ({"seen": "another"}, StaleValues),
        ({"actor": make_actor(Role.MERCHANT)}, Denied), ({"actor": make_actor(market="GB")}, Denied),
    ):  # fmt: skip
        with pytest.raises(error):
            move_attribute(**{**how, **change})
    assert Family.objects.get(code="coats").members.get(attribute__code="warranty").level == 0
