"""The pull page after a small change, at two sizes of the table: same plan, same rows, about the same time.

The limit is a bare scan of the index for as many rows, in the same database. `python -m benchmarks.delta`
"""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks.house import execute, fetch, fresh_house, in_turns, require, settle_tables, timed
from benchmarks.report import row, write_report

SIZES, CHANGED, PAGES, ROUNDS = (10_000, 200_000), 20, 40, 5
LIMIT = 100
FILL = """
INSERT INTO syndication_listing (uid, product_id, root_id, sku, scope_id, channel_id, state, hash, revision, body,
                                 problems, mapping_version, changed_at)
SELECT gen_random_uuid(), n, n, 'SKU-' || n, %(scope)s, %(channel)s, 'live', md5(n::text), n,
       '{"sku":"SKU-' || n || '","text":"' || repeat('a stored document ', 15) || '"}', '[]', 1, now()
  FROM generate_series((SELECT coalesce(max(product_id), 0) + 1 FROM syndication_listing), %(size)s) AS n
"""
CHANGE = """
UPDATE syndication_listing SET revision = revision + 10000000, body = replace(body, 'stored', 'changed')
 WHERE product_id IN (SELECT (%(size)s::bigint * nth) / %(changed)s FROM generate_series(1, %(changed)s) AS nth)
"""
BARE = "SELECT body FROM syndication_listing WHERE channel_id = %s AND revision > %s ORDER BY revision LIMIT %s"


@dataclass(frozen=True)
class Work:
    """What PostgreSQL does for a page: each node with its index, and the rows that all nodes gave."""

    plan: tuple[str, ...]
    rows: int
    buffers: int


def make_channel() -> tuple[Any, Any]:
    from foundation.core.actors import system
    from foundation.markets.services import define_channel, define_locale, define_market, define_scope

    actor = system("benchmark")
    define_locale(code="en-GB", name="English", actor=actor)
    define_market(code="GB", name="GB", territories=["GB"], locales=["en-GB"], currency="GBP", actor=actor)
    channel = define_channel(code="shop", name="Shop", kind="d2c", actor=actor)
    return channel, define_scope(channel="shop", market="GB", locale="en-GB", actor=actor)


def grow(channel: Any, scope: Any, size: int) -> int:
    """As many listings, of which a few then change; the cursor of somebody who has read all before that."""
    execute("UPDATE syndication_listing SET revision = product_id")
    execute(FILL, {"scope": scope.pk, "channel": channel.pk, "size": size})
    execute(CHANGE, {"size": size, "changed": CHANGED})
    settle_tables("syndication_listing", "markets_scope", "markets_market", "markets_channel")
    require(int(fetch("SELECT count(*) FROM syndication_listing")[0][0]) == size, "the table has another size")
    return size


def pull(channel: Any, cursor: int) -> str:
    from foundation.core.actors import system
    from syndication.queries.pull import read_page, read_window

    window = read_window(channel, actor=system("benchmark"), cursor=cursor, limit=LIMIT)
    return read_page(channel, window=window)


def check_page(page: str, size: int) -> None:
    found = json.loads(page)
    skus = {one["sku"] for one in found["listings"]}
    require(
        skus == {f"SKU-{size * nth // CHANGED}" for nth in range(1, CHANGED + 1)}, "other listings than those changed"
    )
    require(all("changed" in one["document"]["text"] for one in found["listings"]), "a document is an old one")
    require(not found["has_more"] and int(found["next"]) > size, "the cursor does not move on")


def work_of(channel: Any, cursor: int) -> Work:
    """The plans of the very statements that a page asks."""
    from django.db import connection

    asked: list[tuple[str, Any]] = []

    def note(run: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        asked.append((statement, parameters))
        return run(statement, parameters, many, context)

    with connection.execute_wrapper(note):
        pull(channel, cursor)
    nodes: list[str] = []
    rows = buffers = 0
    for statement, parameters in asked:
        with connection.cursor() as database:
            database.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            top = database.fetchone()[0][0]["Plan"]
        buffers += top["Shared Hit Blocks"] + top["Shared Read Blocks"]
        for node in walk(top):
            nodes.append(re.sub(r" +", " ", f"{node['Node Type']} {node.get('Index Name', '')}").strip())
            rows += round(node["Actual Rows"] * node["Actual Loops"])
    return Work(tuple(nodes), rows, buffers)


def walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(one for child in node.get("Plans", []) for one in walk(child))]


def pages(channel: Any, cursor: int, number: int) -> float:
    seconds, found = timed(lambda: [pull(channel, cursor) for _ in range(number)])
    for page in found:
        check_page(page, cursor)
    return number / seconds


def scans(channel: Any, cursor: int, number: int) -> float:
    seconds, found = timed(lambda: [fetch(BARE, [channel.pk, cursor, LIMIT + 1]) for _ in range(number)])
    require(all(len(rows) == CHANGED for rows in found), "the bare scan finds another number of rows")
    return number / seconds


def require_same(small: Work, large: Work) -> None:
    require(small.plan == large.plan, f"another plan for the larger table: {small.plan} and {large.plan}")
    require(
        small.rows == large.rows, f"{large.rows} rows are read in the larger table, {small.rows} in the smaller one"
    )
    # an index of a larger table may be a level deeper for each row that is looked for
    most = small.buffers + 2 * (CHANGED + LIMIT)
    require(large.buffers <= most, f"{large.buffers} blocks are read in the larger table, {small.buffers} before")


def measure(sizes: tuple[int, ...], number: int, rounds: int) -> list[dict[str, Any]]:
    channel, scope = make_channel()
    found, works = [], []
    for size in sizes:
        cursor = grow(channel, scope, size)
        works.append(work_of(channel, cursor))
        require(any("revision" in node for node in works[-1].plan), f"no index of revisions in {works[-1].plan}")
        figures = in_turns(rounds, lambda _, at=cursor: pages(channel, at, number),
                           lambda _, at=cursor: scans(channel, at, number))  # fmt: skip
        more = {"rows_read": works[-1].rows, "blocks_read": works[-1].buffers}
        found.append(row(f"{size:,} listings", "pages/s", *figures, **more))
    for small, large in pairwise(works):
        require_same(small, large)
    return found[::-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="ascending")
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    with fresh_house():
        rows = measure(tuple(chosen.sizes), chosen.pages, chosen.rounds)
        write_report("delta", rows, packages=["django", "psycopg"])


if __name__ == "__main__":
    main()
