"""Variants that become products of their own, and back. P4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.accounts.choices import Role
from foundation.core.errors import Conflict, Denied, Problems
from foundation.events.models import OutboxEvent
from foundation.events.sequencing import drain
from foundation.history.models import Revision
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs
from pim.errors import BadProduct, BadValue, StaleValues, UnknownFamily
from pim.fsck import completeness_is_current, masks_are_current, shelves_are_right, trees_are_whole
from pim.models import Completeness, Override, Placement, Product
from pim.queries.values import resolve_values
from pim.services import (
    attach_variant,
    create_product,
    define_family,
    detach_variant,
    place_product,
    preview_attach,
    preview_detach,
    set_values,
    withdraw_product,
)

from .factories import HOUSE, make_actor, make_coat, make_cup, make_user, product, scope
from .test_history import api
from .test_levels import SCOPES, crowded, own, store

pytestmark = pytest.mark.usefixtures("model")
SINGLE = "singles"


def make_singles(*codes: str) -> None:
    """A family without levels, with all that coats have, or these."""
    known = (
        "name", "description", "material", "washable", "warranty", "launch", "price", "cost", "gtin", "colour", "size",
        "weight",
    )  # fmt: skip
    define_family(code=SINGLE, attributes=[{"code": code, "level": 0} for code in codes or known], actor=HOUSE)


def answers(sku: str) -> dict[str, dict[str, Any]]:
    one = product(sku)
    found = {name: resolve_values([one.pk], scope(name), max_sensitivity="secret")[one.pk] for name in SCOPES}
    return {name: {code: said.value for code, said in values.items()} for name, values in found.items()}


def faults() -> list[str]:
    drain()
    checks = (completeness_is_current, masks_are_current, shelves_are_right, trees_are_whole)
    return [line for check in checks for line in check()]


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.dictionaries(st.sampled_from(["COAT", "COAT-red-s", "COAT-red-m"]), crowded, min_size=2))
def test_there_and_back_it_answers_as_before(catalogue: Mapping[str, Any]) -> None:
    with transaction.atomic():
        make_singles()
        make_coat("COAT", ("red-s", "red-m"))
        for sku, said in catalogue.items():
            for place, value in said.items():
                store(sku, "name", *place, value)
        set_values(product("COAT"), values={"washable": True, "cost": "3 EUR"}, actor=HOUSE)
        before, sibling = answers("COAT-red-s"), answers("COAT-red-m")
        detach_variant(product("COAT-red-s"), family=SINGLE, actor=HOUSE)
        assert answers("COAT-red-s") == before
        attach_variant(product("COAT-red-s"), parent=product("COAT"), actor=HOUSE)
        assert answers("COAT-red-s") == before
        assert answers("COAT-red-m") == sibling
        assert own("COAT-red-s", "washable") == {}, "what its model says too is dropped"
        transaction.set_rollback(True)


class TestDetach:
    def test_it_takes_along_what_it_inherited(self) -> None:
        make_singles()
        model = make_coat("COAT", ("red-s", "red-m"))
        set_values(model, values={"price": "9 GBP"}, market="GB", reason="British list", actor=HOUSE)
        place_product(model, channel="shop", market="GB", reason="Range", actor=HOUSE)
        place_product(model, channel="shop", market="DE", reason="Range", actor=HOUSE)
        variant = product("COAT-red-s")
        withdraw_product(variant, channel="shop", market="DE", reason="Too warm", actor=HOUSE)
        before = answers("COAT-red-s")
        shown = preview_detach(variant, family=SINGLE, actor=HOUSE)
        assert [(one.attribute, one.market, one.after) for one in shown.writes] == [("price", "GB", {"GBP": "9.00"})]
        assert [(one.channel, one.market, one.after) for one in shown.offers] == [("shop", "GB", "placed")]
        assert product("COAT-red-s").parent == model
        detach_variant(variant, family=SINGLE, seen=shown.digest, actor=HOUSE)
        alone = product("COAT-red-s")
        assert (alone.parent, alone.root, alone.level, alone.axis_key) == (None, alone, 0, "")
        assert alone.family.code == SINGLE
        assert answers("COAT-red-s") == before
        assert Override.objects.get(product=alone).reason == "British list"
        states = set(Placement.objects.filter(product=alone).values_list("market__code", "state", "reason"))
        assert states == {("GB", "placed", "Range"), ("DE", "withdrawn", "Too warm")}
        event = OutboxEvent.objects.get(type="pim.product.moved")
        assert (event.data["sku"], event.data["parent"], event.data["family"]) == ("COAT-red-s", "", SINGLE)
        assert faults() == []
        assert not Completeness.objects.filter(product_id=alone.pk).exclude(root_id=alone.pk).exists()

    def test_what_has_no_place_is_told_first(self) -> None:
        make_singles("name", "colour", "size", "gtin")
        make_coat("COAT", ("red-s",))
        set_values(product("COAT"), values={"washable": True}, actor=HOUSE)
        shown = preview_detach(product("COAT-red-s"), family=SINGLE, actor=HOUSE)
        assert [(one.attribute, one.before) for one in shown.losses] == [("washable", True)]
        traces = Revision.objects.count(), OutboxEvent.objects.count()
        with pytest.raises(Conflict):
            detach_variant(product("COAT-red-s"), family=SINGLE, actor=HOUSE)
        assert (Revision.objects.count(), OutboxEvent.objects.count()) == traces
        detach_variant(product("COAT-red-s"), family=SINGLE, accept=True, actor=HOUSE)
        assert "washable" not in str(answers("COAT-red-s"))

    def test_refusals(self) -> None:
        make_singles()
        make_coat()
        variant = product("COAT-red-s")
        for one, how, error in (
            (variant, {"family": "none"}, UnknownFamily), (variant, {"family": "coats"}, BadProduct),
            (product("COAT"), {}, BadProduct), (variant, {"actor": make_actor(Role.MERCHANT)}, Denied),
            (variant, {"seen": "another"}, StaleValues),
        ):  # fmt: skip
            with pytest.raises(error):
                detach_variant(one, **{"family": SINGLE, "actor": HOUSE, **how})
        assert Product.objects.filter(parent=None).count() == 1


class TestAttach:
    def test_differing_values_stay_where_they_may(self) -> None:
        make_singles()
        model = make_coat("COAT", ("red-s",))
        set_values(model, values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
        set_values(model, values={"washable": True, "launch": "2026-01-01"}, actor=HOUSE)
        single = create_product(
            sku="ONE", family=SINGLE, values={"washable": False, "launch": "2026-01-01", "weight": 5}, actor=HOUSE
        )
        set_values(single, values={"name": "One"}, locale="en-GB", actor=HOUSE)
        place_product(model, channel="shop", market="GB", reason="Range", actor=HOUSE)
        place_product(single, channel="shop", market="GB", reason="By itself", actor=HOUSE)
        with pytest.raises(Problems):
            attach_variant(single, parent=model, accept=True, actor=HOUSE)
        axes = {"colour": "blue", "size": "m"}
        shown = preview_attach(single, parent=model, axes=axes, actor=HOUSE)
        assert [(one.attribute, one.before) for one in shown.losses] == [("washable", False)]
        assert [(one.market, one.before, one.after) for one in shown.offers] == [("GB", "placed", "")]
        attach_variant(single, parent=model, axes=axes, accept=True, seen=shown.digest, actor=HOUSE)
        one = product("ONE")
        assert (one.parent, one.root, one.level, one.axis_key) == (model, model, 1, "colour=blue&size=m")
        assert own("ONE", "name") == {(None, "en-GB"): "One"}
        assert own("ONE", "launch") == own("ONE", "washable") == {}
        assert answers("ONE")["shop/GB/en-GB"]["washable"] is True
        assert not Placement.objects.filter(product=one).exists()
        assert faults() == []

    def test_refusals(self) -> None:
        make_singles()
        model = make_coat("COAT", ("red-s",))
        single = create_product(sku="ONE", family=SINGLE, values={"colour": "red", "size": "s"}, actor=HOUSE)
        for one, parent, axes in (
            (single, model, {}), (single, model, {"name": "x"}), (single, make_cup(), {}), (single, single, {}),
            (product("COAT-red-s"), model, {}), (model, model, {}),
            (single, model, {"colour": "green", "size": "s"}),
        ):  # fmt: skip
            with pytest.raises((BadProduct, BadValue, Problems)):
                attach_variant(one, parent=parent, axes=axes, accept=True, actor=HOUSE)
        assert product("ONE").parent is None


class TestApi:
    def test_shown_then_done(self) -> None:
        make_singles()
        make_coat("COAT", ("red-s",))
        client, at = api(make_user(Role.ADMINISTRATOR)), "/api/v1/products/COAT-red-s"
        shown = client.post(f"{at}/detach", {"family": SINGLE, "dry_run": True}, format="json").json()
        assert (shown["counts"], shown["problems"]) == ({"writes": 0, "losses": 0, "gains": 0}, [])
        assert product("COAT-red-s").parent is not None
        assert client.post(f"{at}/detach", {"family": SINGLE, "seen": "x"}, format="json").status_code == 412
        done = client.post(f"{at}/detach", {"family": SINGLE, "seen": shown["seen"]}, format="json")
        assert done.status_code == 200
        assert product("COAT-red-s").parent is None
        assert client.post(f"{at}/attach", {"parent": "COAT"}, format="json").status_code == 200
        assert product("COAT-red-s").axis_key == "colour=red&size=s"

    def test_an_attribute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        model = make_coat("COAT", ("red-s",))
        set_values(model, values={"warranty": 24}, actor=HOUSE)
        client, at = api(make_user(Role.ADMINISTRATOR)), "/api/v1/families/coats/move-attribute"
        body = {"attribute": "warranty", "level": 1}
        shown = client.post(at, body | {"dry_run": True}, format="json").json()
        assert (shown["products"], shown["counts"]["writes"]) == (2, 2)
        monkeypatch.setattr("pim.services.moves.LARGE", 1)
        answer = client.post(at, body | {"seen": shown["seen"]}, format="json")
        assert answer.status_code == 202
        assert own("COAT", "warranty") == {(None, "*"): "24"}
        run_due_jobs()
        assert Job.objects.get(uid=answer.json()["job"]).result == {"products": 2, "values": 2}
        assert own("COAT-red-s", "warranty") == {(None, "*"): "24"}
        monkeypatch.undo()
        assert client.post(at, body | {"level": 0}, format="json").status_code == 200
        assert own("COAT", "warranty") == {(None, "*"): "24"}

    @pytest.mark.parametrize(("verb", "body", "path"), [
        ("detach", {}, "family"), ("attach", {}, "parent"), ("attach", {"parent": "COAT", "axes": []}, ""),
        ("attach", {"parent": "COAT", "axes": {"a": 1}}, "axes"), ("detach", {"family": "x", "seen": 1}, "seen"),
    ])  # fmt: skip
    def test_bad_bodies(self, verb: str, body: Any, path: str) -> None:
        make_coat("COAT", ("red-s",))
        answer = api(make_user(Role.ADMINISTRATOR)).post(f"/api/v1/products/COAT-red-s/{verb}", body, format="json")
        assert answer.status_code == 422
        assert not path or answer.json()["path"] == path

    def test_who_may_not(self) -> None:
        make_singles()
        model = make_coat("COAT", ("red-s",))
        place_product(model, channel="shop", market="GB", reason="Range", actor=HOUSE)
        for role, market, status in ((Role.MERCHANT, "", 403), (Role.STEWARD, "GB", 403), (Role.STEWARD, "DE", 404)):
            client = api(make_user(role, market=market))
            answer = client.post("/api/v1/products/COAT-red-s/detach", {"family": SINGLE}, format="json")
            assert answer.status_code == status, (role, market)
        answer = api(make_user(Role.MERCHANT)).post(
            "/api/v1/families/coats/move-attribute", {"attribute": "warranty", "level": 1}, format="json"
        )
        assert answer.status_code == 403
        assert product("COAT-red-s").parent == model
