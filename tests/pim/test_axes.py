"""Other axes for a family that has variants: planned, told for each product, done only as told. P4."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.accounts.choices import Role
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Problems, TandemError
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from pim.errors import BadProduct, StaleValues, UnknownAttribute
from pim.models import Family, Option, Product, ProductValues
from pim.queries.products import axis_values
from pim.services import (
    change_axes,
    create_product,
    create_variants,
    define_attribute,
    define_family,
    preview_axes_change,
    set_values,
)

from .factories import HOUSE, make_actor, make_coat, make_user, product
from .test_history import api
from .test_levels import Answers, answers, make_deep, own
from .test_variants import faults

pytestmark = pytest.mark.usefixtures("model")


def define_cut(*, level: int | None = None) -> None:
    """Another select; with a level coats have it there."""
    define_attribute(code="cut", type="select", options=[{"code": "slim"}, {"code": "wide"}], actor=HOUSE)
    if level is not None:
        family = Family.objects.get(code="coats")
        members = [
            {"code": one.attribute.code, "level": one.level, "may_override_below": one.may_override_below}
            for one in family.members.all()
        ]
        define_family(
            code="coats", axes=[["colour", "size"]], attributes=[*members, {"code": "cut", "level": level}], actor=HOUSE
        )  # fmt: skip


def keys() -> dict[str, str]:
    return dict(Product.objects.exclude(parent=None).values_list("sku", "axis_key"))


def state() -> tuple[Any, ...]:
    """All that a refusal must leave as it is."""
    values = sorted(ProductValues.objects.values_list("pk", "version"))
    axes = list(Family.objects.get(code="coats").axes.values_list("attribute__code", "level", "position"))
    return keys(), values, axes, Revision.objects.count(), OutboxEvent.objects.count()


def change(*axes: list[str], **more: Any) -> Any:
    return change_axes(family="coats", axes=list(axes), actor=HOUSE, **more)


class TestAdd:
    def test_what_the_model_says_goes_to_each_variant(self) -> None:
        define_cut(level=0)
        set_values(make_coat(), values={"cut": "slim", "washable": True}, actor=HOUSE)
        before = answers()
        shown = preview_axes_change(family="coats", axes=[["colour", "size", "cut"]], actor=HOUSE)
        assert [(one.sku, one.after) for one in shown.keys] == [
            ("COAT-red-s", "colour=red&size=s&cut=slim"), ("COAT-red-m", "colour=red&size=m&cut=slim"),
            ("COAT-blue-s", "colour=blue&size=s&cut=slim"),
        ]  # fmt: skip
        assert (len(shown.writes), shown.losses, shown.gains, shown.problems) == (4, [], [], [])
        assert "cut" not in keys()["COAT-red-s"], "nothing is done yet"
        OutboxEvent.objects.all().delete()
        change(["colour", "size", "cut"], seen=shown.digest)
        assert answers() == before
        assert keys()["COAT-red-s"] == "colour=red&size=s&cut=slim"
        assert (own("COAT", "cut"), own("COAT-red-m", "cut")) == ({}, {(None, "*"): "slim"})
        told = sorted((one.type, one.data.get("sku", "")) for one in OutboxEvent.objects.all())
        assert told == [
            ("pim.family.changed", ""), *(("pim.product.changed", sku) for sku in sorted({"COAT", *keys()})),
        ]  # fmt: skip
        assert faults() == []
        create_variants(
            product("COAT"), combinations=[{"colour": "red", "size": "s", "cut": "wide"}], actor=HOUSE
        )  # fmt: skip

    def test_who_has_no_option_is_told_and_given_one(self) -> None:
        define_cut()
        make_coat("COAT", ("red-s", "red-m"))
        before = state()[:3]
        shown = preview_axes_change(family="coats", axes=[["colour", "cut", "size"]], actor=HOUSE)
        assert shown.lacking == {"cut": ["COAT-red-s", "COAT-red-m"]}
        assert {one.path for one in shown.problems} == {"options.cut.COAT-red-s", "options.cut.COAT-red-m"}
        with pytest.raises(Problems):
            change(["colour", "cut", "size"])
        Option.objects.filter(code="wide").update(is_retired=True)
        for options in (
            {"cut": {"*": "nothing"}}, {"cut": {"*": "wide"}}, {"cut": {"*": "slim", "CUP": "slim"}},
            {"cut": {"*": "slim"}, "name": {"*": "slim"}},
        ):  # fmt: skip
            with pytest.raises(TandemError):
                change(["colour", "cut", "size"], options=options)
        Option.objects.filter(code="wide").update(is_retired=False)
        assert state()[:3] == before
        change(["colour", "cut", "size"], options={"cut": {"*": "slim", "COAT-red-m": "wide"}})
        assert keys() == {
            "COAT-red-s": "colour=red&cut=slim&size=s", "COAT-red-m": "colour=red&cut=wide&size=m",
        }  # fmt: skip
        assert faults() == []


class TestRemove:
    def test_two_that_would_be_alike(self) -> None:
        make_coat()
        before = state()
        shown = preview_axes_change(family="coats", axes=[["colour"]], actor=HOUSE)
        assert [one.detail for one in shown.problems] == ["COAT-red-s and COAT-red-m would both be colour=red"]
        with pytest.raises(TandemError, match="would both be"):
            change(["colour"])
        assert state() == before

    def test_it_stays_as_a_value_and_comes_back_as_an_axis(self) -> None:
        make_coat("COAT", ("red-s", "blue-m"))
        before, was = answers(), keys()
        move = change(["size"])
        assert (move.visual_axis, Family.objects.get(code="coats").visual_axis) == ("colour", None)
        assert keys() == {"COAT-red-s": "size=s", "COAT-blue-m": "size=m"}
        assert answers() == before
        change(["colour", "size"])
        assert (answers(), keys()) == (before, was)
        change(["size", "colour"])
        assert keys()["COAT-red-s"] == "size=s&colour=red"
        traces = state()
        change(["size", "colour"])
        assert state() == traces, "the same again changes nothing"
        assert faults() == []


class TestLevels:
    def deep(self, *axes: list[str], **more: Any) -> Any:
        return change_axes(family="deep", axes=list(axes), actor=HOUSE, **more)

    def add_cut(self, level: int) -> None:
        define_cut()
        members = Family.objects.get(code="deep").members.all()
        found = [
            {"code": one.attribute.code, "level": one.level, "may_override_below": one.may_override_below}
            for one in members
        ]
        define_family(
            code="deep", axes=[["colour"], ["size"]], attributes=[*found, {"code": "cut", "level": level}], actor=HOUSE
        )  # fmt: skip

    def axes_of_sold(self) -> dict[str, dict[str, str]]:
        sold = dict(Product.objects.sellable().values_list("pk", "sku"))
        return {sold[pk]: said for pk, said in axis_values(list(sold)).items()}

    def test_upwards_where_all_below_agree(self) -> None:
        make_deep()
        self.add_cut(2)
        for sku in ("DEEP-red-s", "DEEP-red-m", "DEEP-blue-s"):
            set_values(product(sku), values={"cut": "slim"}, actor=HOUSE)
        before = answers()
        with pytest.raises(BadProduct, match="DEEP-blue would have one cut"):
            self.deep(["colour", "cut"], ["size"])
        assert answers() == before
        set_values(product("DEEP-blue-m"), values={"cut": "slim"}, actor=HOUSE)
        before = answers()
        self.deep(["colour", "cut"], ["size"])
        assert answers() == before
        assert keys()["DEEP-blue"] == "colour=blue&cut=slim"
        assert (own("DEEP-blue", "cut"), own("DEEP-blue-m", "cut")) == ({(None, "*"): "slim"}, {})
        self.deep(["colour"], ["cut", "size"])
        assert answers() == before
        assert keys()["DEEP-blue-m"] == "cut=slim&size=m"
        assert self.axes_of_sold()["DEEP-blue-m"] == {"colour": "blue", "cut": "slim", "size": "m"}
        assert faults() == []

    def test_what_nobody_below_could_hear_is_lost_only_by_consent(self) -> None:
        make_deep()
        self.add_cut(0)
        create_product(sku="BARE", family="deep", values={"cut": "wide"}, actor=HOUSE)
        set_values(product("DEEP"), values={"cut": "slim"}, actor=HOUSE)
        before: Answers = answers()
        with pytest.raises(Conflict) as refused:
            self.deep(["colour", "cut"], ["size"])
        assert refused.value.extra["losses"] == 1
        assert own("BARE", "cut") == {(None, "*"): "wide"}
        self.deep(["colour", "cut"], ["size"], accept=True)
        assert (own("BARE", "cut"), answers()) == ({}, before)

    def test_levels_themselves_stay(self) -> None:
        make_deep()
        for axes in ([["colour", "size"]], [["colour"], []], [["colour"], ["size"], ["material"]]):
            with pytest.raises(Invalid, match="2 levels of variants"):
                self.deep(*axes)
        with pytest.raises(Problems):
            self.deep(["size"], ["colour"])
        assert keys()["DEEP-red-s"] == "size=s"


class TestRefusals:
    @pytest.mark.parametrize(("axes", "error"), [
        (["colour", "colour"], Invalid), (["material"], Invalid), (["nothing"], UnknownAttribute), ([], Invalid),
        (["name"], Invalid),
    ])  # fmt: skip
    def test_what_is_no_axis(self, axes: list[str], error: type[Exception]) -> None:
        make_coat("COAT", ("red-s",))
        before = state()
        with pytest.raises(error):
            change(axes)
        assert state() == before

    def test_who_may_not(self) -> None:
        make_coat("COAT", ("red-s",))
        before = state()[:3]
        for actor in (make_actor(), make_actor(Role.ADMINISTRATOR, market="GB"), make_actor(Role.MERCHANT)):
            with pytest.raises(Denied):
                change_axes(family="coats", axes=[["size"]], actor=actor)
        with pytest.raises(Missing):
            change_axes(family="none", axes=[["size"]], actor=HOUSE)
        with pytest.raises(StaleValues):
            change(["size"], seen="another")
        assert state()[:3] == before

    def test_a_level_is_not_changed_without_its_values(self) -> None:
        set_values(make_coat(), values={"warranty": 24}, actor=HOUSE)
        members = [
            {"code": one.attribute.code, "level": 1 if one.attribute.code == "warranty" else one.level,
             "may_override_below": one.may_override_below}
            for one in Family.objects.get(code="coats").members.all()
        ]  # fmt: skip
        with pytest.raises(Conflict, match="move it, so that their values go along"):
            define_family(code="coats", axes=[["colour", "size"]], attributes=members, actor=HOUSE)
        set_values(product("COAT"), values={"warranty": None}, actor=HOUSE)
        define_family(code="coats", axes=[["colour", "size"]], attributes=members, actor=HOUSE)


def test_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    make_coat("COAT", ("red-s", "blue-m"))
    client, at = api(make_user(Role.ADMINISTRATOR)), "/api/v1/families/coats/axes"
    shown = client.post(at, {"axes": [["size"]], "dry_run": True}, format="json").json()
    assert shown["keys"][0] == {"sku": "COAT-red-s", "before": "colour=red&size=s", "after": "size=s"}
    assert (shown["axes"], shown["visual_axis"]) == ([[["colour", "size"]], [["size"]]], "colour")
    assert client.post(at, {"axes": [["size"]], "seen": "x"}, format="json").status_code == 412
    assert client.post(at, {"axes": [["size"]], "seen": shown["seen"]}, format="json").status_code == 200
    monkeypatch.setattr("pim.services.moves.LARGE", 1)
    answer = client.post(at, {"axes": [["colour", "size"]]}, format="json")
    assert answer.status_code == 202
    assert keys()["COAT-red-s"] == "size=s"
    run_due_jobs()
    assert Job.objects.get(uid=answer.json()["job"]).result == {"products": 2, "values": 0}
    assert keys()["COAT-red-s"] == "colour=red&size=s"
    for body in ({}, {"axes": ["size"]}, {"axes": [[1]]}, {"axes": [["size"]], "options": [1]},
                 {"axes": [["size"]], "options": {"size": {"*": 1}}}):  # fmt: skip
        assert client.post(at, body, format="json").status_code == 422
