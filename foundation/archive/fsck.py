"""Checks of the foundation itself. Each yields a sentence for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db import connection

from foundation.archive.registry import fsck_check
from foundation.audit.queries.faults import find_faults
from foundation.blobs.models import BlobCopy
from foundation.blobs.services import path_of
from foundation.events.models import Dirty, OutboxEvent, Parked
from foundation.taxonomy.fsck import (
    lines_are_told_by_parents,
    nodes_lie_below_their_parents,
    words_are_told_by_terms,
)

# Tables whose changes need no event: reference rows and bookkeeping that only the house itself writes.
SILENT = ("markets_market", "markets_channel", "markets_locale")

CHANGES_WITHOUT_EVENT = """
SELECT r.tx, min(r.table_name), count(*) FROM history_revision r
 WHERE NOT r.table_name = ANY(%s) AND r.actor NOT LIKE 'system:%%'
   AND NOT EXISTS (SELECT 1 FROM events_event e WHERE e.tx = r.tx)
   AND NOT EXISTS (SELECT 1 FROM events_outbox o WHERE o.tx = r.tx)
 GROUP BY r.tx ORDER BY r.tx LIMIT 20
"""


def register() -> None:
    fsck_check("outbox is empty")(outbox_is_empty)
    fsck_check("nothing is parked or stuck")(nothing_is_parked)
    fsck_check("every blob row has its bytes")(blobs_have_bytes)
    fsck_check("no change without an event")(no_change_without_event)
    fsck_check("lines of categories are told by their parents")(lines_are_told_by_parents)
    fsck_check("nodes of schemas lie below their parents")(nodes_lie_below_their_parents)
    fsck_check("terms are found by their words")(words_are_told_by_terms)
    fsck_check("the audit chain is whole")(find_faults)


def outbox_is_empty() -> Iterator[str]:
    """Depth 0 is the oracle of a quiet house."""
    if depth := OutboxEvent.objects.count():
        yield f"{depth} events wait in the outbox: is the sequencer running?"


def nothing_is_parked() -> Iterator[str]:
    for parked in Parked.objects.all()[:20]:
        yield f"{parked.consumer} stopped at event {parked.position} of {parked.subject}: {_last_line(parked.error)}"
    for mark in Dirty.objects.exclude(error="")[:20]:
        yield f"{mark.projection} cannot refresh {mark.subject_id}: {_last_line(mark.error)}"


def blobs_have_bytes() -> Iterator[str]:
    """Existence only; `verify_blob` reads the bytes."""
    for copy in BlobCopy.objects.order_by("pk").iterator():
        if copy.state == BlobCopy.State.GOOD and not default_storage.exists(path_of(copy.blob_id)):
            yield f"blob {copy.blob_id} has a row and no bytes"


def no_change_without_event() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(CHANGES_WITHOUT_EVENT, [list(SILENT)])
        for tx, table, count in cursor.fetchall():
            yield f"transaction {tx} changed {count} rows ({table}, …) and appended no event"


def _last_line(text: str) -> str:
    return text.strip().rsplit("\n", 1)[-1]
