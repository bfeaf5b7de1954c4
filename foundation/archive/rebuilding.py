"""Derived data from truth again, and whether it came out the same."""

from __future__ import annotations

from django.db import connection

from foundation.core.actors import system
from foundation.events.registry import Projection, ordered_projections
from foundation.events.sequencing import drain
from foundation.history.services import recorded


def fingerprint(table: str, ignore: tuple[str, ...] = ("id",)) -> str:
    """A digest of a table's rows, whatever their order and numbers."""
    drop = " ".join(f"- '{column}'" for column in ignore)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(md5(string_agg(line, E'\\n' ORDER BY line)), '') "  # noqa: S608  tables of ours
            f"FROM (SELECT (to_jsonb(t) {drop})::text AS line FROM {connection.ops.quote_name(table)} t) AS lines"
        )
        return str(cursor.fetchone()[0])


def rebuild_projection(projection: Projection) -> bool:
    """Refresh every subject; True when the derived tables are the same bytes as before."""
    before = [fingerprint(table) for table in projection.tables]
    batch: list[int] = []
    for subject in projection.subjects():
        batch.append(subject)
        if len(batch) == projection.batch:
            _refresh(projection, batch)
            batch = []
    if batch:
        _refresh(projection, batch)
    return before == [fingerprint(table) for table in projection.tables]


def rebuild_all() -> dict[str, bool]:
    """Every projection, each after those it reads from; name to whether it came out the same."""
    drain()
    return {projection.name: rebuild_projection(projection) for projection in ordered_projections()}


def _refresh(projection: Projection, subjects: list[int]) -> None:
    with recorded(system(f"rebuild:{projection.name}")):
        projection.refresh(subjects)
