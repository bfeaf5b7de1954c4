"""A house of its own for each benchmark, with PostgreSQL and Valkey; and the manner in which all measure."""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from config.stack import EmbeddedPostgres, EmbeddedValkey

T = TypeVar("T")


class NotDone(Exception):
    """The work that was measured was not done, or not rightly: there is nothing to report."""


def require(holds: bool, what: str) -> None:  # noqa: FBT001
    if not holds:
        raise NotDone(what)


@contextmanager
def fresh_house() -> Iterator[Path]:
    """Settings, tables and bytes of an empty house in a temporary folder."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tandem-bench-")))
        postgres = EmbeddedPostgres(folder / "postgres")
        stack.callback(postgres.remove)
        stack.callback(postgres.stop)
        valkey = EmbeddedValkey(folder / "valkey")
        stack.callback(valkey.stop)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": postgres.start(),
            "STORAGE_URL": (folder / "blobs").as_uri(),
            "REDIS_URL": valkey.start(),
            "VAR_DIR": str(folder / "var"),
            "STATIC_FROM_SOURCE": "true",
            "SECRET_KEY": "for benchmarks only, and long enough to be taken for one",
            "LINK_KEYS": f"bench:{'5a' * 32}",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", interactive=False, verbosity=0)
        stack.callback(connection.close)
        yield folder


def timed(work: Callable[[], T], *, clock: Callable[[], float] = time.perf_counter) -> tuple[float, T]:
    """Seconds of one run, and what came of it. Rubbish of earlier runs is collected before."""
    gc.collect()
    start = clock()
    result = work()
    return clock() - start, result


def in_turns(rounds: int, *works: Callable[[int], float]) -> list[list[float]]:
    """What each measured in each round, one after the other, in reversed order every second time.

    Round 0 is the warm-up: it is given to the works like the others, and left out.
    """
    found: list[list[float]] = [[] for _ in works]
    for number in range(rounds + 1):
        order = range(len(works)) if number % 2 else reversed(range(len(works)))
        for at in order:
            figure = works[at](number)
            if number:
                found[at].append(figure)
    return found


def settle_tables(*tables: str) -> None:
    """Fresh statistics, so that the planner sees what is there."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def fetch(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def execute(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
