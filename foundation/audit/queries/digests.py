"""The hashes of the chain: of a row, of a link, of a batch, and the text that a head signs.

A row's digest is the SHA-256 of one canonical text, a JSON array that PostgreSQL writes from the columns in this
order: JSONB has one order of members and one spelling of each value, moments are whole microseconds since 1970. So it
is the same after a dump or an export and an import. The statements are sent from here and call nothing that an owner
of the database could have replaced.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from foundation.audit.models import Batch, Source
from foundation.core.hashing import canonical_json

GENESIS = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROS = "(extract(epoch FROM s.at) * 1000000)::bigint"
COLUMNS = {
    Source.REVISION: f"'history_revision', s.id, {MICROS}, s.tx, s.table_name, s.row_key, s.op, s.before, s.actor, "
    "s.request, s.change_set, s.reason",
    Source.ENTRY: f"'audit_entry', s.id, {MICROS}, s.tx, s.actor, s.action, s.subject_type, s.subject, s.reason, "
    "s.request, s.detail",
}
# By source, the expressions of what a row is found by.
FOUND_BY = {
    Source.REVISION: "s.table_name, s.row_key",
    Source.ENTRY: "s.subject_type, s.subject",
}


def digest_sql(source: Source) -> str:
    """The digest of a row `s` as an expression."""
    return f"pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array({COLUMNS[source]})::text, 'UTF8'))"


def next_link(before: bytes, digest: bytes) -> bytes:
    return hashlib.sha256(before + digest).digest()


def hash_of(batch: Batch) -> bytes:
    """What the batch's own hash must be."""
    told = [
        "batch", batch.number, bytes(batch.previous).hex(), batch.first, batch.last, bytes(batch.link).hex(),
        micros(batch.last_at), micros(batch.made_at),
    ]  # fmt: skip
    return hashlib.sha256(canonical_json(told).encode()).digest()


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def short(digest: bytes | memoryview) -> str:
    """For people: enough of a hash to compare by eye."""
    return bytes(digest).hex()[:16]
