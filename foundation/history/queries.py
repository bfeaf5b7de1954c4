"""Reading history: the revisions of a row, each with what it changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Q

from foundation.history.models import Revision

Image = dict[str, Any]
Row = tuple[str, str]  # table and key
AT_ONCE = 200
# What a row was after a revision: what the next one has before it.
NEXT = """
SELECT k.table_name, k.row_key, next.before::text
  FROM unnest(%s::text[], %s::text[]) AS k (table_name, row_key)
 CROSS JOIN LATERAL (
       SELECT r.before FROM history_revision r
        WHERE r.table_name = k.table_name AND r.row_key = k.row_key AND r.id > %s ORDER BY r.id LIMIT 1
 ) next
"""
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


@dataclass(frozen=True)
class Writing:
    """What one actor did to some rows in one transaction, each with its images before and after.

    `id` is its newest revision, `first` its oldest; each image is told with the revision that it comes from.
    """

    id: int
    first: int
    at: datetime
    actor: str
    request: str
    change_set: str
    reason: str
    images: list[tuple[int, str, Image | None, Image | None]]


def images_at(rows: Collection[Row], revision: int) -> dict[Row, Image | None]:
    """What each row was just after a revision, whatever table that one is of. None: it was not there (yet)."""
    wanted = sorted(set(rows))
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [[table for table, _ in wanted], [key for _, key in wanted], revision])
        found: dict[Row, Image | None] = {
            (table, key): json.loads(before) if before else None for table, key, before in cursor.fetchall()
        }
    rest: dict[str, list[str]] = defaultdict(list)
    for table, key in wanted:
        if (table, key) not in found:
            rest[table].append(key)
    now = {table: _current_rows(table, keys) for table, keys in rest.items()}
    return found | {(table, key): now[table].get(key) for table, keys in rest.items() for key in keys}


def writings_of(rows: Collection[Row], *, below: int | None = None) -> Iterator[Writing]:
    """Who wrote these rows, newest first, from under a revision on; read as far as the caller goes."""
    after = images_at(rows, below - 1 if below else 2**62)
    for _, run in groupby(_backwards(rows, below), key=lambda one: (one.tx, one.actor)):
        newest, images = None, []
        for revision in run:
            newest, row = newest or revision, (revision.table_name, revision.row_key)
            images.append((revision.pk, revision.table_name, revision.before, after.get(row)))
            after[row] = revision.before
        assert newest is not None  # noqa: S101  no run is empty
        yield Writing(
            newest.pk, revision.pk, newest.at, newest.actor, newest.request, newest.change_set, newest.reason, images
        )  # fmt: skip


def newest_revision(rows: Collection[Row]) -> int:
    """The last word on these rows; 0 where history has none."""
    return Revision.objects.filter(_of_rows(rows)).order_by("-pk").values_list("pk", flat=True).first() or 0


def _of_rows(rows: Collection[Row]) -> Q:
    keys: dict[str, list[str]] = defaultdict(list)
    for table, key in sorted(set(rows)):
        keys[table].append(key)
    wanted = Q(pk__in=[])
    for table, some in keys.items():
        wanted |= Q(table_name=table, row_key__in=some)
    return wanted


def _backwards(rows: Collection[Row], below: int | None) -> Iterator[Revision]:
    wanted = _of_rows(rows)
    while True:
        under = Q(pk__lt=below) if below else Q()
        found = list(Revision.objects.filter(wanted, under).order_by("-pk")[:AT_ONCE])
        yield from found
        if len(found) < AT_ONCE:
            return
        below = found[-1].pk


def gone_rows(tables: Collection[str], column: str, value: int) -> set[Row]:
    """Rows that are there no more and had this in a column when they went."""
    gone = Revision.objects.filter(op=Revision.Operation.DELETE, table_name__in=tables, **{f"before__{column}": value})
    return set(gone.values_list("table_name", "row_key"))


def gone_values(table: str, column: str, value: int, *, told: str) -> set[Any]:
    """What another column said of rows that are there no more and had this in a column when they went."""
    gone = Revision.objects.filter(op=Revision.Operation.DELETE, table_name=table, **{f"before__{column}": value})
    return set(gone.values_list(f"before__{told}", flat=True))


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
    """By key: a number, or where the model says so a code."""
    columns = [str(model._meta.pk.column) for model in apps.get_models() if model._meta.db_table == table]
    column = columns[0] if columns else "id"
    wanted = [int(key) for key in keys] if column == "id" else list(keys)
    with connection.cursor() as cursor:
        name, key = (connection.ops.quote_name(one) for one in (table, column))
        cursor.execute(f"SELECT {key}, to_jsonb(t)::text FROM {name} t WHERE {key} = ANY(%s)", [wanted])  # noqa: S608
        return {str(key): json.loads(image) for key, image in cursor.fetchall()}
