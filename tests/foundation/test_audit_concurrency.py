"""Chaining beside writers: nothing is lost, nobody waits. Real transactions on connections of their own."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from foundation.audit.models import Chain, Entry, Link
from foundation.audit.queries.faults import find_faults
from foundation.audit.registry import REFUSED
from foundation.audit.services import chain_committed, record_act
from foundation.core.actors import system
from foundation.core.locks import hold_until_commit
from foundation.history.models import Revision
from foundation.history.services import recorded
from foundation.markets.models import Market

WRITERS, WRITES = 20, 10
LONGEST = 900  # that a test of the other worker may hold its transaction, which this server waits for
pytestmark = pytest.mark.timeout(1000)


def a_round(**sizes: int) -> int:
    with transaction.atomic():
        return chain_committed(**sizes)


def rename(name: str) -> None:
    with recorded(system(name)):
        Market.objects.filter(code="GB").update(name=name)


def until_settled() -> int:
    """Rounds until no row can appear any more below the newest; transactions of other tests' databases count too."""
    end = time.monotonic() + LONGEST
    a_round()
    while Chain.objects.get().settled.get("r", 0) < Revision.objects.latest("id").pk:
        assert time.monotonic() < end, "some transaction of this server does not end"
        a_round()
        time.sleep(0.05)
    return int(Chain.objects.get().settled["r"])


def everything() -> int:
    return Revision.objects.count() + Entry.objects.count()


@pytest.fixture
def other(transactional_db: None) -> Any:
    """Another connection to the same database."""
    told = connection.get_connection_params()
    with psycopg.connect(
        host=told["host"], port=told["port"], user=told["user"], password=told.get("password"), dbname=told["dbname"]
    ) as one:
        yield one


@pytest.mark.django_db(transaction=True)
def test_twenty_writers_while_the_chain_grows(world):
    def write(number: int) -> None:
        try:
            for turn in range(WRITES):
                with recorded(system(f"writer-{number}")):
                    Market.objects.filter(code=("GB", "US", "JP", "DACH")[number % 4]).update(name=f"{number}.{turn}")
                    record_act(REFUSED, actor=system(f"writer-{number}"))
        finally:
            connection.close()

    before, over = everything(), threading.Event()

    def chain() -> None:
        try:
            while not over.is_set():
                a_round(rows=7, batches=2)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        chaining = [pool.submit(chain) for _ in range(2)]  # two sequencers are kept apart by the lock
        for one in [pool.submit(write, number) for number in range(WRITERS)]:
            one.result()
        over.set()
        for one in chaining:
            one.result()
    a_round()  # the end of a pass that others began, and one of its own
    a_round()
    assert everything() == before + WRITERS * WRITES * 2
    assert Link.objects.count() == everything()
    assert list(find_faults()) == []


def test_a_late_commit_of_an_early_number_is_linked(world, other):
    while a_round():
        pass
    with other.cursor() as cursor:
        cursor.execute("UPDATE markets_market SET name = 'late' WHERE code = 'JP'")
    for name in "abc":
        rename(name)
        a_round()
    assert Revision.objects.filter(before__name="JP").count() == 0
    other.commit()
    late = Revision.objects.get(table_name="markets_market", op="U", before__code="JP")
    assert late.pk < Revision.objects.filter(actor="system:a").get().pk
    assert not Link.objects.filter(source="r", row=late.pk).exists()
    assert a_round() == 1
    assert Link.objects.get(source="r", row=late.pk).position == Link.objects.count()
    assert until_settled() > late.pk, "once it has ended, numbers below are looked for no more"
    assert list(find_faults()) == []


def test_while_a_transaction_runs_numbers_above_its_own_are_not_settled(world, other):
    until_settled()
    before = Chain.objects.get().settled
    with other.cursor() as cursor:
        cursor.execute("UPDATE markets_market SET name = 'late' WHERE code = 'JP'")
        for name in "abc":
            rename(name)
            a_round()
        assert Chain.objects.get().settled == before
        other.rollback()
    assert until_settled() > before["r"]
    assert Link.objects.count() == everything()


def test_nor_are_its_own_while_it_is_the_newest(world, other):
    """A snapshot ends behind the last transaction that has ended, so it does not tell of one that runs after that."""
    before = until_settled()
    with other.cursor() as cursor:
        cursor.execute("UPDATE markets_market SET name = 'late' WHERE code = 'JP'")
    for _ in range(4):
        a_round()
    assert Chain.objects.get().settled["r"] == before
    other.commit()
    assert a_round() == 1
    assert until_settled() > before
    assert list(find_faults()) == []


def test_what_commits_below_a_pass_is_linked_by_the_next(world, other):
    settled = until_settled()
    with other.cursor() as cursor:
        cursor.execute("UPDATE markets_market SET name = 'late' WHERE code = 'JP'")
    for name in "abcdefg":
        rename(name)
    assert a_round(rows=3, batches=1) == 3
    assert Chain.objects.get().passed["r"] == Revision.objects.get(actor="system:c").pk
    other.commit()
    late = Revision.objects.get(before__code="JP", op="U")
    assert [a_round(rows=3, batches=1) for _ in range(2)] == [3, 1]
    assert not Link.objects.filter(source="r", row=late.pk).exists(), "the pass had gone by"
    assert Chain.objects.get().settled["r"] == settled, "which therefore settles nothing"
    assert a_round(rows=3, batches=1) == 1
    assert Link.objects.filter(source="r", row=late.pk).exists()
    until_settled()
    assert list(find_faults()) == []


def test_writers_do_not_wait_for_the_chain(world, transactional_db):
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                hold_until_commit("audit.chain")
                chain_committed()
                held.set()
                over.wait(20)
        finally:
            connection.close()

    chaining = threading.Thread(target=hold)
    chaining.start()
    assert held.wait(20)
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    rename("meanwhile")
    record_act(REFUSED, actor=system("meanwhile"))
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
    assert time.monotonic() - begun < 5
    assert chaining.is_alive()
    over.set()
    chaining.join()
    assert a_round() == 2


def test_after_a_restore_into_another_cluster_it_goes_on(world, transactional_db):
    a_round()
    Chain.objects.update(drawn_at=2**62, drawn={"r": 1, "e": 0})
    rename("restored")
    assert a_round() == 1
    assert until_settled() == Revision.objects.latest("id").pk
    assert list(find_faults()) == []
