"""The matrix of a model: what is missing of it is made at once, and taken back while nothing was said. P4."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.choices import Role
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Problems, TandemError
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from pim.checks.skus import fields_of, guess_pattern, spell_sku
from pim.errors import BadProduct, StaleValues
from pim.models import Attribute, FirstCompletion, Option, Product
from pim.queries.matrix import Matrix, matrix_of
from pim.services import (
    create_product,
    create_variants,
    define_family,
    place_product,
    preview_variants,
    set_values,
    take_back_variants,
)

from .factories import HOUSE, make_actor, make_coat, make_cup, make_user, product
from .test_history import api
from .test_levels import make_deep
from .test_variants import answers, faults

pytestmark = pytest.mark.usefixtures("model")
BLUE_M, BLUE_L = {"colour": "blue", "size": "m"}, {"colour": "blue", "size": "l"}


def traces() -> tuple[int, int, int]:
    return Product.objects.count(), Revision.objects.count(), OutboxEvent.objects.count()


def matrix(sku: str, **shown: list[str]) -> Matrix:
    found = matrix_of(product(sku), actor=HOUSE, shown=shown)
    assert found is not None
    return found


class TestMatrix:
    def test_what_is_there_and_what_is_missing(self) -> None:
        make_coat("COAT", ("red-s", "blue-m"))
        found = matrix("COAT")
        assert [(axis.code, [one.code for one in axis.options]) for axis in found.axes] == [
            ("colour", ["red", "blue"]), ("size", ["s", "m", "l"]),
        ]  # fmt: skip
        there = {cell.options: cell.variant.sku for cell in found.cells if cell.variant}
        assert there == {("red", "s"): "COAT-red-s", ("blue", "m"): "COAT-blue-m"}
        assert [cell.options for cell in found.missing] == [
            ("red", "m"), ("red", "l"), ("blue", "s"), ("blue", "l"),
        ]  # fmt: skip
        assert matrix_of(make_cup(), actor=HOUSE) is None
        assert matrix_of(product("COAT-red-s"), actor=HOUSE) is None

    def test_a_long_axis_shows_what_is_used_and_asked_for(self) -> None:
        make_coat("COAT", ("red-s",))
        colour = Attribute.objects.get(code="colour")
        Option.objects.bulk_create(Option(attribute=colour, code=f"c{at}", position=at + 10) for at in range(400))
        with CaptureQueriesContext(connection) as asked:
            found = matrix("COAT", colour=["c7", "nothing"])
        assert [one.code for one in found.axes[0].options] == ["red", "c7"]
        assert found.axes[0].has_more
        assert len(found.cells) == 6
        assert len(asked) <= 10

    def test_below_one_variant(self) -> None:
        make_deep()
        found = matrix_of(product("DEEP-red"), actor=HOUSE)
        assert found is not None
        assert [cell.options for cell in found.missing] == [("l",)]
        assert len(matrix("DEEP").missing) == 2


class TestCreate:
    def test_what_is_missing_is_made_and_the_same_again_makes_nothing(self) -> None:
        model = make_coat("COAT", ("red-s",))
        set_values(model, values={"washable": True}, actor=HOUSE)
        asked: dict[str, Any] = {
            "combinations": [{"colour": "red", "size": "s"}, BLUE_M, BLUE_L, BLUE_M], "patterns": ["{parent}/{AXES}"],
        }  # fmt: skip
        before = traces()
        shown = preview_variants(model, **asked, actor=HOUSE)
        assert [(one.sku, one.is_new) for one in shown.variants] == [
            ("COAT-red-s", False), ("COAT/BLUE-M", True), ("COAT/BLUE-L", True),
        ]  # fmt: skip
        assert traces() == before
        with pytest.raises(StaleValues):
            create_variants(model, **asked, seen="another", actor=HOUSE)
        assert traces() == before
        create_variants(model, **asked, seen=shown.digest, actor=HOUSE)
        made = product("COAT/BLUE-M")
        assert (made.parent, made.root, made.level, made.axis_key) == (model, model, 1, "colour=blue&size=m")
        assert answers("COAT/BLUE-M")["shop/GB/en-GB"]["washable"] is True
        events = OutboxEvent.objects.filter(type="pim.product.created", data__sku__startswith="COAT/")
        assert sorted(one.data["sku"] for one in events) == ["COAT/BLUE-L", "COAT/BLUE-M"]
        assert faults() == []
        before = traces()
        assert create_variants(model, **asked, seen=shown.digest, actor=HOUSE).new == []
        assert traces() == before

    def test_what_stands_between_is_made_along(self) -> None:
        make_deep()
        Product.objects.get(sku="DEEP-blue-s").values.all().delete()
        Product.objects.get(sku="DEEP-blue-s").delete()
        plan = create_variants(
            product("DEEP"), patterns=["{model}.{colour}", "{parent}.{size}"], actor=HOUSE,
            combinations=[{"colour": "red", "size": "l"}, {"colour": "blue", "size": "s"}],
        )  # fmt: skip
        assert [one.sku for one in plan.new] == ["DEEP-red.l", "DEEP-blue.s"]
        option = Option.objects.create(attribute=Attribute.objects.get(code="colour"), code="green", position=9)
        green = {"colour": option.code}
        plan = create_variants(
            product("DEEP"), actor=HOUSE, combinations=[green | {"size": "s"}, green | {"size": "m"}]
        )
        assert [(one.sku, one.parent) for one in plan.new] == [
            ("DEEP-green", "DEEP"), ("DEEP-green-s", "DEEP-green"), ("DEEP-green-m", "DEEP-green"),
        ]  # fmt: skip
        below = create_variants(product("DEEP-green"), combinations=[{"size": "l"}], actor=HOUSE)
        assert [(one.sku, one.level) for one in below.new] == [("DEEP-green-l", 2)]
        assert faults() == []

    @pytest.mark.parametrize(("asked", "code", "path"), [
        ({"patterns": ["{parent}-{length}"]}, "bad-pattern", "patterns.0"),
        ({"patterns": ["{parent}"]}, "exists", "combinations.0.sku"),
        ({"patterns": ["{model}-{colour}"]}, "duplicate-sku", "combinations.1.sku"),
        ({"patterns": ["x" * 99 + "{axes}"]}, "bad-sku", "combinations.0.sku"),
        ({"patterns": ["CUP-{axes}"], "combinations": [BLUE_M]}, "exists", "combinations.0.sku"),
        ({"combinations": [{"colour": "Blue", "size": "m"}]}, "unknown-option", "combinations.0.colour"),
        ({"combinations": [{"colour": "blue"}]}, "axis-missing", "combinations.0.size"),
        ({"combinations": [{**BLUE_M, "weight": "1"}]}, "no-axis", "combinations.0.weight"),
        ({"combinations": [BLUE_M, {"colour": "red", "size": "m"}]}, "retired", "combinations.1.colour"),
    ])  # fmt: skip
    def test_refusals_leave_nothing_behind(self, asked: dict[str, Any], code: str, path: str) -> None:
        model = make_coat("COAT", ("blue-s",))
        make_cup("CUP-blue-m")
        Option.objects.filter(code="red").update(is_retired=True)
        before = traces()
        given = {"combinations": [BLUE_M, BLUE_L], **asked}
        shown = preview_variants(model, **given, actor=HOUSE)
        assert (code, path) in {(one.extra.get("reason"), one.path) for one in shown.problems}
        with pytest.raises(TandemError):
            create_variants(model, **given, actor=HOUSE)
        assert traces() == before

    def test_who_may_not_and_what_takes_none(self) -> None:
        model = make_coat("COAT", ("red-s",))
        place_product(model, channel="shop", market="GB", reason="Range", actor=HOUSE)
        before = traces()
        for above, actor, error in (
            (model, make_actor(Role.MERCHANT), Denied), (model, make_actor(market="GB"), Denied),
            (model, make_actor(market="DE"), Missing), (product("COAT-red-s"), HOUSE, BadProduct),
        ):  # fmt: skip
            with pytest.raises(error):
                create_variants(above, combinations=[BLUE_M], actor=actor)
        with pytest.raises(Invalid, match="at most 500"):
            create_variants(model, combinations=[BLUE_M] * 501, actor=HOUSE)
        assert traces()[0] == before[0]


class TestTakeBack:
    def test_it_is_as_it_was(self) -> None:
        define_family(
            code="scarves", axes=[["colour"]], required={"shop": ["name"]}, actor=HOUSE,
            attributes=[{"code": "name"}, {"code": "colour", "level": 1}],
        )  # fmt: skip
        model = create_product(sku="SCARF", family="scarves", actor=HOUSE)
        set_values(model, values={"name": "Scarf"}, locale="en-GB", actor=HOUSE)
        place_product(model, channel="shop", market="GB", reason="Range", actor=HOUSE)
        red, blue = {"colour": "red"}, {"colour": "blue"}
        create_variants(model, combinations=[red], actor=HOUSE)
        made = create_variants(model, combinations=[red, blue], actor=HOUSE).made_at
        assert made is not None
        assert faults() == []
        assert FirstCompletion.objects.filter(product__sku="SCARF-blue").exists()
        assert take_back_variants(model, made_at=made, actor=HOUSE) == ["SCARF-blue"]
        assert set(model.tree.values_list("sku", flat=True)) == {"SCARF", "SCARF-red"}
        event = OutboxEvent.objects.filter(type="pim.product.taken_back").get()
        assert event.data == {"sku": "SCARF-blue", "root": str(model.uid)}
        assert faults() == []
        with pytest.raises(Missing):
            take_back_variants(model, made_at=made, actor=HOUSE)

    def test_not_what_somebody_went_on_from(self) -> None:
        model = make_coat("COAT", ("red-s",))
        made = create_variants(model, combinations=[BLUE_M, BLUE_L], actor=HOUSE).made_at
        assert made is not None
        with pytest.raises(Denied):
            take_back_variants(model, made_at=made, actor=make_actor(Role.MERCHANT))
        withdrawn = product("COAT-blue-l")
        place_product(withdrawn, channel="shop", market="GB", reason="Range", actor=HOUSE)
        with pytest.raises(Conflict, match="COAT-blue-l was changed since"):
            take_back_variants(model, made_at=made, actor=HOUSE)
        assert model.children.count() == 3


def test_the_api() -> None:
    make_coat("COAT", ("red-s",))
    client, at = api(make_user(Role.STEWARD)), "/api/v1/products/COAT"
    found = client.get(f"{at}/matrix?options=size=s").json()
    assert [axis["options"] for axis in found["axes"]] == [["red", "blue"], ["s", "m", "l"]]
    assert {"options": {"colour": "red", "size": "s"}, "sku": "COAT-red-s"} in found["cells"]
    shown = client.post(f"{at}/variants", {"all": True, "dry_run": True}, format="json").json()
    assert (shown["new"], shown["problems"], Product.objects.count()) == (5, [], 2)
    made = client.post(f"{at}/variants", {"all": True, "seen": shown["seen"]}, format="json")
    assert (made.status_code, made.json()["new"]) == (201, 5)
    assert client.post(f"{at}/variants", {"all": True}, format="json").status_code == 200
    assert Product.objects.count() == 7
    for body in ({"combinations": [1]}, {"combinations": [{"colour": 1}]}, {"patterns": "x"}, {"patterns": [1]}):
        assert client.post(f"{at}/variants", body, format="json").status_code == 422
    assert client.get("/api/v1/products/COAT-red-s/matrix").status_code == 422
    assert api(make_user(Role.MERCHANT)).post(f"{at}/variants", {"all": True}, format="json").status_code == 403
    assert Product.objects.count() == 7


def test_several_problems_are_told_at_once() -> None:
    model = make_coat("COAT", ("red-s",))
    with pytest.raises(Problems) as refused:
        create_variants(model, combinations=[{"colour": "green", "size": "s"}, {"size": "s"}], actor=HOUSE)
    assert [one.path for one in refused.value.errors] == ["combinations.1.colour", "combinations.0.colour"]


@pytest.mark.parametrize(("skus", "pattern"), [
    (["COAT-red-s", "COAT-blue-m"], "{parent}-{axes}"), (["COAT-RED-S", "COAT-BLUE-M"], "{parent}-{AXES}"),
    (["COAT-RE-S", "COAT-BL-M"], "{parent}-{COLOUR:2}-{SIZE}"), (["COAT-red-s", "COAT-BLUE-M"], "{parent}-{axes}"),
    (["COAT1", "COAT2"], "{parent}-{axes}"), ([], "{parent}-{axes}"),
])  # fmt: skip
def test_a_pattern_is_guessed_and_spells_the_same(skus: list[str], pattern: str) -> None:
    options = ({"colour": "red", "size": "s"}, {"colour": "blue", "size": "m"})
    axes = ["colour", "size"]
    fields = [fields_of(parent="COAT", model="COAT", options=one, axes=axes) for one in options]
    found = guess_pattern(list(zip(skus, fields, strict=False)), axes)
    assert found == pattern
    assert spell_sku("{MODEL}/{size}{colour:3}", fields[1]) == "COAT/mblu"
