"""Attributes that are tables: rows of typed cells, refused cell by cell. P2, P3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.accounts.choices import Role
from foundation.core.errors import Conflict, Invalid, Problems
from pim.checks import AttributeRule, Refusal, check_value
from pim.checks.columns import check_columns, read_columns
from pim.models import ImportRowError, Product
from pim.services import create_product, define_attribute, define_family, set_values, upsert_product

from .factories import HOUSE, make_actor, product
from .test_api import client
from .test_imports import bring_in

COLUMNS = check_columns([
    {"code": "size", "type": "select", "required": True, "choices": [{"code": "s", "labels": {"en-GB": "Small"}}]},
    {"code": "chest", "type": "measurement", "unit": "cm", "validation": {"min": 40, "max": 200}},
    {"code": "note", "type": "text", "validation": {"max_length": 10}},
    {"code": "count", "type": "number", "validation": {"decimals": 0}},
    {"code": "from", "type": "date"},
    {"code": "loose", "type": "boolean"},
])  # fmt: skip
RULE = AttributeRule(1, "sizes", "table", validation={"max_rows": 3}, columns=read_columns(COLUMNS))
ROW = {"size": "s", "chest": {"amount": "96", "unit": "cm"}, "count": "2", "from": "2026-01-31", "loose": False}


@pytest.fixture
def sheet(model: None) -> None:
    define_attribute(code="sizes", type="table", validation={"columns": COLUMNS, "max_rows": 3}, actor=HOUSE)
    define_family(code="tops", attributes=[{"code": "sizes"}], actor=HOUSE)


def test_cells_have_one_spelling() -> None:
    raw = [{"size": "Small", "chest": "96 cm", "count": 2.0, "from": "2026-01-31", "loose": "no"}, {}, {"note": " "}]
    assert check_value(RULE, raw) == [ROW]
    assert check_value(RULE, check_value(RULE, raw)) == [ROW]
    assert check_value(RULE, json.dumps(raw)) == [ROW], "as a file spells it"
    assert [check_value(RULE, nothing) for nothing in ([], "", None, [{}], "[]")] == [None] * 5


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("12", [("not-table", "")]),
        ("{", [("not-table", "")]),
        (["a"], [("not-table", "")]),
        ([{"size": "s"}] * 4, [("too-many-rows", "")]),
        ([{"chest": "9 cm"}], [("out-of-range", "rows.0.chest")]),
        ([{"chest": "90 cm"}], [("cell-missing", "rows.0.size")]),
        ([{"size": "s"}, {"size": "x", "note": "far too long", "hue": 1}],
         [("unknown-column", "rows.1.hue"), ("unknown-option", "rows.1.size"), ("too-long", "rows.1.note")]),
    ],
)  # fmt: skip
def test_every_bad_cell_is_named(raw: Any, found: list[tuple[str, str]]) -> None:
    with pytest.raises(Refusal) as caught:
        check_value(RULE, raw)
    assert [(one.code, one.path) for one in caught.value.each] == found
    assert all(one.detail.isprintable() for one in caught.value.each)


CELLS = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just({"amount": "50", "unit": "cm"})
ROWS = st.lists(
    st.dictionaries(st.sampled_from(["size", "chest", "note", "count", "x"]), CELLS, max_size=4), max_size=4
)


@given(CELLS | ROWS)
def test_nothing_makes_a_table_stumble(raw: Any) -> None:
    try:
        typed = check_value(RULE, raw)
    except Refusal:
        return
    assert typed is None or check_value(RULE, typed) == typed


@pytest.mark.django_db
@pytest.mark.usefixtures("sheet")
class TestOfProducts:
    def test_is_kept_and_refused_at_its_cells(self) -> None:
        top = create_product(sku="TOP", family="tops", values={"sizes": [{"size": "s", "chest": "96"}]}, actor=HOUSE)
        assert top.values.get().vals == {"sizes": [{"size": "s", "chest": {"amount": "96", "unit": "cm"}}]}
        bad = [{"size": "s"}, {"size": "s", "chest": "1 cm", "count": "1.5"}]
        with pytest.raises(Problems) as caught:
            set_values(top, values={"sizes": bad}, actor=HOUSE)
        assert [one.path for one in caught.value.errors] == ["sizes.rows.1.chest", "sizes.rows.1.count"]
        assert product("TOP").values.get().version == 1

    def test_the_api_names_the_cell(self) -> None:
        body = {"family": "tops", "values": [{"attribute": "sizes", "value": [{"size": "s"}, {"size": "z"}]}]}
        answer = client(Role.STEWARD).put("/api/v1/products/TOP", body, format="json")
        told = answer.json()
        assert (answer.status_code, told["code"], told["path"]) == (422, "bad-value", "values.0.rows.1.size")
        assert (told["reason"], told["attribute"]) == ("unknown-option", "sizes")
        assert not Product.objects.exists()

    def test_what_is_filled_stays_a_column(self) -> None:
        upsert_product(
            {"sku": "TOP", "family": "tops", "values": [{"attribute": "sizes", "value": [ROW]}]}, actor=HOUSE
        )
        with pytest.raises(Conflict, match="column note"):
            define_attribute(
                code="sizes", type="table", validation={"columns": [one for one in COLUMNS if one["code"] != "note"]},
                actor=HOUSE,
            )  # fmt: skip
        more = [*COLUMNS, {"code": "hip", "type": "number"}]
        define_attribute(code="sizes", type="table", validation={"columns": more}, actor=HOUSE)

    @pytest.mark.parametrize(
        ("validation", "path"),
        [
            ({}, "validation.columns"),
            ({"columns": [{"code": "a", "type": "table"}]}, "validation.columns.0.type"),
            ({"columns": COLUMNS, "max_rows": 100_000}, "validation.max_rows"),
            ({"columns": COLUMNS, "scheme": "gtin"}, "validation.scheme"),
        ],
    )
    def test_a_definition_that_cannot_be_is_refused(self, validation: Any, path: str) -> None:
        with pytest.raises(Invalid) as caught:
            define_attribute(code="chart", type="table", validation=validation, actor=HOUSE)
        assert caught.value.path == path


@pytest.mark.django_db
@pytest.mark.usefixtures("sheet")
def test_a_file_has_a_table_as_json() -> None:
    file = b'sku;family;sizes\nA;tops;[{"size": "Small"}]\nB;tops;[{"size": "XL"}]\n'
    found = bring_in(file, make_actor(), mapping={"delimiter": ";"})
    assert (found.created, found.failed) == (1, 1)
    assert product("A").values.get().vals == {"sizes": [{"size": "s"}]}
    error = ImportRowError.objects.get()
    assert (error.column, error.code, error.detail[:12]) == ("sizes", "unknown-option", "Row 1, size:")
