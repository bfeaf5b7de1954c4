"""NDJSON to the bulk endpoint: every line stands alone; and sparse answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from foundation.accounts.choices import Role
from foundation.audit.models import Entry
from foundation.events.models import OutboxEvent
from foundation.events.sequencing import drain
from pim.events import VALUES_READ
from pim.models import Product
from pim.services import place_product, set_values

from .factories import HOUSE, make_coat, make_cup, make_key, make_user, product

pytestmark = pytest.mark.usefixtures("model")
PRODUCTS = "/api/v1/products"
NDJSON = "application/x-ndjson"


def client(role: Role = Role.STEWARD, *, market: str = "") -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(make_user(role, market=market))}")
    return api


def send(body: bytes | str, api: APIClient | None = None) -> tuple[int, list[dict[str, Any]]]:
    answer = (api or client()).post(f"{PRODUCTS}/bulk", body, content_type=NDJSON)
    if answer.status_code != 200:
        return answer.status_code, [answer.json()]
    assert answer["Content-Type"] == NDJSON
    return 200, [json.loads(line) for line in answer.content.decode().splitlines()]


class TestLines:
    def test_each_line_stands_alone(self) -> None:
        make_cup("OLD")
        lines = [
            {"sku": "CUP-1", "family": "cups", "values": [{"attribute": "name", "locale": "en-GB", "value": "Cup"}]},
            {"sku": "CUP-2", "family": "cups", "values": [{"attribute": "weight", "value": "heavy"}]},
            {"sku": "OLD"},
            {"sku": "OLD-2", "family": "nothing"},
            {"sku": "CUP-3", "family": "cups", "colour": "red"},
        ]
        status, results = send("\n".join(map(json.dumps, lines)))
        assert status == 200
        assert [(one["line"], one["sku"], one["status"]) for one in results] == [
            (1, "CUP-1", "created"), (2, "CUP-2", "refused"), (3, "OLD", "unchanged"), (4, "OLD-2", "refused"),
            (5, "CUP-3", "refused"),
        ]  # fmt: skip
        assert results[0]["version"] == 1
        (bad,) = results[1]["errors"]
        assert (bad["code"], bad["path"], bad["attribute"], bad["market"], bad["locale"]) == (
            "bad-value", "values.0", "weight", None, "*",
        )  # fmt: skip
        assert results[3]["errors"][0]["path"] == "family"
        assert "colour" in results[4]["errors"][0]["detail"]
        assert set(Product.objects.values_list("sku", flat=True)) == {"OLD", "CUP-1"}

    def test_what_is_no_json_spoils_no_other_line(self) -> None:
        body = b'{"sku": "CUP-1", "family": "cups"}\r\n\n{"sku": \n[1]\n{"sku": "\xff"}\n{"sku": NaN}\n' + (
            b"[" * 100_000 + b"\n" + b'{"sku": "A\\u0000B", "family": "cups"}\n{"sku": "CUP-2", "family": "cups"}'
        )
        status, results = send(body)
        assert status == 200
        told = [(one["line"], one["status"]) for one in results]
        assert told == [
            (1, "created"), (3, "refused"), (4, "refused"), (5, "refused"), (6, "refused"), (7, "refused"),
            (8, "refused"), (9, "created"),
        ]  # fmt: skip
        details = [one["errors"][0]["detail"] for one in results if one["status"] == "refused"]
        assert details[0].endswith("at character 9")
        assert details[2] == "Byte 10 of the line is not UTF-8"
        assert {one["errors"][0]["code"] for one in results if one["status"] == "refused"} == {"invalid"}
        assert Product.objects.count() == 2

    def test_a_variant_of_a_refused_model_is_refused(self) -> None:
        lines = [
            {"sku": "COAT-1-RED", "parent": "COAT-1", "values": [{"attribute": "colour", "value": "red"}]},
            {"sku": "COAT-1", "family": "nothing"},
        ]
        _, results = send("\n".join(map(json.dumps, lines)))
        assert [one["status"] for one in results] == ["refused", "refused"]
        assert results[0]["errors"][0]["reason"] == "parent-refused"

    def test_more_than_a_thousand_are_refused_whole(self) -> None:
        api = client()
        before = OutboxEvent.objects.count()
        lines = "\n".join(json.dumps({"sku": f"C{at}", "family": "cups"}) for at in range(1001))
        status, (problem,) = send(lines, api)
        assert (status, problem["code"]) == (422, "invalid")
        assert (Product.objects.count(), OutboxEvent.objects.count()) == (0, before)

    @pytest.mark.parametrize("kind", [NDJSON, "application/json"])
    def test_a_body_beyond_what_is_taken_is_refused(self, kind: str, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        answer = client().post(f"{PRODUCTS}/bulk", b'[{"sku": "%s"}]' % (b"x" * 100), content_type=kind)
        assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
        assert Product.objects.count() == 0

    def test_nothing_is_nothing(self) -> None:
        assert send(b"\n\n") == (200, [])

    def test_who_may_not_write_writes_nothing(self) -> None:
        status, (problem,) = send('{"sku": "CUP-1", "family": "cups"}', client(Role.STUDIO))
        assert (status, problem["code"]) == (403, "denied")
        assert Product.objects.count() == 0

    def test_a_thousand_cost_as_many_queries_as_ten(self) -> None:
        api, counts = client(), []
        for many in (10, 200):
            lines = "\n".join(json.dumps({"sku": f"C{many}-{at}", "family": "cups"}) for at in range(many))
            with CaptureQueriesContext(connection) as captured:
                assert send(lines, api)[0] == 200
            counts.append(len(captured))
        assert counts[1] <= counts[0]


@pytest.fixture
def coat() -> Product:
    model = make_coat()
    set_values(model, values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
    set_values(model, values={"price": "9 EUR"}, market="DE", reason="German list", actor=HOUSE)
    set_values(model, values={"price": "8 GBP"}, market="GB", reason="British list", actor=HOUSE)
    set_values(model, values={"cost": "3 EUR"}, actor=HOUSE)
    place_product(model, channel="shop", market="GB", actor=HOUSE, reason="Season")
    place_product(make_cup("CUP"), channel="shop", market="DE", actor=HOUSE, reason="Season")
    drain()
    return model


class TestSparse:
    def test_only_what_is_asked_for(self, coat: Product) -> None:
        body = client().get(f"{PRODUCTS}/COAT", {"fields": "sku,version,values", "attributes": "name"}).json()
        assert list(body) == ["sku", "version", "values"]
        assert [(one["attribute"], one["locale"], one["value"]) for one in body["values"]] == [
            ("name", "en-GB", "Coat"),
        ]  # fmt: skip

    def test_what_is_not_asked_for_costs_nothing(self, coat: Product) -> None:
        api, counts = client(), []
        for asked in ({}, {"fields": "sku"}):
            with CaptureQueriesContext(connection) as captured:
                assert api.get(f"{PRODUCTS}/COAT", asked).status_code == 200
            counts.append(len(captured))
        assert counts[0] - counts[1] >= 8

    def test_lists_with_values_and_what_holds(self, coat: Product) -> None:
        asked = {"fields": "sku,resolved,categories", "scope": "shop/GB/en-GB", "attributes": "name,price"}
        rows = client().get(PRODUCTS, asked).json()["results"]
        assert [row["sku"] for row in rows] == ["COAT", "COAT-blue-s", "COAT-red-m", "COAT-red-s", "CUP"]
        red = rows[3]
        assert list(red) == ["sku", "categories", "resolved"]
        assert {code: (one["value"], one["from"]["sku"]) for code, one in red["resolved"].items()} == {
            "name": ("Coat", "COAT"), "price": ({"GBP": "8.00"}, "COAT"),
        }  # fmt: skip
        assert rows[4]["resolved"] == {}

    def test_a_page_with_values_costs_the_same_for_one_and_for_five(self, coat: Product) -> None:
        api, counts = client(), []
        for limit in (1, 5):
            asked = {"fields": "sku,values,resolved,categories", "scope": "shop/GB/en-GB", "limit": limit}
            with CaptureQueriesContext(connection) as captured:
                assert api.get(PRODUCTS, asked).status_code == 200
            counts.append(len(captured))
        assert counts[1] <= counts[0] + 2  # the levels above those of the page

    @pytest.mark.parametrize(
        ("asked", "status", "path"),
        [
            ({"fields": "sku,vals"}, 422, "fields"),
            ({"fields": "resolved"}, 422, "scope"),
            ({"attributes": "name,nothing"}, 422, "attributes"),
            ({"attributes": "cost"}, 422, "attributes"),
            ({"scope": "shop/XX/en-GB"}, 404, "scope"),
        ],
    )
    def test_what_there_is_not_is_refused(self, coat: Product, asked: dict[str, str], status: int, path: str) -> None:
        for url in (PRODUCTS, f"{PRODUCTS}/COAT"):
            answer = client().get(url, asked)
            assert (answer.status_code, answer.json()["path"]) == (status, path)

    def test_nothing_of_other_markets_and_classes(self, coat: Product) -> None:
        api = client(Role.MERCHANT, market="GB")
        (row,) = [one for one in api.get(PRODUCTS, {"fields": "sku,values"}).json()["results"] if one["sku"] == "COAT"]
        assert {(one["attribute"], one["market"]) for one in row["values"]}.isdisjoint(
            {("price", "DE"), ("cost", None)}
        )
        assert api.get(PRODUCTS, {"fields": "sku,resolved", "scope": "shop/DE/de-DE"}).status_code == 404

    def test_sensitive_values_in_a_list_are_entered_in_the_audit(self, coat: Product) -> None:
        reads = Entry.objects.filter(action=VALUES_READ)
        client().get(PRODUCTS, {"fields": "sku"})
        assert reads.count() == 0
        client().get(PRODUCTS, {"fields": "sku,values"})
        assert [one.detail["attributes"] for one in reads] == [["price"]]
        assert reads.get().subject == str(product("COAT").uid)
