"""Several at once on the same products: no field is lost, who was late is told, history has every change. F16 F17.

Real transactions, on connections of their own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from foundation.accounts.choices import Role
from foundation.accounts.models import KeptAnswer
from foundation.bulk.services import change_at_once, open_bulk_change
from foundation.core.errors import TandemError
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from pim import fsck
from pim.errors import StaleValues
from pim.models import Placement, Product, ProductValues, RecordType, ValidationRule
from pim.services import create_product, define_record_type, define_rule, set_values, upsert_products

from .factories import HOUSE, make_actor, make_coat, make_cup, make_key, make_user, product

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("model")]
CUPS = ("CUP-1", "CUP-2", "CUP-3")
ROUNDS = 4
BY_SQL = """
UPDATE pim_productvalues SET vals = vals || jsonb_build_object('launch', %s::text)
 WHERE id IN (SELECT id FROM pim_productvalues ORDER BY id FOR UPDATE)
"""
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each gives, in their order; eight at a time, each on a connection of its own."""

    def carry_out(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(min(8, len(works))) as pool:
        return [one.result() for one in [pool.submit(carry_out, work) for work in works]]


def row(sku: str) -> ProductValues:
    return ProductValues.objects.get(product__sku=sku, cell__market=None, cell__locale="*")


def changes(sku: str) -> list[Revision]:
    found = Revision.objects.filter(table_name="pim_productvalues", row_key=str(row(sku).pk), op="U")
    return list(found.order_by("id"))


class Editor:
    """Writes a field of their own, and counts up one that others count up too, by what they saw of it.

    Steps differ, since who wants what is there already is not refused.
    """

    def __init__(self, mine: str, first: str, second: str, *, step: int) -> None:
        self.mine, self.says, self.step = mine, (first, second), step
        self.actor = make_actor()

    def __call__(self) -> None:
        for turn in range(ROUNDS):
            for sku in CUPS:
                set_values(product(sku), values={self.mine: self.says[turn % 2]}, actor=self.actor)
                while not self.counts_up(sku):
                    continue

    def counts_up(self, sku: str) -> bool:
        seen = row(sku).vals["warranty"]
        try:
            following = {"warranty": int(seen) + self.step}
            set_values(product(sku), values=following, expected={"warranty": seen}, actor=self.actor)
        except StaleValues:
            return False
        return True


def writes_many() -> int:
    """Two fields of all, the last product first; how many rows that changed."""
    changed = 0
    for turn in range(ROUNDS):
        is_even = turn % 2 == 0
        said = [{"attribute": "washable", "value": is_even}]
        done = upsert_products([{"sku": sku, "values": said} for sku in reversed(CUPS)], actor=HOUSE)
        changed += len([one for one in done if one.status == "changed"])
        change = open_bulk_change(verb="pim.value", uids=[product(sku).uid for sku in CUPS], actor=HOUSE)
        wool = {"attribute": "material", "mode": "append" if is_even else "remove", "value": ["wool"]}
        changed += change_at_once(change, parameters=wool, actor=HOUSE).changed
    return changed


def writes_by_sql() -> int:
    changed = 0
    for turn in range(ROUNDS):
        with connection.cursor() as cursor:
            cursor.execute(BY_SQL, [f"2026-01-{turn + 1:02}"])
            changed += cursor.rowcount
    return changed


def test_two_editors_a_bulk_writer_and_sql_lose_nothing() -> None:
    for sku in CUPS:
        make_cup(sku, warranty=0)
    editors = Editor("colour", "red", "blue", step=1), Editor("weight", "1 kg", "2 kg", step=10)
    _, _, many, by_sql = at_once(*editors, writes_many, writes_by_sql)
    assert (many, by_sql) == (2 * ROUNDS * len(CUPS), ROUNDS * len(CUPS))
    for sku in CUPS:
        assert row(sku).vals == {
            "colour": "blue", "weight": {"amount": "2", "unit": "kg"}, "warranty": str(11 * ROUNDS), "washable": False,
            "launch": f"2026-01-{ROUNDS:02}",
        }  # fmt: skip
        images = [one.before["vals"] for one in changes(sku) if one.before] + [row(sku).vals]
        assert len(images) - 1 == (2 * 2 + 2 + 1) * ROUNDS, "a revision for each change, whoever made it and how"
        different = [
            {code for code in before.keys() | after.keys() if before.get(code) != after.get(code)}
            for before, after in pairwise(images)
        ]
        assert all(len(codes) == 1 for codes in different), "each changed one field, and took none back"
        counted = [int(one["warranty"]) for one in images]
        assert len(set(counted)) == 2 * ROUNDS + 1
        assert counted == sorted(counted)
        by = [one.actor for one in changes(sku)]
        assert [by.count(one.actor.label) for one in editors] == [2 * ROUNDS] * 2
        assert by.count("") == ROUNDS, "by SQL, of which nobody says who"
    assert list(fsck.masks_are_current()) == []


def test_sql_in_the_middle_of_a_write_is_kept_or_told() -> None:
    """It holds the rows, not the products; the writes wait for it, and read what it has said."""
    for sku in CUPS[:2]:
        make_cup(sku, warranty=0)
    held, waiting = threading.Event(), threading.Event()

    def sql() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("""UPDATE pim_productvalues SET vals = vals || '{"warranty": "7", "washable": true}'""")
            held.set()
            assert waiting.wait(20)

    def write(sku: str, expected: dict[str, Any] | None, **values: Any) -> str:
        assert held.wait(20)
        try:
            set_values(product(sku), values=values, expected=expected, actor=HOUSE)
        except StaleValues as stale:
            return stale.path
        return ""

    def watch() -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end and not waiting.is_set():
            with connection.cursor() as cursor:
                cursor.execute(WAITS)
                if cursor.fetchone()[0] == 2:
                    waiting.set()
            time.sleep(0.02)

    _, kept, refused, _ = at_once(
        sql, lambda: write(CUPS[0], None, colour="red"), lambda: write(CUPS[1], {"warranty": "0"}, warranty=3), watch
    )
    assert (kept, refused) == ("", "warranty")
    said = {"warranty": "7", "washable": True}
    assert [row(sku).vals for sku in CUPS[:2]] == [said | {"colour": "red"}, said]
    assert [len(changes(sku)) for sku in CUPS[:2]] == [2, 1]


# --- through the API ----------------------------------------------------------------------------------


def caller(secret: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def secret() -> str:
    return make_key(make_user(Role.ADMINISTRATOR))


def test_fifty_with_one_etag_have_one_winner(secret: str) -> None:
    make_cup("CUP", warranty=0)
    before = Revision.objects.count(), OutboxEvent.objects.count()
    etag = caller(secret).get("/api/v1/products/CUP")["ETag"]

    def patches(number: int) -> Any:
        body = {"values": [{"attribute": "warranty", "value": number}]}
        return caller(secret).patch("/api/v1/products/CUP", body, format="json", HTTP_IF_MATCH=etag)

    answers = at_once(*(lambda n=number: patches(n) for number in range(1, 51)))
    told = [(one.status_code, one.json().get("code", "")) for one in answers]
    assert sorted(told) == [(200, ""), *[(412, "stale-values")] * 49]
    assert {one.json()["version"] for one in answers if one.status_code == 412} == {2}
    winner = [one.status_code for one in answers].index(200) + 1
    assert row("CUP").vals == {"warranty": str(winner)}
    assert product("CUP").version == 2
    tables = Revision.objects.order_by("-id").values_list("table_name", flat=True)
    assert sorted(tables[: Revision.objects.count() - before[0]]) == ["pim_product", "pim_productvalues"]
    assert OutboxEvent.objects.count() == before[1] + 1


def test_translators_do_not_meet(secret: str) -> None:
    """Each writes one language over and over; nobody waits for the other's version."""
    make_cup("CUP")
    locales = ("en-GB", "de-DE", "de-AT")

    def translates(locale: str) -> set[int]:
        said = [{"attribute": "name", "locale": locale, "value": f"{locale} {turn}"} for turn in range(8)]
        url, client = "/api/v1/products/CUP", caller(secret)
        return {client.patch(url, {"values": [one]}, format="json").status_code for one in said}

    assert at_once(*(lambda one=locale: translates(one) for locale in locales)) == [{200}] * 3
    found = ProductValues.objects.filter(product__sku="CUP").values_list("cell__locale", "vals__name", "version")
    assert sorted(found) == sorted((locale, f"{locale} 7", 8) for locale in locales)
    assert product("CUP").version == 1 + 3 * 8


def test_one_placement_sent_by_many(secret: str) -> None:
    make_cup("CUP")
    body = {"channel": "shop", "market": "GB", "reason": "Range"}

    def places() -> Any:
        url = "/api/v1/products/CUP/placements"
        return caller(secret).post(url, body, format="json", HTTP_IDEMPOTENCY_KEY="place-1")

    answers = at_once(*[places] * 8)
    assert {one.status_code for one in answers} <= {200, 409}
    assert {one.json()["code"] for one in answers if one.status_code == 409} <= {"still-running"}
    assert len({one.content for one in answers if one.status_code == 200}) == 1
    assert Placement.objects.count() == KeptAnswer.objects.count() == 1
    assert Revision.objects.filter(table_name="pim_placement").count() == 1
    assert OutboxEvent.objects.filter(type="pim.product.placed").count() == 1
    other = caller(secret).post("/api/v1/products/CUP/placements", body | {"market": "DE"}, format="json",
                                HTTP_IDEMPOTENCY_KEY="place-1")  # fmt: skip
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    stranger = caller(make_key(make_user(Role.STEWARD)))
    mine = stranger.post("/api/v1/products/CUP/placements", body | {"market": "DE"}, format="json",
                         HTTP_IDEMPOTENCY_KEY="place-1")  # fmt: skip
    assert (mine.status_code, "Idempotency-Replayed" in mine.headers) == (200, False)
    assert Placement.objects.count() == 2


MADE: dict[str, tuple[Callable[[int], object], Callable[[], int]]] = {
    "a product": (
        lambda _: create_product(sku="CUP", family="cups", actor=HOUSE),
        Product.objects.filter(sku="CUP").count,
    ),
    "a GTIN": (
        lambda nth: set_values(product(SIBLINGS[nth % 2]), values={"gtin": "9521234567899"}, actor=HOUSE),
        lambda: ProductValues.objects.filter(vals__gtin="09521234567899").count(),
    ),
    "a variant": (
        lambda nth: create_product(sku=f"V-{nth}", parent="COAT", values={"colour": "blue", "size": "l"}, actor=HOUSE),
        lambda: Product.objects.filter(axis_key="colour=blue&size=l").count(),
    ),
    "a type of records": (
        lambda _: define_record_type(code="makers", labels={"en-GB": "Makers"}, must_be="new", actor=HOUSE),
        RecordType.objects.count,
    ),
    "a rule": (
        lambda _: define_rule(code="light", expression="product.weight < 9.0", messages={"en-GB": "Less"},
                              expected_version=0, actor=HOUSE),
        ValidationRule.objects.count,
    ),
}  # fmt: skip
SIBLINGS = ("COAT-red-s", "COAT-red-m")
REFUSALS = {"conflict", "bad-product", "identifier-taken", "stale-rule"}


def test_what_there_is_once_is_made_once() -> None:
    """Whoever is late is refused as they would be a second later, and never in the database's own words."""
    make_coat("COAT", ("red-s", "red-m"))
    for what, (make, counted) in MADE.items():
        ready = threading.Barrier(6)

        def tries(nth: int, make: Any = make, ready: threading.Barrier = ready) -> str:
            ready.wait(20)
            try:
                make(nth)
            except TandemError as refusal:
                return "the database's words" if "duplicate key" in refusal.detail else refusal.code
            return "made"

        told = at_once(*(lambda n=nth: tries(n) for nth in range(6)))
        assert counted() == 1, what
        assert set(told) <= {"made", *REFUSALS}, what
        assert "made" in told, what
