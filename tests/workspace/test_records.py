"""Types of records and records on pages: shown to who sees products, changed by who defines them, with Undo."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from foundation.core.actors import system
from foundation.history.models import Revision
from pim.models import Record, RecordType
from pim.services import (
    create_product,
    define_attribute,
    define_family,
    define_record_type,
    set_values,
    write_records,
)
from tests.cast import make_actor

HOUSE = system("tests")
TYPES, BRANDS, HARROW = "/settings/record-types/", "/settings/record-types/brands/", "/settings/record/brands/harrow/"
FORM = {"label-en-GB": "Harrow", "synonyms": "H&F, Harrow and Fell", "value-founded": "1904", "code-at-bazaar": "B1"}


@pytest.fixture
def brands(window: Any) -> RecordType:
    fields = [{"code": "founded", "type": "number", "validation": {"min": 1800}}, {"code": "own", "type": "boolean"}]
    return define_record_type(code="brands", labels={"en-GB": "Brands"}, fields=fields, actor=HOUSE)


@pytest.fixture
def chief(brands: RecordType, browser_of: Any) -> Any:
    return browser_of(make_actor("ada", "administrator"))


def undo_of(answer: Any) -> str:
    return [one.extra_tags for one in get_messages(answer.wsgi_request)][-1].split()[0]


def test_a_type_is_made_named_and_given_fields(chief: Any) -> None:
    answer = chief.post(TYPES, {"code": "sizes", "name": "Size charts"})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/record-types/sizes/")
    assert chief.post(TYPES, {"code": "sizes", "name": "Again"}).status_code == 422
    assert [row.code for row in chief.get(TYPES).context["rows"]] == ["brands", "sizes"]
    body = {"label-en-GB": "Charts", "version": "1", "fields": '[{"code": "fit", "type": "text"}]'}
    assert chief.post("/settings/record-types/sizes/", body).status_code == 302
    found = RecordType.objects.get(code="sizes")
    assert (found.label("en-GB"), found.fields[0]["code"], found.version) == ("Charts", "fit", 2)
    assert "changed" in chief.post("/settings/record-types/sizes/", body).content.decode() or found.version == 2
    for fields, words in (
        ("[", "This is not JSON"),
        ('[{"code": "a", "type": "b"}]', "type is one of"),
        ("{}", "A list"),
    ):
        answer = chief.post("/settings/record-types/sizes/", body | {"version": "2", "fields": fields})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert RecordType.objects.get(code="sizes").version == 2
    assert chief.post("/settings/record-types/sizes/delete/")["Location"] == TYPES
    assert not RecordType.objects.filter(code="sizes").exists()


def test_a_record_is_made_changed_retired_and_deleted_each_with_undo(chief: Any) -> None:
    made = chief.post(f"{BRANDS}new/", {"code": "harrow", **FORM})
    assert (made.status_code, made["Location"]) == (302, HARROW)
    found = Record.objects.get()
    assert (found.synonyms, found.values, found.external_codes) == (
        ["H&F", "Harrow and Fell"], {"founded": "1904"}, {"bazaar": "B1"},
    )  # fmt: skip
    changed = chief.post(HARROW, FORM | {"version": "1", "value-own": "true", "label-en-GB": "Harrow & Fell"})
    assert Record.objects.get().values == {"founded": "1904", "own": True}
    chief.post(undo_of(changed))
    assert (Record.objects.get().label("en-GB"), Record.objects.get().values) == ("Harrow", {"founded": "1904"})
    retired = chief.post(f"{HARROW}retire/", {"do": "retire"})
    assert "Retired" in chief.get(HARROW).content.decode()
    chief.post(undo_of(retired))
    assert not Record.objects.get().is_retired
    deleted = chief.post(f"{HARROW}delete/")
    assert not Record.objects.exists()
    chief.post(undo_of(deleted))
    assert Record.objects.get().synonyms == ["H&F", "Harrow and Fell"]


def test_an_undo_does_not_take_back_what_came_later(chief: Any) -> None:
    chief.post(f"{BRANDS}new/", {"code": "harrow", **FORM})
    changed = chief.post(HARROW, FORM | {"version": "1", "label-en-GB": "First"})
    chief.post(HARROW, FORM | {"version": "2", "label-en-GB": "Second"})
    assert chief.post(undo_of(changed)).status_code == 412
    assert Record.objects.get().label("en-GB") == "Second"
    assert chief.post(f"{HARROW}undo/?change=forged").status_code == 422


def test_what_is_refused_stays_in_the_form(chief: Any) -> None:
    chief.post(f"{BRANDS}new/", {"code": "harrow", **FORM})
    revisions = Revision.objects.count()
    answer = chief.post(HARROW, FORM | {"version": "1", "value-founded": "1700", "label-en-GB": "Mine"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "founded: 1700 is less than 1800" in text
    assert 'value="1700"' in text
    assert 'value="Mine"' in text
    stale = chief.post(HARROW, FORM | {"version": "9", "label-en-GB": "Mine"})
    assert stale.status_code == 412
    assert chief.post(f"{BRANDS}new/", {"code": "harrow", **FORM}).status_code == 409
    assert Revision.objects.count() == revisions


def test_ten_thousand_come_page_by_page_and_are_found(chief: Any, brands: RecordType) -> None:
    rows = [Record(record_type=brands, code=f"b{at:05}", labels={"en-GB": f"Brand {at}"}) for at in range(10_000)]
    Record.objects.bulk_create(rows)
    page = chief.get(BRANDS)
    assert [row.code for row in page.context["page"].rows][::49] == ["b00000", "b00049"]
    more = chief.get(f"{BRANDS}{page.context['next_url']}", headers={"HX-Request": "true"})
    assert more.context["page"].rows[0].code == "b00050"
    assert "<html" not in more.content.decode()
    assert [row.code for row in chief.get(f"{BRANDS}?q=brand 9999").context["page"].rows] == ["b09999"]
    assert chief.get(f"{BRANDS}?q=nothing").context["page"].rows == []


def test_a_record_that_products_name_tells_how_many_and_is_not_deleted(chief: Any, brands: RecordType) -> None:
    write_records(brands, documents=[{"code": "harrow", "labels": {"en-GB": "Harrow"}}], actor=HOUSE)
    define_attribute(code="brand", type="record", validation={"record_type": "brands"}, actor=HOUSE)
    define_family(code="mugs", attributes=[{"code": "brand"}], actor=HOUSE)
    set_values(create_product(sku="MUG", family="mugs", actor=HOUSE), values={"brand": "harrow"}, actor=HOUSE)
    text = chief.get(HARROW).content.decode()
    assert "named by 1 product" in text
    assert "/delete/" not in text
    assert chief.post(f"{HARROW}delete/").status_code == 409
    assert Record.objects.exists()


def test_others_look_and_change_nothing(brands: RecordType, browser_of: Any, steward: Any) -> None:
    write_records(brands, documents=[{"code": "harrow", "labels": {"en-GB": "Harrow"}}], actor=HOUSE)
    client, revisions = browser_of(steward), Revision.objects.count()
    for address in (TYPES, BRANDS, HARROW):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "btn-primary" not in answer.content.decode().split("<main")[1]
    for address, body in (
        (TYPES, {"code": "mine", "name": "Mine"}), (BRANDS, {"label-en-GB": "Mine", "version": "1", "fields": ""}),
        (f"{BRANDS}new/", {"code": "mine", **FORM}), (HARROW, FORM), (f"{HARROW}retire/", {}), (f"{HARROW}delete/", {}),
        (f"{BRANDS}delete/", {}), (f"{HARROW}undo/", {}),
    ):  # fmt: skip
        assert client.post(address, body).status_code == 403, address
    assert Revision.objects.count() == revisions
    assert client.get("/settings/record-types/nothing/").status_code == 404
    assert client.get("/settings/record/brands/nobody/").status_code == 404
