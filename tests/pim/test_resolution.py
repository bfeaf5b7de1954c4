"""Which value holds: the worked table of the decisions, a naive twin, and the twin in SQL. P4 P5 P6."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.markets.models import Market
from foundation.markets.queries import ChainCell, scope_chain
from foundation.markets.services import get_or_make_cell
from pim.models import Attribute, Product, ProductValues
from pim.queries.values import resolve_in_sql, resolve_values
from pim.resolution import Owner, Resolved, Stored, resolve
from pim.services import set_values

from .factories import HOUSE, make_coat, make_cup, product, scope

VARIANT, MODEL = Owner(2, "COAT-M", 1), Owner(1, "COAT", 0)


def chain_of(market: str, *locales: tuple[str, bool]) -> list[ChainCell]:
    """As the markets app writes it: for each locale and then `*`, the market's cell before the shared one."""
    chain: list[ChainCell] = []
    for step, (locale, counts) in enumerate([*locales, ("*", True)]):
        for place in (market, None):
            chain.append(ChainCell(number(place, locale), step, len(chain), place, locale, counts))
    return chain


def number(market: str | None, locale: str) -> int:
    places = [f"{m}/{one}" for m in ("GB", "AT", None) for one in ("en-GB", "en", "de-AT", "de-DE", "*")]
    return places.index(f"{market}/{locale}") + 1


AT = (("de-AT", True), ("de-DE", True), ("en-GB", False))
TABLE: list[tuple[dict[tuple[Owner, str | None, str], Stored], str, Any, str, str, bool]] = [
    ({(MODEL, None, "en-GB"): Stored({"name": "Coat"}), (VARIANT, None, "en-GB"): Stored({"name": "Coat M"})},
     "GB", (("en-GB", True),), "Coat M", "COAT-M", True),
    ({(MODEL, "GB", "en-GB"): Stored({"name": "Mac"})}, "GB", (("en-GB", True),), "Mac", "COAT", True),
    ({(MODEL, "GB", "en-GB"): Stored({"name": "Mac"}), (MODEL, None, "en-GB"): Stored({"name": "Coat"})},
     "GB", (("en-GB", True),), "Mac", "COAT", True),
    ({(MODEL, "GB", "en-GB"): Stored({"name": "Mac"}), (VARIANT, None, "en-GB"): Stored({"name": "Coat M"})},
     "GB", (("en-GB", True),), "Coat M", "COAT-M", True),
    ({(MODEL, None, "de-DE"): Stored({"name": "Mantel"})}, "AT", AT, "Mantel", "COAT", True),
    ({(MODEL, None, "en-GB"): Stored({"name": "Coat"})}, "AT", AT, "Coat", "COAT", False),
    ({(MODEL, "GB", "en"): Stored({"name": "Mac"}), (MODEL, None, "en-GB"): Stored({"name": "Coat"})},
     "GB", (("en-GB", True), ("en", True)), "Coat", "COAT", True),
    ({(MODEL, None, "en-GB"): Stored({"name": "Coat"}, {"name": "Coat, wool"})},
     "GB", (("en-GB", True),), "Coat", "COAT", True),
    ({(MODEL, None, "en-GB"): Stored({}, {"name": "Coat, wool"})},
     "GB", (("en-GB", True),), "Coat, wool", "COAT", True),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE)
def test_the_worked_table(row: Any) -> None:
    stored, market, locales, value, sku, counts = row
    places = {(owner.product_id, number(place, locale)): what for (owner, place, locale), what in stored.items()}
    found = resolve([VARIANT, MODEL], chain_of(market, *locales), places)["name"]
    assert (found.value, found.sku, found.counts) == (value, sku, counts)
    assert found.is_inherited == (sku == "COAT")
    assert found.is_fallback == (found.locale != locales[0][0])


def naive(line: list[Owner], chain: list[ChainCell], stored: dict[tuple[int, int], Stored]) -> dict[str, Any]:
    """All candidates, each with its rank written out, and the least of them."""
    best: dict[str, tuple[Any, Any]] = {}
    for (product_id, cell_id), what in stored.items():
        for cell in chain:
            for distance, owner in enumerate(line):
                if (owner.product_id, cell.cell_id) != (product_id, cell_id):
                    continue
                for derived, values in ((0, what.vals), (1, what.computed)):
                    for code, value in values.items():
                        rank = (cell.step, distance, 0 if cell.market else 1, derived)
                        if code not in best or rank < best[code][0]:
                            best[code] = (rank, value)
    return {code: value for code, (_, value) in best.items()}


codes = st.sampled_from(["name", "description", "price"])
values = st.dictionaries(codes, st.integers(0, 99).map(str), max_size=3)
cells = st.integers(1, 15)


@given(st.dictionaries(st.tuples(st.integers(1, 3), cells), st.builds(Stored, values, values), max_size=12))
def test_the_engine_agrees_with_a_naive_twin(stored: dict[tuple[int, int], Stored]) -> None:
    line = [Owner(3, "C", 2), Owner(2, "B", 1), Owner(1, "A", 0)]
    for chain in (chain_of("AT", *AT), chain_of("GB", ("en-GB", True), ("en", False))):
        found = resolve(line, chain, stored)
        assert {code: one.value for code, one in found.items()} == naive(line, chain, stored)


@pytest.mark.usefixtures("model")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["COAT", "COAT-red-s", "COAT-red-m"]),
            st.sampled_from([None, "GB", "AT"]),
            st.sampled_from(["en-GB", "de-DE", "de-AT", "*"]),
        ),
        st.tuples(values, values),
        max_size=10,
    )
)
def test_python_and_sql_agree(stored: dict[tuple[str, str | None, str], tuple[dict[str, str], dict[str, str]]]) -> None:
    if not Product.objects.exists():
        make_coat()
    ProductValues.objects.all().delete()
    for (sku, market, locale), (own, computed) in stored.items():
        cell = get_or_make_cell(Market.objects.get(code=market) if market else None, locale)
        ProductValues.objects.create(product=product(sku), cell=cell, vals=own, computed=computed)
    ids = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    for name in ("shop/GB/en-GB", "shop/AT/de-AT", "shop/DE/de-DE"):
        for most in ("public", "secret"):
            assert resolve_values(ids, scope(name), max_sensitivity=most) == resolve_in_sql(
                ids, scope(name), max_sensitivity=most
            )


@pytest.mark.usefixtures("model")
class TestResolveValues:
    def test_says_where_each_value_comes_from(self) -> None:
        model = make_coat()
        set_values(model, values={"name": "Mantel"}, locale="de-DE", actor=HOUSE)
        set_values(model, values={"material": "wool"}, actor=HOUSE)
        variant = product("COAT-red-s")
        found = resolve_values([variant.pk], scope("shop/AT/de-AT"))[variant.pk]
        cell = get_or_make_cell(None, "de-DE")
        assert found["name"] == Resolved("Mantel", 0, "COAT", None, "de-DE", True, True, True, "own", cell.pk)
        assert found["material"].value == ["wool"]
        assert not found["material"].is_fallback
        assert found["colour"].sku == "COAT-red-s"
        assert not found["colour"].is_inherited

    def test_keeps_what_is_above_the_cap_to_itself(self) -> None:
        cup = make_cup("CUP", name="Cup", price="3 GBP", cost="1 GBP")
        for most, codes_ in (
            ("public", {"name"}),
            ("restricted", {"name", "price"}),
            ("secret", {"name", "price", "cost"}),
        ):
            for engine in (resolve_values, resolve_in_sql):
                assert engine([cup.pk], scope("shop/GB/en-GB"), max_sensitivity=most)[cup.pk].keys() == codes_
        Attribute.objects.filter(code="name").update(sensitivity="secret")
        assert not resolve_values([cup.pk], scope("shop/GB/en-GB"))[cup.pk]

    def test_costs_the_same_number_of_queries_for_many(self) -> None:
        make_coat("A")
        make_coat("B")
        ids = list(Product.objects.sellable().values_list("pk", flat=True))
        counts = []
        for some in (ids[:1], ids):
            with CaptureQueriesContext(connection) as captured:
                resolve_values(some, scope("shop/AT/de-AT"))
            counts.append(len(captured))
        assert counts[0] == counts[1]
        assert scope_chain(scope("shop/AT/de-AT").pk)[-1].locale == "*"
