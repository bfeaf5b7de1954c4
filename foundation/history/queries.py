"""Reading history: the revisions of a row, each with what it changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from foundation.history.models import Revision

CLOCKS_DIFFER = timedelta(days=1)  # between the database and whoever says since when


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


@dataclass(frozen=True)
class Trace:
    """A place that history tells of: a row of a table, and the way into it (none: the whole row)."""

    table: str
    key: int
    path: tuple[str, ...] = ()


def changes_of(table: str, key: str | int, *, limit: int = 50) -> list[Change]:
    """The newest changes of one row. The image after a revision is the next one's image before."""
    rows = list(Revision.objects.filter(table_name=table, row_key=str(key)).order_by("-id")[:limit])
    after = _current_rows(table, [str(key)]).get(str(key))
    changes = []
    for row in rows:
        changes.append(Change(row.id, row.at, row.actor, row.op, row.before, after))
        after = row.before
    return changes


def after_of(revision: Revision) -> dict[str, Any] | None:
    """The row's image after a revision: what the next one has before it, or the row as it is. None: it is gone."""
    later = Revision.objects.filter(table_name=revision.table_name, row_key=revision.row_key, id__gt=revision.pk)
    following = later.order_by("id").first()
    if following is not None:
        return following.before
    if revision.op == Revision.Operation.DELETE or revision.table_name not in connection.introspection.table_names():
        return None
    return _current_rows(revision.table_name, [revision.row_key]).get(revision.row_key)


def edits_after(change_set: str, traces: Mapping[int, Sequence[Trace]], *, since: datetime) -> dict[int, Change]:
    """For each subject with its traces the newest edit of them that came after the change set's own.

    Two queries a table. What changed beside a trace's path does not count. A subject in whose traces the change set
    left nothing is judged by the moment `since`.
    """
    keys: dict[str, set[str]] = defaultdict(set)
    for trace in (one for several in traces.values() for one in several):
        keys[trace.table].add(str(trace.key))
    told = {table: _told_since(table, wanted, since - CLOCKS_DIFFER) for table, wanted in keys.items()}
    found = {}
    for subject, several in traces.items():
        own = [(trace, one) for trace in several for one in told[trace.table][str(trace.key)]]
        last = max((change.id for _, (change, by) in own if by == change_set), default=0)
        edits = [change for trace, (change, _) in own if _is_edit(change, trace, last, since)]
        if edits:
            found[subject] = max(edits, key=lambda edit: edit.id)
    return found


def _is_edit(change: Change, trace: Trace, last: int, since: datetime) -> bool:
    if not (change.id > last if last else change.at >= since):
        return False
    return bool(_at(change.before, trace.path) != _at(change.after, trace.path))


def _told_since(table: str, keys: set[str], since: datetime) -> dict[str, list[tuple[Change, str]]]:
    """By row: its changes, each with the change set that it belongs to."""
    told: dict[str, list[tuple[Change, str]]] = defaultdict(list)
    after = _current_rows(table, keys)
    for row in Revision.objects.filter(table_name=table, row_key__in=keys, at__gte=since).order_by("-id"):
        change = Change(row.id, row.at, row.actor, row.op, row.before, after.get(row.row_key))
        told[row.row_key].append((change, row.change_set))
        after[row.row_key] = row.before
    return told


def _at(image: Any, path: Sequence[str]) -> Any:
    for name in path:
        image = image.get(name) if isinstance(image, dict) else None
    return image


def _current_rows(table: str, keys: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table)
        numbers = [int(key) for key in keys]
        cursor.execute(f"SELECT id, to_jsonb(t)::text FROM {name} t WHERE id = ANY(%s)", [numbers])  # noqa: S608
        return {str(key): json.loads(image) for key, image in cursor.fetchall()}
