"""Rows of the two sources as the chain reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from foundation.audit.models import Batch, Source
from foundation.audit.queries.digests import FOUND_BY, digest_sql
from foundation.core.actors import Parties, parties

UNLINKED = """
SELECT s.id, s.at, s.actor, {found_by}, s.request, {digest}
  FROM {table} s
 WHERE s.id > %(after)s AND s.id <= %(upto)s
   AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.source = '{source}' AND l.row = s.id{and_at})
 ORDER BY s.id LIMIT %(limit)s
"""
LINKED = """
SELECT l.position, l.row, l.at, l.actor, l.behalf, l.subject_type, l.subject, l.request, l.link,
       s.id, s.at, s.actor, {found_by}, s.request, {digest}
  FROM audit_link l LEFT JOIN {table} s ON s.id = l.row AND s.at = l.at
 WHERE l.source = '{source}' AND l.position BETWEEN %(first)s AND %(last)s
"""
HIGHEST = 2**63 - 1


@dataclass(frozen=True)
class Row:
    """One row of a source, what it is found by, and its digest."""

    source: Source
    id: int
    at: datetime
    label: str
    subject_type: str
    subject: str
    request: str
    digest: bytes

    @property
    def parties(self) -> Parties:
        return parties(self.label)

    @property
    def found_by(self) -> tuple[Any, ...]:
        who = self.parties
        return (self.at, who.actor, who.behalf, self.subject_type, self.subject, self.request)

    def __str__(self) -> str:
        about = f"{self.subject_type} {self.subject}".strip()
        return f"{self.source.label} {self.id} ({about}, {self.at:%Y-%m-%d %H:%M:%S} UTC, by {self.label or 'nobody'})"


@dataclass(frozen=True)
class Place:
    """One link of the chain as it stands in the database, with the row that it is of (None: it is not there)."""

    position: int
    source: Source
    id: int
    found_by: tuple[Any, ...]
    link: bytes
    row: Row | None

    def __str__(self) -> str:
        at, actor, behalf, subject_type, subject, _ = self.found_by
        who = f"{actor} on behalf of {behalf}" if behalf else actor
        about = f"{subject_type} {subject}".strip()
        return f"{self.source.label} {self.id} ({about}, {at:%Y-%m-%d %H:%M:%S} UTC, by {who or 'nobody'})"


def unlinked(source: Source, *, after: int, limit: int, upto: int = HIGHEST, exactly: bool = False) -> list[Row]:
    """Rows that are not in the chain, by id; `exactly`: nor is one of the same id and another moment."""
    statement = UNLINKED.format(
        found_by=FOUND_BY[source], digest=digest_sql(source), table=source.label, source=source.value,
        and_at=" AND l.at = s.at" if exactly else "",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, {"after": after, "upto": upto, "limit": limit})
        return [_row(source, told) for told in cursor.fetchall()]


def places_of(batch: Batch) -> Iterator[Place]:
    """The links of a batch in their order; what has no link is left out."""
    found: list[Place] = []
    for source in Source:
        statement = LINKED.format(
            found_by=FOUND_BY[source], digest=digest_sql(source), table=source.label, source=source.value
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, {"first": batch.first, "last": batch.last})
            found += [_place(source, told) for told in cursor.fetchall()]
    return iter(sorted(found, key=lambda place: place.position))


def digest_of(source: Source, row_id: int, at: datetime) -> bytes:
    statement = f"SELECT {digest_sql(source)} FROM {source.label} s WHERE s.id = %s AND s.at = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [row_id, at])
        return bytes(cursor.fetchone()[0])


def _row(source: Source, told: tuple[Any, ...]) -> Row:
    number, at, label, subject_type, subject, request, digest = told
    return Row(source, number, at, label, subject_type, subject, request, bytes(digest))


def _place(source: Source, told: tuple[Any, ...]) -> Place:
    position, row_id, *found_by, link = told[:9]
    row = _row(source, told[9:]) if told[9] is not None else None
    return Place(position, source, row_id, tuple(found_by), bytes(link), row)
