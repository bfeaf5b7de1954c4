"""Products by what is said of them: conditions on any attribute, and how many there are of each answer."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import connection
from rest_framework.test import APIClient

from foundation.accounts.choices import Role
from foundation.archive.rebuilding import rebuild_projection
from foundation.audit.models import Entry
from foundation.events.registry import PROJECTIONS
from foundation.events.sequencing import drain
from pim.checks.conditions import bucket_of
from pim.models import FacetCount, Product, ProductFacets
from pim.services import define_attribute, place_product, set_values, upsert_products

from .factories import HOUSE, make_coat, make_cup, make_key, make_user, product

pytestmark = pytest.mark.usefixtures("model")


def client(role: Role = Role.STEWARD, *, market: str = "") -> APIClient:
    found = APIClient()
    found.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(make_user(role, market=market))}")
    return found


@pytest.fixture
def house(model: None) -> None:
    """Coats in two colours, two cups and what they weigh."""
    make_coat()
    make_cup("CUP-A", colour="red", weight="300 g", washable=True, warranty=24, launch="2026-03-31", name="Cup A")
    make_cup("CUP-B", colour="blue", weight="0.5 kg", washable=False, warranty=12, launch="2026-04-01")
    set_values(product("COAT"), values={"material": ["wool", "silk"], "warranty": 24}, actor=HOUSE)
    set_values(product("CUP-A"), values={"price": "12.50 EUR", "cost": "3 EUR"}, actor=HOUSE)
    drain()


def found(asked: list[tuple[str, str]] | dict[str, str], who: APIClient | None = None) -> list[str]:
    answer = (who or client()).get(f"/api/v1/products?{urlencode(asked)}")
    assert answer.status_code == 200, answer.content
    return [row["sku"] for row in answer.json()["results"]]


def refused(asked: dict[str, str], who: APIClient | None = None) -> tuple[int, str, str]:
    answer = (who or client()).get(f"/api/v1/products?{urlencode(asked)}")
    body = answer.json()
    return answer.status_code, body["code"], body["path"]


def counts(who: APIClient, attributes: str, **asked: str) -> dict[str, dict[str, int]]:
    answer = who.get(f"/api/v1/products/facets?{urlencode({'attributes': attributes, **asked})}")
    assert answer.status_code == 200, answer.content
    return {
        one["attribute"]: {each["value"]: each["products"] for each in one["answers"]}
        for one in answer.json()["facets"]
    }


@pytest.mark.usefixtures("house")
def test_every_type_is_asked_for_in_its_way() -> None:
    assert found({"value.colour": "red"}) == ["COAT-red-m", "COAT-red-s", "CUP-A"]
    assert found([("value.colour", "red"), ("value.colour", "blue"), ("value.size", "s")]) == [
        "COAT-blue-s",
        "COAT-red-s",
    ]
    inherited = ["COAT", "COAT-blue-s", "COAT-red-m", "COAT-red-s"]
    assert found({"value.material": "wool"}) == inherited, "what a model says, its variants say"
    assert found({"value.warranty.min": "13"}) == [*inherited, "CUP-A"]
    assert (
        found({"value.warranty.min": "12", "value.warranty.max": "12"}) == found({"value.warranty": "12"}) == ["CUP-B"]
    )
    assert found({"value.weight.min": "0.2 kg", "value.weight.max": "0.4 kg"}) == ["CUP-A"], "in whatever unit"
    assert found({"value.weight.min": "301"}) == ["CUP-B"], "a bare number is in the attribute's own"
    assert found({"value.weight.max": "300 g"}) == ["CUP-A"], "both ends are included"
    assert found({"value.launch.max": "2026-03-31"}) == ["CUP-A"]
    assert found({"value.launch.min": "2026-04-01"}) == ["CUP-B"]
    assert found({"value.washable": "true"}) == ["CUP-A"]
    assert found({"value.name": "cup a"}) == ["CUP-A"], "whatever the case"
    assert found({"value.price.min": "12.50 EUR"}) == ["CUP-A"]
    assert found({"value.price.min": "12.51 EUR"}) == found({"value.price.min": "1 GBP"}) == []
    assert found({"value.colour.is": "filled", "family": "cups"}) == ["CUP-A", "CUP-B"]
    assert found({"value.name.is": "empty", "family": "cups"}) == ["CUP-B"]
    assert found({"value.colour.is": "empty"}) == [], "a model of coats has no colour to be empty"
    assert found({"value.colour": "red", "value.warranty.min": "24", "q": "cup"}) == ["CUP-A"]


def test_what_is_asked_for_wrongly_says_where() -> None:
    assert refused({"value.colour": "green"}) == (422, "bad-value", "value.colour")
    assert refused({"value.color": "red"}) == (422, "unknown-attribute", "value.color")
    assert refused({"value.colour.min": "red"}) == (422, "bad-value", "value.colour")
    assert refused({"value.weight": "heavy"}) == (422, "bad-value", "value.weight")
    assert refused({"value.weight.min": "3 cm"}) == (422, "bad-value", "value.weight")
    assert refused({"value.colour.like": "r"}) == (422, "invalid", "value.colour.like")
    assert refused({"value.colour.is": "there"}) == (422, "bad-value", "value.colour")
    assert refused({"value.description": "x"}) == (422, "bad-value", "value.description")
    steward = client()
    assert steward.get("/api/v1/products?value.name=a%00b").status_code in {400, 422}
    assert steward.get("/api/v1/products/facets?attributes=weight").status_code == 422
    assert steward.get("/api/v1/products/facets").status_code == 422


@pytest.mark.usefixtures("house")
def test_in_a_scope_what_holds_there_is_asked() -> None:
    set_values(product("CUP-B"), values={"warranty": 36}, market="GB", reason="Law", actor=HOUSE)
    set_values(product("CUP-A"), values={"name": "Tasse"}, locale="de-DE", actor=HOUSE)
    drain()
    assert found({"value.warranty": "36"}) == ["CUP-B"], "in some market"
    assert found({"value.warranty": "12"}) == ["CUP-B"], "and in the others"
    assert found({"value.warranty": "36", "scope": "shop/GB/en-GB"}) == ["CUP-B"]
    assert found({"value.warranty": "36", "scope": "shop/DE/de-DE"}) == []
    assert found({"value.warranty": "12", "scope": "shop/GB/en-GB"}) == []
    assert found({"value.name": "tasse", "scope": "shop/GB/en-GB"}) == [], "German is no fallback of English"
    assert found({"value.name": "tasse", "scope": "shop/AT/de-AT"}) == ["CUP-A"], "but of Austrian"
    assert found({"value.name.is": "empty", "scope": "shop/DE/de-DE", "family": "cups"}) == ["CUP-B"]
    assert found({"value.name.is": "filled", "scope": "shop/DE/de-DE"}) == ["CUP-A"]


@pytest.mark.usefixtures("house")
def test_nearer_values_silence_those_above() -> None:
    upsert_products(
        [{"sku": "COAT", "values": [{"attribute": "name", "value": "Coat", "locale": "en-GB"}]}], actor=HOUSE
    )
    said = [{"attribute": "name", "value": "Red coat", "locale": "en-GB"}]
    upsert_products([{"sku": "COAT-red-s", "values": said}], actor=HOUSE)
    drain()
    assert found({"value.name": "coat"}) == ["COAT", "COAT-blue-s", "COAT-red-m"]
    assert found({"value.name": "red coat"}) == ["COAT-red-s"]


@pytest.mark.usefixtures("house")
def test_counts_are_those_of_the_list() -> None:
    steward = client()
    assert counts(steward, "colour,washable,material") == {
        "colour": {"red": 3, "blue": 2}, "washable": {"false": 1, "true": 1}, "material": {"silk": 4, "wool": 4},
    }  # fmt: skip
    assert counts(steward, "colour,size", **{"value.colour": "red"}) == {
        "colour": {"red": 3, "blue": 2}, "size": {"m": 1, "s": 1},
    }, "a facet is counted without its own condition"  # fmt: skip
    assert counts(steward, "colour", family="cups") == {"colour": {"blue": 1, "red": 1}}
    assert counts(steward, "colour", **{"value.size": "m", "value.colour": "blue"}) == {
        "colour": {"red": 1, "blue": 0}
    }, "what is asked for is shown, though nothing has it"
    answer = steward.get("/api/v1/products/facets?attributes=colour&locale=de-DE&value.colour=red").json()
    first = {"value": "red", "label": "Rot", "products": 3, "is_asked": True}
    assert answer["facets"][0]["answers"][0] == first
    assert (answer["facets"][0]["others"], answer["facets"][0]["is_whole"]) == (0, True)


@pytest.mark.usefixtures("house")
def test_who_may_not_see_is_told_nothing() -> None:
    shop = client(Role.STUDIO)
    assert refused({"value.cost.min": "1 EUR"}, shop) == (422, "unknown-attribute", "value.cost")
    place_product(product("CUP-B"), channel="shop", market="GB", actor=HOUSE, reason="Season")
    set_values(product("CUP-B"), values={"warranty": 48}, market="DE", reason="Law", actor=HOUSE)
    drain()
    british = client(Role.MERCHANT, market="GB")
    assert found({"value.warranty": "48"}) == ["CUP-B"]
    assert found({"value.warranty": "48"}, british) == [], "said in a market of others"
    assert found({"value.warranty": "12"}, british) == ["CUP-B"]
    assert counts(british, "colour") == {"colour": {"blue": 1}}, "of what is placed there"


@pytest.mark.usefixtures("house")
def test_asking_for_what_is_not_public_is_written_down() -> None:
    who = client(Role.ADMINISTRATOR)
    before = Entry.objects.filter(action="pim.values.read").count()
    assert found({"value.colour": "red", "family": "cups"}, who) == ["CUP-A"]
    assert Entry.objects.filter(action="pim.values.read").count() == before
    assert found({"value.cost.min": "1 EUR"}, who) == ["CUP-A"]
    entry = Entry.objects.filter(action="pim.values.read").latest("pk")
    assert (Entry.objects.filter(action="pim.values.read").count(), entry.subject) == (
        before + 1,
        str(product("CUP-A").uid),
    )


@pytest.mark.usefixtures("house")
def test_pages_go_on_with_every_condition() -> None:
    steward = client()
    pages: list[list[str]] = []
    address: str | None = (
        f"/api/v1/products?{urlencode([('value.colour', 'red'), ('value.colour', 'blue'), ('limit', '2')])}"
    )
    while address:
        answer = steward.get(address).json()
        pages.append([row["sku"] for row in answer["results"]])
        address = answer["next"]
    assert pages == [["COAT-blue-s", "COAT-red-m"], ["COAT-red-s", "CUP-A"], ["CUP-B"]]


def kept() -> dict[int, tuple[int, int]]:
    return {row.facet: (row.products, row.trees) for row in FacetCount.objects.all()}


@pytest.mark.usefixtures("house")
def test_kept_as_truth_has_it_and_the_same_when_rebuilt() -> None:
    set_values(product("CUP-A"), values={"colour": None}, actor=HOUSE)
    drain()
    assert found({"value.colour": "red"}) == ["COAT-red-m", "COAT-red-s"]
    assert counts(client(), "colour") == {"colour": {"blue": 2, "red": 2}}
    was = kept()
    for name in ("pim.search", "pim.facets"):
        assert rebuild_projection(PROJECTIONS[name]), f"{name} comes out the same"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pim_facetcount SET products = products + 7")
        cursor.execute("UPDATE pim_productfacets SET facets = '{}'")
    assert not rebuild_projection(PROJECTIONS["pim.search"])
    assert not rebuild_projection(PROJECTIONS["pim.facets"])
    assert kept() == was
    assert ProductFacets.objects.count() == Product.objects.count()


@pytest.mark.parametrize("amount", ["0", "0.001", "-0.5", "1", "12.345", "-999999", "1000000000"])
def test_python_and_sql_count_the_same_buckets(amount: str) -> None:

    with connection.cursor() as cursor:
        cursor.execute("SELECT pim_bucket(%s), pim_bucket('x'), pim_bucket('1e5')", [amount])
        assert cursor.fetchone() == (str(bucket_of(Decimal(amount))), None, None)


@pytest.mark.usefixtures("house")
def test_names_that_cannot_be_are_refused() -> None:
    steward = client()
    for name in ("value.a%00b", "value.%00.min", "value.", "value..min", "value.%FF"):
        for where in ("products?", "products/facets?attributes=colour&"):
            assert steward.get(f"/api/v1/{where}{name}=x").status_code in {400, 422}, name


@pytest.mark.usefixtures("house")
def test_an_answer_says_that_not_all_were_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pim.queries.facet_counts.COUNTED", 1)
    steward = client()
    few = steward.get("/api/v1/products/facets?attributes=colour&family=cups").json()["facets"][0]
    assert (few["is_whole"], sum(one["products"] for one in few["answers"])) == (False, 2)
    kept = steward.get("/api/v1/products/facets?attributes=colour").json()["facets"][0]
    assert (kept["is_whole"], sum(one["products"] for one in kept["answers"])) == (True, 5)


@pytest.mark.usefixtures("house")
def test_many_candidates_are_found_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    few = found({"value.colour": "red", "value.warranty.min": "13"})
    monkeypatch.setattr("pim.queries.facets.FEW", 0)
    assert found({"value.colour": "red", "value.warranty.min": "13"}) == few == ["COAT-red-m", "COAT-red-s", "CUP-A"]


def test_who_says_it_for_all_and_for_a_market_counts_once() -> None:
    define_attribute(code="washable", type="boolean", is_market_overridable=True, actor=HOUSE)
    make_cup("CUP-A", washable=True)
    make_cup("CUP-B", washable=False)
    for sku in ("CUP-A", "CUP-B"):
        set_values(product(sku), values={"washable": True}, market="GB", reason="Law", actor=HOUSE)
    drain()
    assert counts(client(), "washable") == {"washable": {"true": 2, "false": 1}}
