"""Chaining and verifying history, beside writing it; and a writer's pace while the chain grows.

`python -m benchmarks.audit [--rows N]`
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from typing import Any

from benchmarks.house import execute, fetch, fresh_house, in_turns, require, settle_tables, timed
from benchmarks.report import row, write_report

ROWS, ROUNDS, SECONDS = 50_000, 5, 2.0
COLUMNS = "at, tx, table_name, row_key, op, before, actor, request, change_set, reason"

# As a bulk change of products' values leaves them, some 400 bytes of image each.
MADE = f"""
INSERT INTO bench_made ({COLUMNS})
SELECT now(), pg_current_xact_id()::text::bigint, 'pim_productvalues', n::text, 'U',
       jsonb_build_object('id', n, 'version', n %% 9, 'product_id', n / 3, 'vals', jsonb_build_object(
           'name', 'A cup of number ' || n, 'colour', 'blue', 'weight', jsonb_build_object('amount', n, 'unit', 'g'),
           'description', repeat('Warm and dry. ', 15))),
       'key:erp/1f2e3d4c', gen_random_uuid()::text, '', 'The nightly run'
  FROM generate_series(1, %s) n
"""  # noqa: S608  names of columns
WRITTEN = f"INSERT INTO history_revision ({COLUMNS}) SELECT {COLUMNS} FROM bench_made"  # noqa: S608


def write() -> None:
    from django.db import transaction

    with transaction.atomic():
        execute(WRITTEN, [])


def chain_all(*, rows: int = 5_000, rounds: int = 0) -> int:
    """Chain what there is, so many rows at once, or for so many rounds; how many rows."""
    from django.db import transaction

    from foundation.audit.services import chain_committed

    linked, done = 0, 0
    while True:
        with transaction.atomic():
            found = chain_committed(rows=rows, batches=1)
        linked, done = linked + found, done + 1
        if not found or done == rounds:
            return linked


def chaining(rows: int) -> tuple[float, float]:
    """Rows a second that are chained, and that were written before."""
    writing, _ = timed(write)
    seconds, linked = timed(chain_all)
    require(linked == rows, f"{linked} of {rows} were linked")
    return rows / seconds, rows / writing


def verifying() -> float:
    """Links a second."""
    from foundation.audit.queries.faults import find_faults

    links = fetch("SELECT count(*) FROM audit_link")[0][0]
    seconds, faults = timed(lambda: list(find_faults()))
    require(faults == [], f"the chain is not whole: {faults[:1]}")
    return links / seconds


def reading() -> float:
    """The same rows, read and digested in one statement by PostgreSQL alone."""
    count = fetch("SELECT count(*) FROM history_revision")[0][0]
    digest = "SELECT count(sha256(convert_to(to_jsonb(r)::text, 'UTF8'))) FROM history_revision r"
    seconds, found = timed(lambda: fetch(digest))
    require(found[0][0] == count, "not every row was digested")
    return count / seconds


def commits() -> float:
    """Changes of one row a second, each a transaction of its own, its revision with it."""
    from foundation.core.actors import system
    from foundation.history.services import recorded
    from foundation.markets.models import Market

    done, end = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        with recorded(system("bench")):
            Market.objects.filter(code="GB").update(name=f"{done}")
        done += 1
    return done / SECONDS


def commits_beside_the_chain() -> float:
    """The same while another process chains a backlog, and what is written, without a pause."""
    write()
    before = fetch("SELECT count(*) FROM audit_link")[0][0]
    beside = subprocess.Popen([sys.executable, "-m", "benchmarks.audit", "--beside"], stdout=subprocess.PIPE)
    try:
        assert beside.stdout is not None
        beside.stdout.readline()  # it is at work
        return commits()
    finally:
        beside.terminate()
        beside.communicate()
        require(fetch("SELECT count(*) FROM audit_link")[0][0] > before, "nothing was chained meanwhile")


def chain_beside() -> None:
    """What the process beside does until it is told to end."""
    import django

    django.setup()
    chain_all(rows=1_000, rounds=1)
    print("at work", flush=True)
    while True:
        chain_all(rows=1_000)


def measure(rows: int, rounds: int) -> list[dict[str, Any]]:
    execute("CREATE TABLE bench_made (LIKE history_revision)")
    execute("ALTER TABLE bench_made DROP COLUMN id")
    execute(MADE, [rows])
    chain_all()
    pairs = [chaining(rows) for _ in range(rounds + 1)][1:]
    settle_tables("history_revision", "audit_link")
    verified, read = in_turns(rounds, lambda _: verifying(), lambda _: reading())
    beside, alone = in_turns(rounds, lambda _: commits_beside_the_chain(), lambda _: commits())
    return [
        row("chained", "rows/s", [one for one, _ in pairs], [other for _, other in pairs]),
        row("verified", "links/s", verified, read),
        row("written beside the chain", "commits/s", beside, alone),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--beside", action="store_true", help="chain the house of DATABASE_URL until terminated")
    chosen = parser.parse_args()
    if chosen.beside:
        chain_beside()
    with fresh_house():
        from tests.cast import make_world

        make_world()
        rows = measure(chosen.rows, chosen.rounds)
        write_report("audit", rows, packages=["django", "psycopg"])


if __name__ == "__main__":
    main()
