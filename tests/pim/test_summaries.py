"""Completeness counted: the triggers' counts are those of a count anew, whatever changes; days are noted once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection

from foundation.accounts.choices import Role
from foundation.archive.rebuilding import fingerprint, rebuild_projection
from foundation.archive.registry import CHECKS
from foundation.core import moment
from foundation.events.models import OutboxEvent
from foundation.events.registry import CHORES, PROJECTIONS
from foundation.events.sequencing import drain
from foundation.markets.models import Scope
from pim.models import Completeness, CompletenessDay, CompletenessSummary, Family, MissingCount, Product
from pim.queries.summaries import lacking, missing_most, summaries, total, trend, wrong_summaries
from pim.services import place_product, set_values, withdraw_product

from .factories import HOUSE, make_actor, make_coat, make_cup, make_gtin, product, scope

pytestmark = pytest.mark.usefixtures("model")
TABLES = ("pim_completenesssummary", "pim_missingcount")


def fill_the_house() -> None:
    make_coat()
    make_cup("CUP", gtin=make_gtin())
    for market in ("GB", "DE"):
        place_product(product("COAT"), channel="shop", market=market, actor=HOUSE, reason="Season")
    place_product(product("CUP"), channel="shop", market="GB", actor=HOUSE, reason="Season")
    set_values(product("COAT"), values={"name": "Coat"}, locale="en-GB", actor=HOUSE)
    drain()


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def ids() -> tuple[list[int], list[int]]:
    return [one.pk for one in Family.objects.all()], [one.pk for one in Scope.objects.all()]


def counted(family: str, where: str) -> tuple[int, int, int, int]:
    row = CompletenessSummary.objects.get(family__code=family, scope=scope(where))
    return row.products, row.complete, row.required, row.filled


def test_counts_what_is_sold_and_placed() -> None:
    fill_the_house()
    assert counted("coats", "shop/GB/en-GB") == (3, 0, 15, 9), "name, gtin and colour of five"
    assert counted("coats", "shop/DE/de-DE") == (3, 0, 15, 6), "English does not count as German"
    assert counted("cups", "shop/GB/en-GB") == (1, 0, 2, 1)
    assert CompletenessSummary.objects.count() == 3, "no row where nothing is offered"
    families, scopes = ids()
    found = missing_most(HOUSE, families=families, scopes=scopes, locale="en-GB")
    assert [(one.code, one.products) for one in found] == [("description", 6), ("price", 6), ("name", 4)]
    integrator = make_actor(Role.INTEGRATOR)
    codes = [one.code for one in missing_most(integrator, families=families, scopes=scopes, locale="en-GB")]
    assert codes == ["description", "name"], "a restricted attribute is not even named"


CHANGES: dict[str, Callable[[], object]] = {
    "a value": lambda: set_values(product("CUP"), values={"name": "Cup"}, locale="en-GB", actor=HOUSE),
    "a value cleared": lambda: set_values(product("COAT-red-s"), values={"gtin": None}, actor=HOUSE),
    "a placement": lambda: place_product(product("CUP"), channel="shop", market="AT", actor=HOUSE, reason="x"),
    "a withdrawal": lambda: withdraw_product(product("COAT"), channel="shop", market="GB", actor=HOUSE, reason="x"),
    "all withdrawn": lambda: sql("UPDATE pim_placement SET state = 'withdrawn'"),
    "a requirement": lambda: sql("DELETE FROM pim_requirement WHERE attribute_id IN (SELECT id FROM pim_attribute "
                                 "WHERE code = 'price')"),
    "a new product": lambda: place_product(
        make_cup("NEW", name="x"), channel="shop", market="GB", actor=HOUSE, reason="x"),
    "the depth of a family by bulk SQL": lambda: sql("UPDATE pim_family SET depth = 0"),
    "rows deleted by SQL": lambda: sql("DELETE FROM pim_productvalues"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_is_right_after(change: str) -> None:
    fill_the_house()
    before = [fingerprint(table) for table in TABLES]
    CHANGES[change]()
    drain()
    after = [fingerprint(table) for table in TABLES]
    assert after != before
    assert [line for family in ids()[0] for line in wrong_summaries(family)] == []
    assert rebuild_projection(PROJECTIONS["pim.summaries"]), "a rebuild gives the same bytes"
    assert list(CHECKS["summaries are what completeness says"].find()) == []


def test_a_rebuild_of_emptied_tables_gives_the_same_bytes() -> None:
    fill_the_house()
    before = [fingerprint(table) for table in TABLES]
    for table in TABLES:
        sql(f"DELETE FROM {table}")  # noqa: S608  a constant
    assert not MissingCount.objects.exists()
    assert len(list(CHECKS["summaries are what completeness says"].find())) == 9, "three sums, six attributes"
    for name in ("pim.completeness", "pim.summaries"):
        rebuild_projection(PROJECTIONS[name])
    assert [fingerprint(table) for table in TABLES] == before
    sql("TRUNCATE pim_completeness")
    assert not CompletenessSummary.objects.exists()
    rebuild_projection(PROJECTIONS["pim.completeness"])
    assert [fingerprint(table) for table in TABLES] == before


def test_a_wrong_count_is_found_and_mended() -> None:
    fill_the_house()
    CompletenessSummary.objects.filter(family__code="cups").update(complete=1)
    (line, other) = CHECKS["summaries are what completeness says"].find()
    assert line == other
    assert line.endswith("of cups")
    assert not rebuild_projection(PROJECTIONS["pim.summaries"])
    assert list(CHECKS["summaries are what completeness says"].find()) == []


def test_the_limited_count_what_is_theirs() -> None:
    fill_the_house()
    german = make_actor(Role.STEWARD, market="DE")
    families, scopes = ids()
    assert total(summaries(HOUSE, families=families, scopes=scopes).values()).products == 7
    assert total(summaries(german, families=families, scopes=scopes).values()).products == 3
    found = missing_most(german, families=families, scopes=scopes, locale="en-GB")
    assert {one.code: one.products for one in found} == {"description": 3, "name": 3, "price": 3}
    rows = lacking(german, families=families, scopes=scopes, attribute="name")
    assert set(rows.values_list("scope__market__code", flat=True)) == {"DE"}
    visible = set(Product.objects.visible_to(german).values_list("pk", flat=True))
    assert set(
        Completeness.objects.counted().filter(scope__market__code="DE").values_list("product_id", flat=True)
    ) <= (visible), "what a scope counts is seen by who sees the scope"


def test_the_lacking_are_those_that_miss_it() -> None:
    fill_the_house()
    families, scopes = ids()
    rows = lacking(HOUSE, families=families, scopes=scopes, attribute="name").order_by("product_id", "scope_id")
    assert [(Product.objects.get(pk=row.product_id).sku, str(row.scope)) for row in rows] == [
        *((f"COAT-{name}", "shop/DE/de-DE") for name in ("red-s", "red-m", "blue-s")), ("CUP", "shop/GB/en-GB"),
    ]  # fmt: skip
    assert lacking(HOUSE, families=families, scopes=scopes).count() == 7
    assert not lacking(HOUSE, families=families, scopes=scopes, attribute="no such").exists()
    assert not lacking(make_actor(Role.INTEGRATOR), families=families, scopes=scopes, attribute="price").exists()


def note(day: date) -> None:
    with moment.frozen(moment.now().replace(year=day.year, month=day.month, day=day.day)):
        CHORES["pim.completeness_day"].run()


def test_a_day_is_noted_once_and_only_when_it_differs() -> None:
    first = date(2026, 3, 1)
    note(first)
    assert not CompletenessDay.objects.exists(), "nothing is offered yet"
    fill_the_house()
    events = OutboxEvent.objects.count()
    for _ in range(2):
        note(first)
    assert CompletenessDay.objects.count() == 3
    assert OutboxEvent.objects.count() == events
    note(first + timedelta(days=1))
    assert CompletenessDay.objects.count() == 3, "nothing has moved"
    set_values(product("CUP"), values={"name": "Cup"}, locale="en-GB", actor=HOUSE)
    drain()
    for _ in range(2):
        note(first + timedelta(days=2))
    assert CompletenessDay.objects.count() == 4
    withdraw_product(product("CUP"), channel="shop", market="GB", actor=HOUSE, reason="x")
    drain()
    note(first + timedelta(days=2))
    row = CompletenessDay.objects.get(day=first + timedelta(days=2))
    assert (row.products, row.complete, row.required, row.filled) == (0, 0, 0, 0), "the day's last word counts"
    assert list(CHECKS["days of completeness do not lie ahead"].find()) == []
    CompletenessDay.objects.filter(pk=row.pk).update(day=moment.now().date() + timedelta(days=2))
    assert len(list(CHECKS["days of completeness do not lie ahead"].find())) == 1


def test_the_trend_carries_over_what_did_not_move() -> None:
    fill_the_house()
    families, scopes = ids()
    coats, cups = (Family.objects.get(code=code) for code in ("coats", "cups"))
    place = scope("shop/GB/en-GB")
    start = date(2026, 1, 10)
    for family, day, filled in ((coats, -40, 2), (coats, 1, 6), (cups, 3, 8), (coats, 5, 10)):
        CompletenessDay.objects.create(
            day=start + timedelta(days=day), family=family, scope=place, products=5, complete=filled // 5, required=10,
            filled=filled,
        )  # fmt: skip
    days = trend(HOUSE, families=families, scopes=scopes, since=start, until=start + timedelta(days=6))
    assert [(one.sums.filled, one.sums.required) for one in days] == [
        (2, 10), (6, 10), (6, 10), (14, 20), (14, 20), (18, 20), (18, 20),
    ]  # fmt: skip
    cups_only = trend(HOUSE, families=[cups.pk], scopes=scopes, since=start, until=start + timedelta(days=4))
    assert [one.day for one in cups_only] == [start + timedelta(days=3), start + timedelta(days=4)]
    german = make_actor(Role.STEWARD, market="DE")
    assert trend(german, families=families, scopes=scopes, since=start, until=start + timedelta(days=6)) == []
