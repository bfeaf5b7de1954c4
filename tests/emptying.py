"""After a test with transactions of its own: whatever rows there are go, without triggers and without locking anybody
out. Django's flush truncates every table and makes all permissions anew, which takes longer than most tests.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection

KEPT = frozenset({"django_content_type", "auth_permission"})
MUCH = 4 * 2**20  # bytes, from which on a table is truncated


@cache
def _looking() -> str:
    tables = sorted({*connection.introspection.django_table_names(only_existing=True, include_views=False)} - KEPT)
    return " UNION ALL ".join(
        f"SELECT '{name}', pg_relation_size('{name}') WHERE EXISTS (SELECT FROM {name})"  # noqa: S608  our own tables
        for name in tables
    )


def empty_tables(_: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        [is_mighty] = cursor.fetchone()  # others may not silence triggers
        cursor.execute(_looking())
        found: dict[str, int] = dict(cursor.fetchall())
        large = [name for name, size in found.items() if size > MUCH or not is_mighty]
        small = [f"DELETE FROM {name}" for name in found if name not in large]  # noqa: S608
        if large:
            cursor.execute(f"TRUNCATE {', '.join(large)} CASCADE")
        if small:
            cursor.execute(
                "; ".join(["SET session_replication_role = replica", *small, "RESET session_replication_role"])
            )
