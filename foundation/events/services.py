"""Writing events, and marking derived data as old."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from foundation.core import moment
from foundation.core.ids import uuid7
from foundation.events.catalogue import TYPES, EventType
from foundation.history.services import current_recording

CHANNEL = "tandem"

# In the order given: ids, which become positions, are drawn row by row.
APPEND = """
INSERT INTO events_outbox (at, type, actor, request, tx, uid, subject, data)
SELECT %s, %s, %s, %s, %s, (told ->> 0)::uuid, (told ->> 1)::uuid, told -> 2
  FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS one (told, nth)
 ORDER BY nth
"""


def append_event(event_type: EventType, subject: UUID, **data: Any) -> None:
    """Append one event to the outbox of the running transaction. Lock the subject's row first."""
    append_events(event_type, [(subject, data)])


def append_events(event_type: EventType, rows: Iterable[tuple[UUID, dict[str, Any]]]) -> None:
    """Append many events of one type, in the order given (subjects sorted, so that locks cannot cross)."""
    recording = current_recording()
    allowed = TYPES[event_type.name].payload.keys()
    at, tx = moment.now(), _transaction_id()
    events = []
    for subject, data in rows:
        if data.keys() - allowed:
            raise ValueError(f"{event_type}: {sorted(data.keys() - allowed)} are not in its payload")
        events.append((str(uuid7()), str(subject), data))
    if events:
        common = (at, event_type.name, recording.actor.label, recording.request, tx)
        with connection.cursor() as cursor:
            cursor.execute(APPEND, [*common, json.dumps(events)])
        wake_sequencer()


def mark_dirty(projection: str, subject_ids: Iterable[int]) -> None:
    """Ask for the derived data of these subjects to be brought up to date."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tandem_raise_marks(%s, %s::bigint[])", [projection, sorted(set(subject_ids))])


def wake_sequencer() -> None:
    """Reaches the sequencer when the transaction commits; a sweep each second makes up for a lost call."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def _transaction_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])
