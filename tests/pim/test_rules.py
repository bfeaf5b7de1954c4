"""Rules over several values (P3): defined as data, judged at each write and in the whole catalogue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from foundation.accounts.choices import Role
from foundation.accounts.queries import actor_of
from foundation.core import moment
from foundation.core.errors import Denied, Invalid, Problems, TandemError
from foundation.events.models import Event
from foundation.events.sequencing import drain
from foundation.jobs.services import fire_timers
from pim.checks.rules import ProductRule
from pim.errors import RuleBroken, StaleRule
from pim.judging import broken_rules
from pim.models import Finding, Product, ProductValues, ValidationRule
from pim.services import apply_model, define_rule, move_attribute, place_product, set_values, upsert_products
from pim.services.rules import refresh_findings

from .factories import HOUSE, MODEL, make_coat, make_cup, make_key, make_user, product

pytestmark = pytest.mark.usefixtures("model")
CHEAPER = "product.price.all(c, !has(product.cost) || !(c in product.cost) || product.cost[c] <= product.price[c])"
MESSAGES = {"en-GB": "Heavy cups are not washable: say less weight, or washable no"}


def rule(expression: str = "product.weight < 1000.0 || !product.washable", **more: Any) -> ValidationRule:
    return define_rule(**{"code": "light", "expression": expression, "messages": MESSAGES, "actor": HOUSE, **more})


def refused(*, at: str = "CUP", market: str | None = None, locale: str = "*", **values: Any) -> TandemError | None:
    try:
        set_values(product(at), values=values, market=market, locale=locale, reason="x" if market else "", actor=HOUSE)
    except TandemError as error:
        return error
    return None


def found() -> list[tuple[str, str, str, str]]:
    drain()
    skus = dict(Product.objects.values_list("pk", "sku"))
    return sorted((skus[one.product_id], one.rule.code, one.market, one.locale) for one in Finding.objects.all())


class TestDefining:
    @pytest.mark.parametrize(
        ("expression", "reason"),
        [
            ("product.weight <", "not-cel"),
            ("1 < 2", "reads-nothing"),
            ("size(product) > 0 && product.weight > 1.0", "reads-nothing"),
            ("product . weight > 1.0", "reads-nothing"),
            ("product.nothing > 1.0", "unknown-attribute"),
            ("weight > 1.0", "reads-nothing"),
            ("product.weight > width", "not-cel"),
            ("product.weight > 'a'", "wrong-types"),
            ("product.weight", "not-boolean"),
            ("product.weight.open('x')", "not-cel"),
            ("product.weight > 1.0 " + "&& product.weight > 1.0 " * 60, "too-long"),
            ("product.material.all(a, product.material.all(b, a != b))", "too-deep"),
            ("product.material .all (a, product.material\n.exists\n(b, a != b))", "too-deep"),
        ],
    )
    def test_what_is_no_rule_is_refused(self, expression: str, reason: str) -> None:
        with pytest.raises(Invalid) as refusal:
            rule(expression)
        assert (refusal.value.path, refusal.value.extra["reason"]) == ("expression", reason)
        assert ValidationRule.objects.count() == 0

    @pytest.mark.parametrize(
        ("fields", "path"),
        [
            ({"code": "Über"}, "code"),
            ({"severity": "fatal"}, "severity"),
            ({"family": "nothing"}, "family"),
            ({"attribute": "nothing"}, "attribute"),
            ({"messages": {"en-GB": " "}}, "messages"),
        ],
    )
    def test_each_field_is_checked(self, fields: dict[str, Any], path: str) -> None:
        with pytest.raises(Invalid) as refusal:
            rule(**fields)
        assert refusal.value.path == path

    def test_words_in_a_text_are_no_walks(self) -> None:
        assert rule("!product.name.contains('.all( .map(') && product.name != ''").inputs == ["name"]

    def test_who_may_not_define_does_not(self) -> None:
        with pytest.raises(Denied):
            rule(actor=_actor(Role.MERCHANT))

    def test_the_same_again_changes_nothing_and_a_stale_one_is_refused(self) -> None:
        rule()
        assert rule().version == 1
        assert rule(severity="warning", expected_version=1).version == 2
        with pytest.raises(StaleRule):
            rule(expected_version=1)
        drain()
        assert Event.objects.filter(type="pim.rule.changed").count() == 2


def test_a_model_file_brings_its_rules() -> None:
    told = {"code": "light", "expression": "product.weight < 1000.0", "messages": MESSAGES, "family": "cups"}
    assert apply_model(MODEL | {"rules": [told]}, actor=HOUSE)["rules"] == 1
    assert apply_model(MODEL | {"rules": [told]}, actor=HOUSE)["rules"] == 1
    assert ValidationRule.objects.get().version == 1


def _actor(role: Role) -> Any:
    return actor_of(make_user(role))


class TestWriting:
    def test_what_breaks_a_rule_is_refused_and_says_what_to_do(self) -> None:
        make_cup("CUP")
        rule(attribute="washable")
        assert refused(weight="2 kg") is None, "what a rule reads may be missing"
        error = refused(washable=True)
        assert isinstance(error, RuleBroken)
        assert (error.detail, error.path) == (MESSAGES["en-GB"], "washable")
        assert error.extra == {
            "reason": "rule-broken", "rule": "light", "attribute": "washable", "market": None, "locale": "*",
        }  # fmt: skip
        assert refused(washable=True, weight="900 g") is None
        assert isinstance(refused(weight="1 kg"), RuleBroken)
        assert ProductValues.objects.get(product=product("CUP")).vals["weight"] == {"amount": "900", "unit": "g"}

    def test_a_warning_lets_pass_and_is_found(self) -> None:
        make_cup("CUP")
        rule(severity="warning")
        assert refused(weight="2 kg", washable=True) is None
        assert found() == [("CUP", "light", "", "*")]
        assert refused(weight="1 g") is None
        assert found() == []

    def test_of_another_family_or_at_rest_it_does_not_hold(self) -> None:
        make_cup("CUP")
        rule(family="coats")
        assert refused(weight="2 kg", washable=True) is None
        rule(is_active=False)
        assert refused(weight="3 kg") is None
        assert found() == []

    def test_a_change_elsewhere_is_not_refused_for_what_was_wrong_before(self) -> None:
        make_cup("CUP")
        refused(weight="2 kg", washable=True)
        rule()
        assert refused(name="Cup", locale="en-GB") is None
        assert isinstance(refused(weight="3 kg"), RuleBroken)

    def test_several_in_one_request_and_parents_of_the_same_batch(self) -> None:
        rule("product.name != 'Coat' || product.colour != 'red'")
        documents = [
            {"sku": "C", "family": "coats", "values": [{"attribute": "name", "locale": "en-GB", "value": "Coat"}]},
            *(
                {"sku": f"C-{colour}", "parent": "C", "values": [
                    {"attribute": "colour", "value": colour}, {"attribute": "size", "value": "s"},
                ]}
                for colour in ("red", "blue")
            ),
        ]  # fmt: skip
        with pytest.raises((RuleBroken, Problems)) as refusal:
            upsert_products(documents, actor=HOUSE)
        (error,) = getattr(refusal.value, "errors", [refusal.value])
        assert (error.path, error.extra["locale"]) == ("1.values.0", "en-GB")
        assert Product.objects.count() == 0

    def test_what_a_variant_inherits_counts(self) -> None:
        make_coat()
        rule("product.name != 'Coat' || product.gtin != ''")
        set_values(product("COAT"), values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
        red = product("COAT-red-s")
        gtin = ProductValues.objects.get(product=red, cell__locale="*").vals["gtin"]
        assert gtin
        assert found() == []

    def test_in_a_market_it_is_judged_by_its_own_values(self) -> None:
        make_cup("CUP")
        rule("product.price.all(c, product.price[c] >= 5.0)", code="floor")
        assert refused(price="9 EUR", market="DE") is None
        error = refused(price="4 GBP", market="GB")
        assert isinstance(error, RuleBroken)
        assert (error.extra["market"], error.extra["locale"]) == ("GB", "*")

    def test_what_one_may_not_see_does_not_refuse_but_is_found(self) -> None:
        make_cup("CUP")
        rule(CHEAPER, code="margin")
        set_values(product("CUP"), values={"cost": "7 EUR"}, actor=HOUSE)
        steward = _actor(Role.STEWARD)
        set_values(product("CUP"), values={"price": "5 EUR"}, market="DE", reason="List", actor=steward)
        assert found() == [("CUP", "margin", "DE", "*")]
        assert not Finding.objects.visible_to(steward).exists()
        assert not ValidationRule.objects.visible_to(steward).exists()
        assert isinstance(refused(price="4 EUR", market="DE"), RuleBroken)
        drain()
        assert [one.data["code"] for one in Event.objects.filter(type="pim.rule.changed")] == [""]

    def test_an_override_ends_though_what_it_leaves_breaks_a_rule(self) -> None:
        make_cup("CUP", warranty="2")
        cup = product("CUP")
        ends = moment.now() + timedelta(hours=1)
        set_values(cup, values={"warranty": "9"}, market="GB", reason="Longer", expires_at=ends, actor=HOUSE)
        set_values(cup, values={"price": "8 GBP"}, market="GB", reason="List", actor=HOUSE)
        rule("product.warranty >= 5.0 || !('GBP' in product.price)", code="long")
        assert found() == []
        with moment.frozen(ends + timedelta(minutes=1)):
            fire_timers()
        assert set(ProductValues.objects.get(product=cup, cell__market__code="GB").vals) == {"price"}
        assert found() == [("CUP", "long", "GB", "*")]

    def test_an_attribute_moves_though_its_values_break_a_rule(self) -> None:
        make_coat()
        set_values(product("COAT"), values={"warranty": "2"}, actor=HOUSE)
        rule("product.warranty >= 5.0", code="long")
        move_attribute(family="coats", attribute="warranty", level=1, actor=HOUSE)
        assert ProductValues.objects.get(product=product("COAT-red-s")).vals["warranty"] == "2"
        assert {sku for sku, *_ in found()} == {"COAT-blue-s", "COAT-red-m", "COAT-red-s"}


class TestTheCatalogue:
    def test_a_new_rule_judges_what_is_there(self) -> None:
        make_cup("CUP")
        make_cup("MUG")
        refused(weight="2 kg", washable=True)
        assert found() == []
        rule()
        assert found() == [("CUP", "light", "", "*")]
        rule(expression="product.weight < 9000.0 || !product.washable")
        assert found() == []

    def test_of_other_markets_nothing_is_told(self) -> None:
        make_cup("CUP")
        place_product(product("CUP"), channel="shop", market="GB", actor=HOUSE, reason="Season")
        place_product(product("CUP"), channel="shop", market="DE", actor=HOUSE, reason="Season")
        refused(price="4 EUR", market="DE")
        refused(weight="2 kg")
        rule("product.price.all(c, product.price[c] >= 5.0)", code="floor")
        rule("product.weight < 1000.0", code="light")
        assert found() == [("CUP", "floor", "DE", "*"), ("CUP", "light", "", "*")]
        for market, codes in (("GB", {"light"}), ("DE", {"floor", "light"})):
            actor = actor_of(make_user(Role.MERCHANT, market=market))
            assert set(Finding.objects.visible_to(actor).values_list("rule__code", flat=True)) == codes

    def test_variants_are_found_by_what_their_model_says(self) -> None:
        make_coat()
        set_values(product("COAT"), values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
        rule("product.name != 'Coat' || product.colour != 'red'")
        assert found() == [("COAT-red-m", "light", "", "en-GB"), ("COAT-red-s", "light", "", "en-GB")]
        set_values(product("COAT"), values={"name": "Cape"}, locale="en-GB", actor=HOUSE)
        assert found() == []

    def test_without_rules_a_batch_costs_next_to_nothing(self) -> None:
        roots = [make_cup(f"CUP-{at}").pk for at in range(5)]
        with CaptureQueriesContext(connection) as captured:
            refresh_findings(roots)
        assert len(captured) == 2, "the rules, and what there may be left of earlier ones"

    def test_judging_many_asks_as_much_as_judging_one(self) -> None:
        roots = [make_cup(f"CUP-{at}").pk for at in range(9)]
        rule()
        costs = []
        for some in (roots[:1], roots):
            with CaptureQueriesContext(connection) as captured:
                refresh_findings(some)
            costs.append(len(captured))
        assert costs[0] == costs[1]


WEIGHTS = st.one_of(st.none(), st.integers(1, 9))
CELLS = st.dictionaries(
    st.tuples(st.sampled_from(["", "GB", "DE"]), st.sampled_from(["*", "en-GB", "de-DE"])),
    st.dictionaries(st.sampled_from(["low", "high"]), st.integers(1, 9).map(str)),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(CELLS, min_size=1, max_size=3))
def test_a_place_is_told_if_and_only_if_its_own_values_break_the_rule(line: list[Any]) -> None:
    """Against a plain reading of the rule of resolution: language, then level, then the market before all."""
    from pim.checks.attributes import AttributeRule

    attributes = {code: AttributeRule(1, code, "number") for code in ("low", "high")}
    order = ProductRule(1, "order", None, "product.low <= product.high", "error")

    def value(code: str, market: str, locale: str) -> tuple[str, tuple[str, str]] | None:
        for language in dict.fromkeys((locale, "*")):
            for rows in line:
                for place in dict.fromkeys(((market, language), ("", language))):
                    if code in rows.get(place, {}):
                        return rows[place][code], place
        return None

    wanted = set()
    for market in ("", "GB", "DE"):
        for locale in ("*", "en-GB", "de-DE"):
            low, high = value("low", market, locale), value("high", market, locale)
            if low is None or high is None or int(low[0]) <= int(high[0]):
                continue
            places = {low[1], high[1]}
            if market in ("", *(one for one, _ in places)) and locale in ("*", *(one for _, one in places)):
                wanted.add((market, locale))
    told = {(one.market, one.locale) for one in broken_rules([order], line, attributes)}
    assert told == wanted


class TestTheApi:
    def client(self, role: Role = Role.ADMINISTRATOR) -> APIClient:
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(make_user(role))}")
        return api

    BODY = {"expression": "product.weight < 1000.0 || !product.washable", "messages": MESSAGES, "severity": "error"}
    URL = "/api/v1/validation-rules"

    def test_made_read_changed_and_listed(self) -> None:
        api = self.client()
        made = api.put(f"{self.URL}/light", self.BODY, format="json")
        assert (made.status_code, made["ETag"]) == (201, '"1"')
        body = api.get(f"{self.URL}/light").json()
        assert body == {
            "code": "light", "family": None, "attribute": None, "inputs": ["washable", "weight"], "is_active": True,
            "version": 1, **self.BODY,
        }  # fmt: skip
        changed = api.put(f"{self.URL}/light", self.BODY | {"severity": "warning"}, format="json", HTTP_IF_MATCH='"1"')
        assert (changed.status_code, changed.json()["version"]) == (200, 2)
        stale = api.put(f"{self.URL}/light", self.BODY, format="json", HTTP_IF_MATCH='"1"')
        assert (stale.status_code, stale.json()["code"]) == (412, "stale-rule")
        assert [one["code"] for one in api.get(self.URL).json()["results"]] == ["light"]

    def test_what_is_wrong_is_named(self) -> None:
        answer = self.client().put(f"{self.URL}/light", self.BODY | {"expression": "product.weight <"}, format="json")
        assert (answer.status_code, answer.json()["path"], answer.json()["reason"]) == (422, "expression", "not-cel")
        for body, path in ((self.BODY | {"messages": "x"}, "messages"), (self.BODY | {"colour": 1}, "colour")):
            answer = self.client().put(f"{self.URL}/light", body, format="json")
            assert (answer.status_code, answer.json()["path"]) == (422, path)

    def test_findings_are_listed_by_rule_and_product(self) -> None:
        make_cup("CUP")
        make_cup("MUG")
        refused(weight="2 kg", washable=True)
        refused(at="MUG", weight="2 kg", washable=True)
        rule()
        drain()
        api = self.client()
        rows = api.get("/api/v1/findings").json()["results"]
        assert rows == [
            {
                "sku": sku, "rule": "light", "severity": "error", "message": MESSAGES["en-GB"], "attribute": None,
                "market": None, "locale": "*",
            }
            for sku in ("CUP", "MUG")
        ]  # fmt: skip
        for query, skus in (({"sku": "MUG"}, ["MUG"]), ({"rule": "light", "limit": 1}, ["CUP"]), ({"rule": "no"}, [])):
            assert [one["sku"] for one in api.get("/api/v1/findings", query).json()["results"]] == skus

    def test_a_line_says_the_rule_that_refused_it(self) -> None:
        rule()
        values = [{"attribute": "weight", "value": "2 kg"}, {"attribute": "washable", "value": True}]
        answer = self.client().put("/api/v1/products/CUP", {"family": "cups", "values": values}, format="json")
        body = answer.json()
        assert (answer.status_code, body["code"], body["rule"], body["path"]) == (
            422, "rule-broken", "light", "values.0",
        )  # fmt: skip
        assert Product.objects.count() == 0
