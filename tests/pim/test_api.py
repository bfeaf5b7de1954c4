"""The endpoints of pim: reading, writing, and who may not. P1 P2 P3 P9 P15 S11, faults 16, 22, 23."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from foundation.accounts.choices import Role
from foundation.accounts.models import User
from foundation.events.models import OutboxEvent
from foundation.events.sequencing import drain
from foundation.history.models import Revision
from foundation.jobs.running import run_due_jobs
from pim.models import Placement, Product, ProductValues
from pim.services import place_product, set_values

from .factories import HOUSE, make_coat, make_cup, make_gtin, make_key, make_user, product

pytestmark = pytest.mark.usefixtures("model")
PRODUCTS = "/api/v1/products"


def client(role: Role | User = Role.STEWARD, *, market: str = "") -> APIClient:
    user = role if isinstance(role, User) else make_user(role, market=market)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(user)}")
    return api


def value(attribute: str, given: object, **place: object) -> dict[str, object]:
    return {"attribute": attribute, "value": given, **place}


def traces() -> tuple[int, int]:
    return Revision.objects.filter(table_name__startswith="pim_").count(), OutboxEvent.objects.count()


@pytest.fixture
def coat() -> Product:
    """Offered in Britain; another product is offered in Germany."""
    model = make_coat()
    set_values(model, values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
    set_values(model, values={"price": "9 EUR"}, market="DE", reason="German list", actor=HOUSE)
    set_values(model, values={"price": "8 GBP"}, market="GB", reason="British list", actor=HOUSE)
    set_values(model, values={"cost": "3 EUR"}, actor=HOUSE)
    place_product(model, channel="shop", market="GB", actor=HOUSE, reason="Season")
    place_product(make_cup("CUP"), channel="shop", market="DE", actor=HOUSE, reason="Season")
    drain()
    return model


class TestReading:
    def test_lists_by_sku_in_pages(self, coat: Product) -> None:
        api = client()
        first = api.get(PRODUCTS, {"limit": 3}).json()
        rest = api.get(first["next"]).json()
        rows = first["results"] + rest["results"]
        assert [row["sku"] for row in rows] == ["COAT", "COAT-blue-s", "COAT-red-m", "COAT-red-s", "CUP"]
        assert rest["next"] is None
        assert (rows[3]["label"], rows[3]["parent"], rows[3]["family"], rows[3]["level"]) == (
            "Coat",
            "COAT",
            "coats",
            1,
        )

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"family": "cups"}, ["CUP"]),
            ({"sku": "CUP,COAT,NONE"}, ["COAT", "CUP"]),
            ({"state": "retired"}, []),
            ({"q": "coat red"}, ["COAT-red-m", "COAT-red-s"]),
            ({"q": "cup"}, ["CUP"]),
        ],
    )
    def test_filters(self, coat: Product, query: dict[str, str], found: list[str]) -> None:
        assert [row["sku"] for row in client().get(PRODUCTS, query).json()["results"]] == found

    def test_finds_by_gtin_as_printed_and_never_by_what_is_not_public(self, coat: Product) -> None:
        gtin = make_gtin()
        set_values(product("CUP"), values={"gtin": gtin, "name": "Secret of Germany"}, actor=HOUSE)
        set_values(product("CUP"), values={"name": "Nur hier"}, market="DE", reason="x", actor=HOUSE)
        drain()
        api = client()
        for words, found in ((gtin, ["CUP"]), (gtin.zfill(14), ["CUP"]), ("secret germany", ["CUP"]), ("nur hier", [])):
            assert [row["sku"] for row in api.get(PRODUCTS, {"q": words}).json()["results"]] == found

    @pytest.mark.parametrize("name", ["values__vals", "ordering", "family__code__contains", "cost"])
    def test_refuses_parameters_that_it_does_not_know(self, name: str) -> None:
        answer = client().get(PRODUCTS, {name: "1"})
        assert (answer.status_code, answer.json()["path"]) == (422, name)

    def test_the_number_of_queries_does_not_grow(self, coat: Product) -> None:
        api = client()
        counts = []
        for limit in (1, 5):
            with CaptureQueriesContext(connection) as captured:
                assert api.get(PRODUCTS, {"limit": limit, "locale": "de-AT"}).status_code == 200
            counts.append(len(captured))
        assert counts[1] <= counts[0] + 1 <= 16  # one for parents that are not in the page

    def test_one_product_with_its_values_and_where_they_come_from(self, coat: Product) -> None:
        answer = client().get(f"{PRODUCTS}/COAT-red-s", {"scope": "shop/DE/de-DE"})
        body = answer.json()
        assert answer["ETag"] == '"1"'
        assert body["axes"] == {"colour": "red", "size": "s"}
        assert {row["attribute"] for row in body["values"]} == {"colour", "size", "gtin"}
        assert body["resolved"]["price"] == {
            "value": {"EUR": "9.00"}, "from": {"sku": "COAT", "level": 0, "market": "DE", "locale": "*"},
            "is_inherited": True, "is_fallback": False, "counts": True, "kind": "own",
        }  # fmt: skip
        assert (body["resolved"]["name"]["is_fallback"], body["resolved"]["name"]["counts"]) == (True, False)
        german = next(one for one in body["completeness"] if one["market"] == "DE")
        assert (german["missing"], german["filled"], german["percent"]) == (["name", "description"], 3, 60)
        model = client().get(f"{PRODUCTS}/COAT").json()
        assert model["variants"] == ["COAT-blue-s", "COAT-red-m", "COAT-red-s"]
        (own,) = [row for row in model["values"] if row["market"] == "DE"]
        assert (own["reason"], own["by"], own["cell_version"]) == ("German list", "system:factory", 1)

    def test_a_sku_may_hold_a_slash(self) -> None:
        make_cup("A/B 1")
        assert client().get(f"{PRODUCTS}/A%2FB%201").json()["sku"] == "A/B 1"
        assert client().get(f"{PRODUCTS}/A/B 1/placements").json() == []

    def test_unknown_scopes_and_products_are_missing(self, coat: Product) -> None:
        for url in (f"{PRODUCTS}/NONE", f"{PRODUCTS}/COAT?scope=shop/GB/xx", f"{PRODUCTS}/COAT?scope="):
            assert client().get(url).status_code == (200 if url.endswith("=") else 404)

    def test_attributes_and_families(self) -> None:
        api = client()
        codes = [row["code"] for row in api.get("/api/v1/attributes").json()["results"]]
        assert "price" in codes
        assert "cost" not in codes
        colour = api.get("/api/v1/attributes/colour").json()
        assert [option["code"] for option in colour["options"]] == ["red", "blue"]
        coats = api.get("/api/v1/families/coats").json()
        assert (coats["axes"], coats["depth"], coats["visual_axis"]) == ([["colour", "size"]], 1, "colour")
        assert coats["required"] == {
            "bazaar": ["gtin", "name"],
            "shop": ["colour", "description", "gtin", "name", "price"],
        }
        assert "cost" not in {row["attribute"] for row in coats["attributes"]}
        assert client(Role.INTEGRATOR).get("/api/v1/attributes/price").status_code == 404


class TestClasses:
    @pytest.mark.parametrize(
        ("role", "seen"),
        [(Role.INTEGRATOR, set()), (Role.MERCHANT, {"price"}), (Role.ADMINISTRATOR, {"price", "cost"})],
    )
    def test_nothing_above_the_callers_clearance_is_anywhere(self, coat: Product, role: Role, seen: set[str]) -> None:
        api = client(role)
        for url in (f"{PRODUCTS}/COAT?scope=shop/DE/de-DE", "/api/v1/families/coats", "/api/v1/attributes"):
            text = json.dumps(api.get(url).json())
            assert {code for code in ("price", "cost") if f'"{code}"' in text} == seen, url

    def test_putting_keeps_what_the_caller_cannot_see(self, coat: Product) -> None:
        answer = client().put(f"{PRODUCTS}/COAT", {"values": [value("name", "Cape", locale="en-GB")]}, format="json")
        assert answer.json() == {"sku": "COAT", "status": "changed", "version": 7}
        left = {
            code for vals in ProductValues.objects.filter(product=coat).values_list("vals", flat=True) for code in vals
        }
        assert left == {"name", "cost"}, "the price went, the cost stayed"


class TestMarkets:
    """Who is limited to a market walks ids of another one."""

    def test_others_products_are_not_there(self, coat: Product) -> None:
        german = client(Role.STEWARD, market="DE")
        assert [row["sku"] for row in german.get(PRODUCTS).json()["results"]] == ["CUP"]
        assert not german.get(PRODUCTS, {"q": "coat"}).json()["results"]
        assert not german.get(PRODUCTS, {"sku": "COAT"}).json()["results"]
        before = traces()
        for answer in (
            german.get(f"{PRODUCTS}/COAT"),
            german.get(f"{PRODUCTS}/COAT-red-s"),
            german.patch(f"{PRODUCTS}/COAT", {"values": []}, format="json"),
            german.get(f"{PRODUCTS}/COAT/placements"),
            german.post(
                f"{PRODUCTS}/COAT/placements", {"channel": "shop", "market": "DE", "reason": "x"}, format="json"
            ),
        ):
            assert answer.status_code == 404
        assert traces() == before

    def test_others_cells_of_a_shared_product_are_not_there(self, coat: Product) -> None:
        place_product(coat, channel="shop", market="DE", actor=HOUSE, reason="Season")
        drain()
        german = client(Role.STEWARD, market="DE")
        body = german.get(f"{PRODUCTS}/COAT").json()
        assert {row["market"] for row in body["values"]} == {None, "DE"}
        assert {row["market"] for row in body["completeness"]} == {"DE"}
        assert [row["market"] for row in german.get(f"{PRODUCTS}/COAT/placements").json()] == ["DE"]
        assert german.get(f"{PRODUCTS}/COAT", {"scope": "shop/GB/en-GB"}).status_code == 404

    def test_writes_reach_ones_own_cells_only(self, coat: Product) -> None:
        place_product(coat, channel="shop", market="DE", actor=HOUSE, reason="Season")
        german = client(Role.STEWARD, market="DE")
        own = {"reason": "Sale", "values": [value("price", "7 EUR", market="DE")]}
        assert german.patch(f"{PRODUCTS}/COAT", own, format="json").status_code == 200
        before = traces()
        for values, code in (
            ([value("name", "Mine", locale="de-DE")], 403),
            ([value("price", "7 GBP", market="GB")], 422),
        ):
            answer = german.patch(f"{PRODUCTS}/COAT", {"reason": "x", "values": values}, format="json")
            assert answer.status_code == code
        assert german.put(f"{PRODUCTS}/NEW", {"family": "cups"}, format="json").status_code == 403
        british = {"channel": "shop", "market": "GB", "reason": "x"}
        assert german.post(f"{PRODUCTS}/COAT/placements", british, format="json").status_code == 403
        assert traces() == before

    def test_putting_keeps_other_markets_and_what_is_shared(self, coat: Product) -> None:
        place_product(coat, channel="shop", market="DE", actor=HOUSE, reason="Season")
        german = client(Role.STEWARD, market="DE")
        assert german.put(f"{PRODUCTS}/COAT", {"values": []}, format="json").status_code == 200
        rows = ProductValues.objects.filter(product=coat).select_related("cell__market")
        assert {str(row.cell): sorted(row.vals) for row in rows} == {
            "*/*": ["cost"], "*/en-GB": ["name"], "DE/*": [], "GB/*": ["price"],
        }  # fmt: skip


class TestWriting:
    def test_put_creates_and_says_the_same_twice(self) -> None:
        api = client()
        body = {"family": "cups", "values": [value("name", "Cup", locale="en-GB")]}
        assert api.put(f"{PRODUCTS}/CUP", body, format="json", headers={"If-None-Match": "*"}).status_code == 201
        before = traces()
        again = api.put(f"{PRODUCTS}/CUP", body, format="json")
        assert (again.status_code, again.json()) == (200, {"sku": "CUP", "status": "unchanged", "version": 1})
        assert api.put(f"{PRODUCTS}/CUP", body, format="json", headers={"If-None-Match": "*"}).status_code == 422
        assert traces() == before

    @pytest.mark.parametrize("method", ["put", "patch"])
    def test_a_stale_etag_is_412_and_writes_nothing(self, coat: Product, method: str) -> None:
        api = client()
        etag = api.get(f"{PRODUCTS}/CUP")["ETag"]
        write = getattr(api, method)
        first = {"values": [value("name", "Cup")]}
        done = write(f"{PRODUCTS}/CUP", first, format="json", headers={"If-Match": etag})
        assert done.status_code == 200
        before = traces()
        stale = write(f"{PRODUCTS}/CUP", {"values": [value("name", "Mug")]}, format="json", headers={"If-Match": etag})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale-values")
        assert traces() == before
        fresh = write(f"{PRODUCTS}/CUP", first, format="json", headers={"If-Match": done["ETag"]})
        assert fresh.json()["status"] == "unchanged"

    def test_a_value_that_is_not_what_was_seen_is_412_and_writes_nothing(self, coat: Product) -> None:
        api = client()

        def write(given: object, expected: object, **more: object) -> Any:
            values = [value("washable", given, expected=expected), *([more] if more else [])]
            return api.patch(f"{PRODUCTS}/COAT", {"values": values}, format="json")

        assert write(True, None).status_code == 200
        before = traces()
        stale = write(False, None, attribute="warranty", value="12")
        told = stale.json()
        assert (stale.status_code, told["code"], told["path"]) == (412, "stale-values", "values.0")
        assert traces() == before
        assert write(True, None).json()["status"] == "unchanged", "what is wanted is there already"
        api.patch(f"{PRODUCTS}/COAT", {"values": [value("warranty", "24")]}, format="json")
        assert write(False, True).json()["status"] == "changed", "another value of the cell may change meanwhile"
        assert write(None, False).json()["status"] == "changed"

    def test_patch_of_nothing_is_404_and_a_deleted_etag_is_stale(self) -> None:
        assert client().patch(f"{PRODUCTS}/NONE", {}, format="json").status_code == 404
        answer = client().put(f"{PRODUCTS}/NONE", {"family": "cups"}, format="json", headers={"If-Match": '"3"'})
        assert answer.status_code == 412

    @pytest.mark.parametrize(
        "body",
        [
            [], "text", 7, {"values": {}}, {"values": [1]}, {"sku": "OTHER"}, {"surplus": 1}, {"family": 7},
            {"values": [{"attribute": "name", "value": {"a": 1}}]},
            {"values": [{"attribute": "weight", "value": []}, {}]},
            {"values": [{"attribute": "name", "value": "x", "locale": "xx"}]},
            {"values": [{"attribute": "name", "value": "x", "market": "GB", "expires_at": "soon"}]},
            {"values": [{"attribute": "name", "value": "a\u0000b"}]},
        ],
    )  # fmt: skip
    def test_bad_bodies_are_422_and_write_nothing(self, coat: Product, body: Any) -> None:
        api = client()
        before = traces()
        answer = api.patch(f"{PRODUCTS}/CUP", body, format="json")
        assert answer.status_code == 422, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]
        assert traces() == before

    def test_bulk_is_all_or_none_and_names_paths(self) -> None:
        api = client()
        good = [{"sku": f"CUP-{at}", "family": "cups"} for at in range(3)]
        answer = api.post(f"{PRODUCTS}/bulk", good, format="json")
        assert answer.json()["results"][2] == {"sku": "CUP-2", "status": "created", "version": 1}
        before = traces()
        answer = api.post(f"{PRODUCTS}/bulk", [*good, {"sku": "X"}, {"sku": "Y", "family": "none"}], format="json")
        assert [error["path"] for error in answer.json()["errors"]] == ["3.family", "4.family"]
        for body in ({}, [1], [{"sku": f"{at}", "family": "cups"} for at in range(1_001)]):
            assert api.post(f"{PRODUCTS}/bulk", body, format="json").status_code == 422
        assert traces() == before

    @pytest.mark.parametrize("role", [Role.MERCHANT, Role.STUDIO])
    def test_readers_do_not_write(self, coat: Product, role: Role) -> None:
        api = client(role)
        before = traces()
        for answer in (
            api.put(f"{PRODUCTS}/NEW", {"family": "cups"}, format="json"),
            api.patch(f"{PRODUCTS}/CUP", {}, format="json"),
            api.post(f"{PRODUCTS}/bulk", [], format="json"),
            api.post(f"{PRODUCTS}/CUP/placements", {"channel": "shop", "market": "GB", "reason": "x"}, format="json"),
            api.post("/api/v1/imports", {"file": io.BytesIO(b"sku\nA\n")}),
        ):
            assert answer.status_code == 403
        assert traces() == before

    def test_nobody_is_nobody(self) -> None:
        for url in (PRODUCTS, f"{PRODUCTS}/CUP", "/api/v1/attributes", "/api/v1/families", "/api/v1/imports"):
            assert APIClient().get(url).status_code == 401


class TestPlacements:
    def test_placing_withdrawing_and_the_reason(self, coat: Product) -> None:
        api = client()
        url = f"{PRODUCTS}/COAT-red-s/placements"
        (inherited,) = api.get(url).json()
        assert (inherited["from"], inherited["is_inherited"], inherited["reason"]) == ("COAT", True, "Season")
        body = {"channel": "shop", "market": "GB", "state": "withdrawn", "reason": "Faulty zip"}
        (own,) = api.post(url, body, format="json").json()
        assert (own["from"], own["state"], own["is_inherited"]) == ("COAT-red-s", "withdrawn", False)
        before = traces()
        api.post(url, body, format="json")
        assert traces() == before
        assert OutboxEvent.objects.filter(type="pim.product.withdrawn").count() == 1

    def test_a_word_is_taken_back(self, coat: Product) -> None:
        api, url = client(), f"{PRODUCTS}/COAT-red-s/placements"
        where = {"channel": "shop", "market": "GB"}
        query = "?channel=shop&market=GB"
        api.post(url, where | {"state": "withdrawn", "reason": "Faulty zip"}, format="json")
        (own,) = api.get(url).json()
        assert own["state"] == "withdrawn"
        assert own["by"]
        assert own["since"]
        (inherited,) = api.delete(f"{url}{query}").json()
        assert (inherited["from"], inherited["state"]) == ("COAT", "placed")
        assert OutboxEvent.objects.filter(type="pim.product.placed", data__sku="COAT-red-s").count() == 1
        before = traces()
        assert api.delete(f"{url}{query}").status_code == 200
        for wrong in ("", "?channel=shop", "?channel=shop&market=XX", f"{query}&x=1"):
            assert api.delete(f"{url}{wrong}").status_code == 422, wrong
        assert traces() == before

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ({"market": "GB", "reason": "x"}, "channel"),
            ({"channel": "shop", "market": "GB", "reason": " "}, "reason"),
            ({"channel": "shop", "market": "XX", "reason": "x"}, "market"),
            ({"channel": "bazaar", "market": "DE", "reason": "x"}, "market"),
            ({"channel": "shop", "market": "GB", "reason": "x", "state": "maybe"}, "state"),
        ],
    )
    def test_bad_placements(self, coat: Product, body: dict[str, str], path: str) -> None:
        count = Placement.objects.count()
        answer = client().post(f"{PRODUCTS}/CUP/placements", body, format="json")
        assert (answer.status_code, answer.json()["path"]) == (422, path)
        assert Placement.objects.count() == count


class TestImports:
    def send(self, api: APIClient, body: bytes, **more: str) -> Any:
        return api.post("/api/v1/imports", {"file": io.BytesIO(body), **more}, format="multipart")

    def test_send_watch_and_fetch_what_stayed_out(self) -> None:
        api = client()
        mapping = json.dumps({"columns": {"Nr": "sku", "Gruppe": "family"}, "values": {"family": {"Tassen": "cups"}}})
        sent = self.send(api, b"Nr;Gruppe;gtin\nA;Tassen;\nB;Tassen;12\n", mapping=mapping)
        assert sent.status_code == 202
        url = f"/api/v1/imports/{sent.json()['uid']}"
        assert api.get(url).json()["state"] == "waiting"
        assert api.get(f"{url}/error-file").status_code == 404
        run_due_jobs()
        seen = api.get(url).json()
        assert {name: seen[name] for name in ("state", "rows", "created", "failed", "has_error_file")} == {
            "state": "done", "rows": 2, "created": 1, "failed": 1, "has_error_file": True,
        }  # fmt: skip
        (error,) = api.get(f"{url}/errors").json()["results"]
        assert (error["row"], error["sku"], error["column"], error["code"]) == (3, "B", "gtin", "gtin-length")
        file = api.get(f"{url}/error-file")
        assert "attachment" in file["Content-Disposition"]
        assert file["X-Content-Type-Options"] == "nosniff"
        assert b"Nr;Gruppe;gtin;! gtin" in b"".join(file.streaming_content)
        assert [row["uid"] for row in api.get("/api/v1/imports").json()["results"]] == [seen["uid"]]

    @pytest.mark.parametrize("mapping", ["[]", "{", "[" * 10_000, '{"surplus": 1}'])
    def test_bad_requests(self, mapping: str) -> None:
        api = client()
        assert self.send(api, b"sku\nA\n", mapping=mapping).status_code == 422
        assert api.post("/api/v1/imports", {}, format="multipart").json()["path"] == "file"
        assert self.send(api, b"sku,nome\n").json()["code"] == "unknown-column"

    def test_others_imports_are_not_there(self) -> None:
        mine = self.send(client(), b"sku,family\nA,cups\n").json()["uid"]
        other, administrator = client(), client(Role.ADMINISTRATOR)
        for part in ("", "/errors", "/error-file"):
            assert other.get(f"/api/v1/imports/{mine}{part}").status_code == 404
        assert not other.get("/api/v1/imports").json()["results"]
        assert administrator.get(f"/api/v1/imports/{mine}").status_code == 200
