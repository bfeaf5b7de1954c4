"""Reading history: the revisions of a row, each with what it changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from foundation.history.models import Revision


@dataclass(frozen=True)
class Change:
    """A revision together with the row's image before and after it."""

    id: int
    at: datetime
    actor: str
    op: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """Column to (before, after), for the columns that differ."""
        before, after = self.before or {}, self.after or {}
        return {
            name: (before.get(name), after.get(name))
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        }


def changes_of(table: str, key: str | int, *, limit: int = 50) -> list[Change]:
    """The newest changes of one row. The image after a revision is the next one's image before."""
    rows = list(Revision.objects.filter(table_name=table, row_key=str(key)).order_by("-id")[:limit])
    after = _current_row(table, str(key))
    changes = []
    for row in rows:
        changes.append(Change(row.id, row.at, row.actor, row.op, row.before, after))
        after = row.before
    return changes


def _current_row(table: str, key: str) -> dict[str, Any] | None:
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table)
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {name} t WHERE id::text = %s", [key])  # noqa: S608
        row = cursor.fetchone()
    if row is None:
        return None
    value: dict[str, Any] = json.loads(row[0])
    return value
