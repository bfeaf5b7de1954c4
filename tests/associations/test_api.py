"""Bindings, proposals and media over HTTP (A1, A2, A7)."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test.utils import CaptureQueriesContext

from associations.models import Binding
from associations.services import bind_asset, propose_binding
from dam.models import AssetLicence, Licence, LicenceTerm, Preset
from foundation.core import moment
from foundation.history.services import recorded

from . import factories as make
from .observing import everything, open_items, told

pytestmark = pytest.mark.django_db
URL = "/api/v1/bindings"


def ask(product, asset, role="gallery"):
    evidence = {"sentence": "So it seems."}
    return propose_binding(
        product=product, asset=asset, role=role, source="filename", evidence=evidence, actor=make.HOUSE
    )


def body(product, asset, role="gallery", **more):
    return {"sku": product.sku, "asset": str(asset.uid), "role": role, **more}


def test_binding_reading_and_unbinding(coats, steward, client_of) -> None:
    client, picture = client_of(steward), make.asset("Front")
    made = client.post(URL, body(coats.model, picture, axis="colour=red"), format="json")
    assert made.status_code == 201
    row = made.json()
    assert (row["sku"], row["asset"], row["axis"], row["status"], row["source"]) == (
        "COAT", str(picture.uid), "colour=red", "active", "api",
    )  # fmt: skip
    assert (row["market"], row["locale"]) == (None, "*")
    assert client.post(URL, body(coats.model, picture, axis="colour=red"), format="json").json()["uid"] == row["uid"]
    assert client.get(f"{URL}/{row['uid']}").json() == row
    assert client.patch(f"{URL}/{row['uid']}", {"role": "detail"}, format="json").json()["role"] == "detail"
    assert client.delete(f"{URL}/{row['uid']}?reason=wrong").status_code == 204
    assert client.get(f"{URL}/{row['uid']}").json()["status"] == "removed"
    assert Binding.objects.get().reason == "wrong"
    assert told() == ["created", "changed", "removed"]


def test_the_list_filters_and_pages(coats, steward, client_of) -> None:
    client = client_of(steward)
    rows = [bind_asset(product=coats.red, asset=make.asset(name), role="gallery", actor=make.STEWARD) for name in "ABC"]
    asked = ask(coats.blue, make.asset("D"))

    def uids(query: str) -> list[str]:
        return [row["uid"] for row in client.get(f"{URL}?{query}").json()["results"]]

    assert uids("status=proposed") == [str(asked.uid)]
    assert uids("sku=COAT-BLUE&source=filename") == [str(asked.uid)]
    assert uids(f"asset={rows[0].asset.uid}") == [str(rows[0].uid)]
    assert uids("role=hero") == []
    first = client.get(f"{URL}?limit=3").json()
    assert [row["uid"] for row in first["results"]] == [str(row.uid) for row in (asked, rows[2], rows[1])]
    rest = client.get(first["next"]).json()
    assert ([row["uid"] for row in rest["results"]], rest["next"]) == ([str(rows[0].uid)], None)
    for query in ("status=open", "asset=12", "role=king"):
        refusal = client.get(f"{URL}?{query}")
        assert (refusal.status_code, refusal.json()["code"]) == (422, "invalid")


def test_a_longer_list_costs_no_more_queries(coats, steward, client_of) -> None:
    from django.db import connection

    client = client_of(steward)

    def cost() -> int:
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        return len(queries)

    bind_asset(product=coats.red, asset=make.asset("A"), role="gallery", actor=make.STEWARD)
    one = cost()
    for name in "BCDE":
        bind_asset(product=coats.blue, asset=make.asset(name), role="gallery", actor=make.STEWARD)
    assert cost() == one


def test_answers(coats, steward, client_of) -> None:
    client, asked = client_of(steward), ask(coats.red, make.asset("Front"))
    at = f"{URL}/{asked.uid}"
    assert client.post(f"{at}/confirm", {"role": "hero"}, format="json").json()["role"] == "hero"
    assert open_items() == set()
    refusal = client.post(f"{at}/reject", {}, format="json")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "already-decided")
    assert client.post(f"{at}/undo").json()["status"] == "proposed"
    assert client.post(f"{at}/reject", {"reason": "no"}, format="json").json()["status"] == "rejected"
    assert told() == ["proposed", "confirmed", "removed", "proposed", "rejected"]


def test_who_may_not_decide_may_ask(coats, photographer, merchant, client_of) -> None:
    sent = body(coats.red, make.asset("Front"), reason="I took it") | {"axis": "", "role": "detail"}
    made = client_of(photographer).post(f"{URL}/propose", sent, format="json")
    assert made.status_code == 201
    row = made.json()
    assert (row["status"], row["source"], row["role"], row["sentence"]) == ("proposed", "api", "detail", "I took it")
    assert open_items() == {f"proposal:{row['uid']}"}
    assert client_of(merchant).post(f"{URL}/propose", sent, format="json").status_code == 403


def test_the_order(coats, steward, client_of) -> None:
    rows = [bind_asset(product=coats.red, asset=make.asset(name), role="gallery", actor=make.STEWARD) for name in "AB"]
    asked = {"sku": "COAT-RED", "role": "gallery", "bindings": [str(rows[1].uid), str(rows[0].uid)]}
    answer = client_of(steward).post(f"{URL}/reorder", asked, format="json").json()
    assert [row["title"] for row in answer] == ["B", "A"]
    asked["bindings"].pop()
    assert client_of(steward).post(f"{URL}/reorder", asked, format="json").status_code == 412


def test_refusals_write_nothing(coats, steward, photographer, client_of) -> None:
    hero = bind_asset(product=coats.red, asset=make.asset("Front"), role="hero", actor=make.STEWARD)
    asked, other = ask(coats.red, make.asset("Other")), make.asset("Back")
    before, said = everything(), told()
    client = client_of(steward)
    for sent, status, code in [
        (body(coats.red, other, "hero"), 409, "role-taken"),
        (body(coats.red, other, "hero", replace=True), 403, "denied"),
        (body(coats.red, other, "king"), 400, "invalid"),
        (body(coats.red, other, axis="nonsense"), 422, "invalid"),
        ({"sku": "NO", "asset": str(other.uid), "role": "gallery"}, 404, "missing"),
        ({"sku": "COAT-RED", "asset": str(uuid4()), "role": "gallery"}, 404, "missing"),
        ({}, 400, "invalid"),
    ]:
        refusal = client.post(URL, sent, format="json")
        assert (refusal.status_code, refusal.json()["code"]) == (status, code), sent
    studio = client_of(photographer)
    for path in ("confirm", "reject", "undo"):
        assert studio.post(f"{URL}/{asked.uid}/{path}", {}, format="json").status_code == 403
    assert studio.post(URL, body(coats.red, other), format="json").status_code == 403
    assert studio.delete(f"{URL}/{hero.uid}").status_code == 403
    assert client.get(f"{URL}/{uuid4()}").status_code == 404
    assert (everything(), told()) == (before, said)


def test_without_a_key_nothing_is_said(coats, client) -> None:
    assert client.get(URL).status_code in (401, 403)
    assert client.get("/api/v1/products/COAT/media").status_code in (401, 403)


def test_another_market_is_not_there(coats, world, outsider, client_of) -> None:
    make.place(coats.model, world.markets["GB"], world.shop)
    bound = bind_asset(product=coats.red, asset=make.asset("A"), role="gallery", actor=make.STEWARD)
    asked = ask(coats.red, make.asset("B"))
    client, before = client_of(outsider), everything()
    assert client.get(URL).json()["results"] == []
    assert client.get("/api/v1/products/COAT-RED/media").status_code == 404
    for response in [
        client.get(f"{URL}/{bound.uid}"),
        client.delete(f"{URL}/{bound.uid}"),
        client.patch(f"{URL}/{bound.uid}", {"role": "hero"}, format="json"),
        client.post(f"{URL}/{asked.uid}/confirm", {}, format="json"),
        client.post(URL, body(coats.red, bound.asset, "detail"), format="json"),
    ]:
        assert response.status_code == 404
    assert everything() == before


def test_media_come_with_handles_and_rights(coats, world, steward, client_of) -> None:
    free, bare = make.asset("Free"), make.asset("Bare")
    free.current_version = make.version(free)
    with recorded(make.HOUSE):
        free.save()
        Preset.objects.create(code="thumb", label="Thumb", body={})
        licence = Licence.objects.create(name="All", created_at=moment.now())
        LicenceTerm.objects.create(licence=licence)
        AssetLicence.objects.create(asset=free, licence=licence)
    bind_asset(product=coats.model, asset=free, role="hero", axis="colour=red", actor=make.STEWARD)
    bind_asset(product=coats.red, asset=bare, role="gallery", actor=make.STEWARD)
    client = client_of(steward)
    hero, other = client.get("/api/v1/products/COAT-RED-M/media?channel=shop&market=GB&locale=en-GB").json()
    assert (hero["asset"], hero["version"], hero["role"], hero["axis"]) == (str(free.uid), 1, "hero", "colour=red")
    assert (hero["sku"], hero["is_inherited"], hero["presets"]) == ("COAT", True, ["thumb"])
    assert hero["verdict"]["allowed"] is True
    assert (other["sku"], other["verdict"]["allowed"], other["verdict"]["code"]) == ("COAT-RED", False, "no-licence")
    unscoped = client.get("/api/v1/products/COAT-RED-M/media").json()
    assert [row["verdict"] for row in unscoped] == [None, None]
    assert client.get("/api/v1/products/COAT-RED-M/media?channel=shop").status_code == 422
    assert client.get("/api/v1/products/NO/media").status_code == 404


def test_the_document_describes_it(client) -> None:
    paths = json.loads(client.get("/api/openapi.json?format=json").content)["paths"]
    assert {"get", "post"} <= paths["/api/v1/bindings"].keys()
    assert "/api/v1/products/{sku}/media" in paths
