"""The endpoints of records: who reads and who writes, pages, ETags."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.accounts.choices import Role
from pim.models import Record, RecordType
from pim.services import define_record_type, write_records

from .factories import HOUSE
from .test_api import client, traces

pytestmark = pytest.mark.usefixtures("model")
TYPES, BRANDS, HARROW = "/api/v1/record-types", "/api/v1/record-types/brands", "/api/v1/records/brands/harrow"
BODY = {"labels": {"en-GB": "Harrow"}, "synonyms": ["H&F"], "values": {"founded": 1904}}


@pytest.fixture
def brands() -> RecordType:
    fields = [{"code": "founded", "type": "number"}]
    return define_record_type(code="brands", labels={"en-GB": "Brands"}, fields=fields, actor=HOUSE)


def test_a_type_is_made_read_changed_and_ended() -> None:
    api = client(Role.ADMINISTRATOR)
    made = api.put(BRANDS, {"labels": {"en-GB": "Brands"}, "fields": [{"code": "site", "type": "text"}]}, format="json")
    assert (made.status_code, made["ETag"], made.json()["fields"][0]["code"]) == (201, '"1"', "site")
    again = api.put(BRANDS, made.json() | {"labels": {"en-GB": "Brands"}}, format="json", HTTP_IF_NONE_MATCH="*")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    changed = api.patch(BRANDS, {"labels": {"en-GB": "Makers"}}, format="json", HTTP_IF_MATCH='"1"')
    assert (changed.status_code, changed["ETag"], len(changed.json()["fields"])) == (200, '"2"', 1)
    stale = api.patch(BRANDS, {"labels": {"en-GB": "Others"}}, format="json", HTTP_IF_MATCH='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert [one["code"] for one in api.get(TYPES).json()["results"]] == ["brands"]
    refused = api.put(BRANDS, {"labels": {"en-GB": "B"}, "fields": [{"code": "x", "type": "y"}]}, format="json")
    assert (refused.status_code, refused.json()["path"]) == (422, "fields.0.type")
    assert (api.delete(BRANDS).status_code, api.get(BRANDS).status_code) == (204, 404)


def test_a_record_is_made_read_changed_and_ended(brands: RecordType) -> None:
    api = client(Role.ADMINISTRATOR)
    made = api.put(HARROW, BODY, format="json")
    assert made.status_code == 201
    assert made.json() == {
        "code": "harrow", "key": "brands/harrow", "version": 1, "labels": {"en-GB": "Harrow"}, "synonyms": ["H&F"],
        "external_codes": {}, "values": {"founded": "1904"}, "is_retired": False,
    }  # fmt: skip
    assert (api.put(HARROW, BODY, format="json").status_code, Record.objects.get().version) == (200, 1)
    assert api.put(HARROW, BODY, format="json", HTTP_IF_NONE_MATCH="*").status_code == 409
    changed = api.patch(HARROW, {"is_retired": True}, format="json", HTTP_IF_MATCH='"1"')
    assert (changed.json()["is_retired"], changed.json()["synonyms"], changed["ETag"]) == (True, ["H&F"], '"2"')
    assert api.patch(HARROW, {"is_retired": False}, format="json", HTTP_IF_MATCH='"1"').status_code == 412
    assert api.delete(HARROW, HTTP_IF_MATCH='"1"').status_code == 412
    assert api.delete(HARROW, HTTP_IF_MATCH='"2"').status_code == 204
    assert api.patch(HARROW, {"is_retired": True}, format="json").status_code == 404


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"labels": {"en-GB": "H"}, "values": {"founded": "old"}}, "values.founded"),
        ({"labels": {}}, "labels"),
        ({"labels": {"en-GB": "H"}, "colour": 1}, ""),
        ({"labels": {"en-GB": "H"}, "code": "other"}, "code"),
    ],
)
def test_what_is_refused_names_its_place_and_writes_nothing(brands: RecordType, body: Any, path: str) -> None:
    api = client(Role.ADMINISTRATOR)
    before = traces()
    answer = api.put(HARROW, body, format="json")
    assert (answer.status_code, answer.json().get("path", "")) == (422, path)
    assert (traces(), Record.objects.count()) == (before, 0)


def test_ten_thousand_come_in_pages_and_are_found_by_words(brands: RecordType) -> None:
    rows = [Record(record_type=brands, code=f"b{at:05}", labels={"en-GB": f"Brand {at}"}) for at in range(10_000)]
    Record.objects.bulk_create(rows)
    api = client()
    page = api.get(f"{BRANDS}/records?limit=200").json()
    assert ([one["code"] for one in page["results"]][::199], bool(page["next"])) == (["b00000", "b00199"], True)
    assert api.get(page["next"]).json()["results"][0]["code"] == "b00200"
    found = api.get(f"{BRANDS}/records?q=brand 9999").json()
    assert ([one["code"] for one in found["results"]], found["next"]) == (["b09999"], None)
    assert api.get(f"{BRANDS}/records?retired=true").json()["results"] == []
    assert api.get(f"{BRANDS}/records?colour=red").status_code == 422


def test_many_are_written_at_once(brands: RecordType) -> None:
    api = client(Role.ADMINISTRATOR)
    rows = [{"code": f"b{at}", "labels": {"en-GB": f"B {at}"}} for at in range(3)]
    assert [one["key"] for one in api.post(f"{BRANDS}/records", rows, format="json").json()] == [
        "brands/b0", "brands/b1", "brands/b2",
    ]  # fmt: skip
    refused = api.post(f"{BRANDS}/records", [rows[0], {"code": "bad", "labels": {}}], format="json")
    assert (refused.status_code, refused.json()["path"]) == (422, "1.labels")
    assert api.post(f"{BRANDS}/records", {"code": "b"}, format="json").status_code == 422
    assert Record.objects.count() == 3


def test_who_sees_products_reads_and_does_not_write(brands: RecordType) -> None:
    write_records(brands, documents=[{"code": "harrow", **BODY}], actor=HOUSE)
    api = client()
    before = traces()
    assert [api.get(one).status_code for one in (TYPES, BRANDS, f"{BRANDS}/records", HARROW)] == [200] * 4
    for answer in (
        api.put(BRANDS, {"labels": {"en-GB": "Mine"}}, format="json"),
        api.patch(BRANDS, {"labels": {"en-GB": "Mine"}}, format="json"),
        api.delete(BRANDS),
        api.post(f"{BRANDS}/records", [{"code": "mine", "labels": {"en-GB": "Mine"}}], format="json"),
        api.put("/api/v1/records/brands/mine", BODY, format="json"),
        api.patch(HARROW, {"is_retired": True}, format="json"),
        api.delete(HARROW),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "denied")
    assert traces() == before
    assert api.get("/api/v1/records/brands/nobody").status_code == 404
    assert api.get("/api/v1/record-types/nothing").status_code == 404
