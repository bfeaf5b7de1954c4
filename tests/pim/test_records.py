"""Types of records, their records, and products that name them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from foundation.archive.rebuilding import rebuild_projection
from foundation.archive.registry import CHECKS
from foundation.core.errors import Conflict, Denied, Invalid, Missing, Problems, Stale, TandemError
from foundation.events.models import OutboxEvent
from foundation.events.registry import PROJECTIONS
from foundation.events.sequencing import drain
from foundation.history.models import Revision
from foundation.taxonomy.errors import StillUsed
from pim.errors import BadValue
from pim.models import ProductSearch, Record, RecordType, RecordUse
from pim.queries.records import count_uses
from pim.services import (
    define_attribute,
    define_family,
    define_record_type,
    delete_record,
    delete_record_type,
    set_values,
    write_record,
    write_records,
)

from .factories import HOUSE, make_actor, make_cup, product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model")]
FIELDS = [
    {"code": "founded", "type": "number", "validation": {"min": 1800, "decimals": 0}},
    {"code": "kind", "type": "select", "choices": [{"code": "own", "labels": {"en-GB": "Our own"}}, {"code": "guest"}]},
    {"code": "width", "type": "measurement", "unit": "cm"},
    {"code": "site", "type": "text", "required": True, "validation": {"max_length": 40}},
]


@pytest.fixture
def brands(model: None) -> RecordType:
    return define_record_type(code="brands", labels={"en-GB": "Brands"}, fields=FIELDS, actor=HOUSE)


@pytest.fixture
def harrow(brands: RecordType) -> Record:
    document = {
        "code": "harrow", "labels": {"en-GB": "Harrow & Fell", "de-DE": "Harrow und Fell"}, "synonyms": ["H&F"],
        "external_codes": {"bazaar": "B-17"}, "values": {"founded": 1904, "kind": "own", "site": "harrow.example"},
    }  # fmt: skip
    return write_record(brands, document=document, actor=HOUSE)


@pytest.fixture
def branded(brands: RecordType) -> None:
    define_attribute(code="brand", type="record", validation={"record_type": "brands"}, actor=HOUSE)
    define_attribute(code="name", type="text", actor=HOUSE, is_localizable=True, is_market_overridable=True)
    define_family(code="mugs", attributes=[{"code": "name"}, {"code": "brand"}], actor=HOUSE)


def make_mug(sku: str, **values: Any) -> Any:
    return make_cup(sku, family="mugs", **values)


def marks(projection: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id FROM events_dirty WHERE projection = %s", [projection])
        return [row[0] for row in cursor.fetchall()]


class TestTypes:
    def test_is_made_and_changed_with_its_fields(self, brands: RecordType) -> None:
        assert [one["code"] for one in brands.fields] == ["founded", "kind", "width", "site"]
        assert brands.fields[0] == {
            "code": "founded", "type": "number", "labels": {}, "unit": "", "required": False,
            "validation": {"min": 1800, "decimals": 0},
        }  # fmt: skip
        again = define_record_type(code="brands", labels={"en-GB": "Brands"}, fields=FIELDS, actor=HOUSE)
        assert again.version == 1
        assert OutboxEvent.objects.filter(type="pim.record_type.changed").count() == 1
        renamed = define_record_type(
            code="brands", labels={"en-GB": "Makers"}, fields=FIELDS, actor=HOUSE, expected_version=1
        )
        assert renamed.version == 2
        with pytest.raises(Stale):
            define_record_type(code="brands", labels={"en-GB": "Mine"}, actor=HOUSE, expected_version=1)
        assert RecordType.objects.get().label("en-GB") == "Makers"
        assert Revision.objects.filter(table_name="pim_recordtype").count() == 2

    @pytest.mark.parametrize(
        ("fields", "path"),
        [
            ([{"code": "a b", "type": "text"}], "fields.0.code"),
            ([{"code": "a", "type": "money"}], "fields.0.type"),
            ([{"code": "a", "type": "text"}, {"code": "a", "type": "text"}], "fields.1.code"),
            ([{"code": "a", "type": "select"}], "fields.0.choices"),
            ([{"code": "a", "type": "select", "choices": [{"code": "x"}, {"code": "x"}]}], "fields.0.choices.1"),
            ([{"code": "a", "type": "text", "validation": {"min": 1}}], "fields.0.validation.min"),
            ([{"code": "a", "type": "number", "validation": {"min": 3, "max": 1}}], "fields.0.validation.min"),
            ([{"code": "a", "type": "measurement", "unit": "zorks"}], "fields.0.unit"),
            ([{"code": "a", "type": "text", "colour": 1}], "fields.0"),
            (["a"], "fields"),
        ],
    )
    def test_a_field_that_cannot_be_is_refused_at_its_place(self, fields: Any, path: str) -> None:
        with pytest.raises(Invalid) as caught:
            define_record_type(code="brands", labels={"en-GB": "Brands"}, fields=fields, actor=HOUSE)
        assert caught.value.path == path
        assert not RecordType.objects.exists()

    def test_what_records_fill_stays(self, brands: RecordType, harrow: Record) -> None:
        without = [one for one in FIELDS if one["code"] != "founded"]
        with pytest.raises(Conflict, match="founded: it cannot go"):
            define_record_type(code="brands", labels={"en-GB": "B"}, fields=without, actor=HOUSE)
        with pytest.raises(Conflict, match="founded: it cannot get another type"):
            define_record_type(
                code="brands",
                labels={"en-GB": "B"},
                fields=[{"code": "founded", "type": "text"}, *without],
                actor=HOUSE,
            )
        unused = [one for one in FIELDS if one["code"] != "width"]
        assert len(define_record_type(code="brands", labels={"en-GB": "B"}, fields=unused, actor=HOUSE).fields) == 3

    def test_is_deleted_when_nothing_needs_it(self, brands: RecordType, harrow: Record, branded: None) -> None:
        with pytest.raises(StillUsed, match="The attribute brand"):
            delete_record_type(brands, actor=HOUSE)
        sizes = define_record_type(code="sizes", labels={"en-GB": "Sizes"}, actor=HOUSE)
        write_record(sizes, document={"code": "m", "labels": {"en-GB": "M"}}, actor=HOUSE)
        with pytest.raises(StillUsed, match="has records"):
            delete_record_type(sizes, actor=HOUSE)
        delete_record(sizes.records.get(), actor=HOUSE)
        delete_record_type(sizes, actor=HOUSE)
        assert [one.code for one in RecordType.objects.all()] == ["brands"]

    def test_are_for_those_who_define(self, brands: RecordType) -> None:
        steward = make_actor()
        with pytest.raises(Denied):
            define_record_type(code="mine", labels={"en-GB": "Mine"}, actor=steward)
        with pytest.raises(Denied):
            write_record(brands, document={"code": "mine", "labels": {"en-GB": "Mine"}}, actor=steward)
        assert (RecordType.objects.count(), Record.objects.count()) == (1, 0)


class TestRecords:
    def test_says_what_it_was_given_in_one_spelling(self, harrow: Record) -> None:
        found = Record.objects.get()
        assert found.values == {"founded": "1904", "kind": "own", "site": "harrow.example"}
        assert (found.synonyms, found.external_codes, found.version) == (["H&F"], {"bazaar": "B-17"}, 1)

    def test_what_is_not_named_stays_and_the_same_changes_nothing(self, brands: RecordType, harrow: Record) -> None:
        write_record(
            brands, document={"code": "harrow", "values": {"founded": "1905"}}, actor=HOUSE, expected_version=1
        )
        write_record(brands, document={"code": "harrow", "values": {"founded": 1905, "kind": "own"}}, actor=HOUSE)
        found = Record.objects.get()
        assert (found.version, found.values["founded"], found.labels["de-DE"]) == (2, "1905", "Harrow und Fell")
        write_record(brands, document={"code": "harrow", "values": {"founded": None}}, actor=HOUSE)
        assert Record.objects.get().values == {"kind": "own", "site": "harrow.example"}
        with pytest.raises(Stale):
            write_record(brands, document={"code": "harrow", "is_retired": True}, actor=HOUSE, expected_version=1)

    def test_as_a_whole_is_emptied_of_what_is_not_named(self, brands: RecordType, harrow: Record) -> None:
        write_record(brands, document={"code": "harrow", "labels": {"en-GB": "H"}}, is_whole=True, actor=HOUSE)
        found = Record.objects.get()
        assert (found.labels, found.synonyms, found.external_codes, found.values) == ({"en-GB": "H"}, [], {}, {})

    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"code": "a/b"}, "code"),
            ({"labels": {}}, "labels"),
            ({"labels": {"xx-XX": "A"}}, "labels"),
            ({"synonyms": "a"}, "synonyms"),
            ({"external_codes": {"nowhere": "1"}}, "external_codes"),
            ({"values": {"site": "x", "founded": "1700"}}, "values.founded"),
            ({"values": {"site": "x", "kind": "other"}}, "values.kind"),
            ({"values": {"founded": 1900}}, "values.site"),
            ({"values": {"site": "x", "colour": "red"}}, "values.colour"),
            ({"is_retired": "no"}, "is_retired"),
            ({"price": 1}, ""),
        ],
    )
    def test_refuses_at_the_place(self, brands: RecordType, given: dict[str, Any], path: str) -> None:
        with pytest.raises(TandemError) as caught:
            write_record(brands, document={"code": "new", "labels": {"en-GB": "New"}, **given}, actor=HOUSE)
        assert caught.value.path == path
        assert not Record.objects.exists()
        assert not OutboxEvent.objects.filter(type="pim.record.changed").exists()

    def test_many_at_once_all_or_none(self, brands: RecordType) -> None:
        good = [{"code": f"b{at}", "labels": {"en-GB": f"Brand {at}"}} for at in range(3)]
        bad = [*good, {"code": "b9", "labels": {"en-GB": "B"}, "values": {"founded": "x", "width": "y", "site": "z"}}]
        with pytest.raises(Problems) as caught:
            write_records(brands, documents=bad, actor=HOUSE)
        assert [one.path for one in caught.value.errors] == ["3.values.founded", "3.values.width"]
        assert not Record.objects.exists()
        assert [one.code for one in write_records(brands, documents=good, actor=HOUSE)] == ["b0", "b1", "b2"]
        with connection.execute_wrapper(_counting := Counting()):
            write_records(brands, documents=good, actor=HOUSE)
        assert _counting.writes == 0, "what is as it should be is not touched"
        with pytest.raises(Invalid, match="twice"):
            write_records(brands, documents=[good[0], good[0]], actor=HOUSE)
        with pytest.raises(Conflict):
            write_record(brands, document=good[0], must_be="new", actor=HOUSE)
        with pytest.raises(Missing):
            write_record(brands, document={"code": "b7", "is_retired": True}, must_be="known", actor=HOUSE)


class Counting:
    """Statements that write."""

    writes = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.writes += sql.startswith(("INSERT", "UPDATE", "DELETE"))
        return execute(sql, params, many, context)


@pytest.mark.usefixtures("branded")
class TestNaming:
    @pytest.mark.parametrize("word", ["harrow", "Harrow & Fell", "HARROW UND FELL", "h&f"])
    def test_a_code_or_a_word_names_a_record(self, harrow: Record, word: str) -> None:
        cup = make_mug("CUP", brand=word)
        assert product("CUP").values.get().vals == {"brand": "harrow"}
        assert count_uses(harrow, actor=HOUSE) == 1
        assert list(RecordUse.objects.values_list("record_id", "product_id")) == [(harrow.pk, cup.pk)]

    def test_what_names_none_or_several_is_refused(self, brands: RecordType, harrow: Record) -> None:
        write_record(brands, document={"code": "other", "labels": {"en-GB": "Other"}, "synonyms": ["H&F"]}, actor=HOUSE)
        for word, reason in (("nobody", "unknown-record"), ("H&F", "ambiguous-record"), (["harrow"], "unknown-record")):
            with pytest.raises(BadValue) as caught:
                make_mug("CUP", brand=word)
            assert (caught.value.extra["reason"], caught.value.extra["attribute"]) == (reason, "brand")
        assert not RecordUse.objects.exists()

    def test_a_record_of_another_type_is_none(self, harrow: Record) -> None:
        places = define_record_type(code="places", labels={"en-GB": "Places"}, actor=HOUSE)
        write_record(places, document={"code": "leeds", "labels": {"en-GB": "Leeds"}}, actor=HOUSE)
        with pytest.raises(BadValue, match="no record of brands"):
            make_mug("CUP", brand="leeds")

    def test_a_retired_one_stays_where_it_is_and_is_not_chosen_anew(self, brands: RecordType, harrow: Record) -> None:
        cup = make_mug("CUP", brand="harrow")
        write_record(brands, document={"code": "harrow", "is_retired": True}, actor=HOUSE)
        set_values(cup, values={"brand": "harrow"}, actor=HOUSE)
        with pytest.raises(BadValue, match="retired"):
            make_mug("OTHER", brand="harrow")
        with pytest.raises(StillUsed):
            delete_record(harrow, actor=HOUSE)

    def test_a_change_marks_the_products_that_name_it_alone(self, brands: RecordType, harrow: Record) -> None:
        write_record(brands, document={"code": "other", "labels": {"en-GB": "Other"}}, actor=HOUSE)
        cup, _ = make_mug("CUP", brand="harrow"), make_mug("ELSE", brand="other")
        drain()
        assert marks("syndication.listings") == marks("pim.search") == []
        write_record(brands, document={"code": "harrow", "labels": {"en-GB": "Harrow"}}, actor=HOUSE)
        assert marks("syndication.listings") == marks("pim.search") == [cup.pk]
        drain()
        assert "harrow" in ProductSearch.objects.get(product_id=cup.pk).text
        assert "fell" not in ProductSearch.objects.get(product_id=cup.pk).text

    def test_what_is_named_no_more_is_forgotten(self, brands: RecordType, harrow: Record) -> None:
        cup = make_mug("CUP", brand="harrow")
        set_values(cup, values={"brand": None}, actor=HOUSE)
        drain()
        assert not RecordUse.objects.exists()
        delete_record(harrow, actor=HOUSE)
        assert not Record.objects.exists()

    def test_a_rebuild_gives_the_same_uses_and_fsck_finds_lost_ones(self, harrow: Record) -> None:
        make_mug("CUP", brand="harrow")
        drain()
        assert rebuild_projection(PROJECTIONS["pim.completeness"])
        check = CHECKS["records that products name are there"].find
        assert not list(check())
        RecordUse.objects.all().delete()
        assert list(check()) == ["CUP names a record that is not noted, or that there is not"]
        assert not rebuild_projection(PROJECTIONS["pim.completeness"])
        assert not list(check())

    def test_an_attribute_keeps_its_type_of_records_once_it_has_values(self, harrow: Record) -> None:
        define_record_type(code="places", labels={"en-GB": "Places"}, actor=HOUSE)
        make_mug("CUP", brand="harrow")
        with pytest.raises(Conflict, match="record type"):
            define_attribute(code="brand", type="record", validation={"record_type": "places"}, actor=HOUSE)
        with pytest.raises(Invalid) as caught:
            define_attribute(code="maker", type="record", actor=HOUSE)
        assert caught.value.path == "validation.record_type"

    def test_ten_thousand_are_named_in_two_questions(self, brands: RecordType) -> None:
        rows = [
            Record(record_type=brands, code=f"b{at}", labels={"en-GB": f"Brand number {at}"}) for at in range(10_000)
        ]
        Record.objects.bulk_create(rows)
        counting = Reading()
        with connection.execute_wrapper(counting):
            make_mug("CUP", brand="brand NUMBER 7123")
        assert product("CUP").values.get().vals == {"brand": "b7123"}
        assert counting.records == 3, "by code, by words, and whether it is retired"


class Reading:
    records = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.records += "pim_record" in sql and sql.lstrip().startswith("SELECT")
        return execute(sql, params, many, context)
