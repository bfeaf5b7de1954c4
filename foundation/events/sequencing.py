"""The sequencer's work: give positions, run consumers, refresh what is dirty. Holds no state of its own."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from foundation.core import moment
from foundation.core.actors import system
from foundation.events.models import Cursor, Dirty, Event, OutboxEvent, Parked, Sequence
from foundation.events.registry import CONSUMERS, Consumer, Projection, ordered_projections
from foundation.history.services import recorded

log = logging.getLogger("sequencer")
SHARDS = 4
BATCH = 1000  # outbox rows given a position at once
READ = 200  # events a consumer takes of one shard before the others have their turn
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=10)

MOVE = """
WITH taken AS (
    DELETE FROM events_outbox WHERE id IN (SELECT id FROM events_outbox ORDER BY id LIMIT %(batch)s)
    RETURNING *
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY id) AS nth FROM taken
), moved AS (
    INSERT INTO events_event (position, at, uid, type, subject, shard, data, actor, request, tx)
    SELECT s.position + nth, at, uid, type, subject, abs(hashtext(subject::text)) %% %(shards)s,
           data, actor, request, tx
      FROM numbered, events_sequence s
    RETURNING position
)
UPDATE events_sequence SET position = position + (SELECT count(*) FROM moved) WHERE EXISTS (SELECT 1 FROM moved)
RETURNING (SELECT count(*) FROM moved)
"""


def give_positions() -> int:
    """Move one batch from the outbox to the events. One transaction: an event is in exactly one of the two."""
    with transaction.atomic(), connection.cursor() as cursor:
        Sequence.objects.select_for_update().get_or_create(id=1)
        cursor.execute(MOVE, {"batch": BATCH, "shards": SHARDS})
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def run_consumers() -> int:
    """Let every consumer catch up by at most one batch per shard; the number of events handled."""
    end = Sequence.objects.filter(id=1).values_list("position", flat=True).first() or 0
    behind = _cursors(end)
    return sum(_run(CONSUMERS[cursor.consumer], cursor, end) for cursor in behind)


def _cursors(end: int) -> list[Cursor]:
    known = set(Cursor.objects.values_list("consumer", "shard"))
    missing = [(name, shard) for name in CONSUMERS for shard in range(SHARDS) if (name, shard) not in known]
    if missing:
        # a consumer that is new starts at the beginning: what it derives must cover what already happened
        Cursor.objects.bulk_create([Cursor(consumer=name, shard=shard) for name, shard in missing])
    return list(Cursor.objects.filter(consumer__in=CONSUMERS, position__lt=end).order_by("consumer", "shard"))


def _run(consumer: Consumer, cursor: Cursor, end: int) -> int:
    events = list(
        Event.objects.filter(
            shard=cursor.shard, position__gt=cursor.position, position__lte=end, type__in=consumer.types
        ).order_by("position")[:READ]
    )
    stopped = set(Parked.objects.filter(consumer=consumer.name).values_list("subject", flat=True))
    for event in events:
        if event.subject not in stopped and not _attempt(consumer, event, cursor):
            stopped.add(event.subject)
    last = end if len(events) < READ else events[-1].position
    Cursor.objects.filter(pk=cursor.pk).update(position=last)
    return len(events)


def _attempt(consumer: Consumer, event: Event, cursor: Cursor | None) -> bool:
    """Handle one event together with the cursor's step; park its subject when it fails.

    The commit is not waited for: what a crash takes back is effect and step together, so it is done again.
    """
    try:
        with recorded(system(consumer.name)):
            _do_not_wait_for_disk()
            consumer.handle(event)
            if cursor is not None:
                Cursor.objects.filter(pk=cursor.pk).update(position=event.position)
    except Exception:
        log.exception("%s could not handle %s; its subject waits", consumer.name, event)
        _park(consumer.name, event, traceback.format_exc())
        return False
    return True


def _do_not_wait_for_disk() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _park(name: str, event: Event, error: str) -> None:
    at = moment.now()
    parked, made = Parked.objects.get_or_create(
        consumer=name,
        subject=event.subject,
        defaults={"position": event.position, "next_at": at + FIRST_RETRY, "error": error},
    )
    if not made:
        pause = min(FIRST_RETRY * 2**parked.attempts, LONGEST_RETRY)
        Parked.objects.filter(pk=parked.pk).update(
            position=event.position, attempts=F("attempts") + 1, next_at=at + pause, error=error
        )


def retry_parked() -> int:
    """Try the parked subjects that are due: each from the event that failed up to the consumer's cursor."""
    done = 0
    for parked in Parked.objects.filter(next_at__lte=moment.now(), consumer__in=CONSUMERS).order_by("next_at")[:100]:
        consumer = CONSUMERS[parked.consumer]
        story = Event.objects.filter(subject=parked.subject, position__gte=parked.position, type__in=consumer.types)
        shard = story.values_list("shard", flat=True).first()
        reached = Cursor.objects.get(consumer=parked.consumer, shard=shard).position if shard is not None else 0
        if all(_attempt(consumer, event, None) for event in story.filter(position__lte=reached).order_by("position")):
            parked.delete()
            done += 1
    return done


def refresh_dirty() -> int:
    """Bring derived data up to date, a batch per projection, each after those it reads from."""
    return sum(_refresh(projection) for projection in ordered_projections())


def _refresh(projection: Projection) -> int:
    due = Q(not_before=None) | Q(not_before__lte=moment.now())
    marks = list(Dirty.objects.filter(due, projection=projection.name).order_by("pk")[: projection.batch])
    if marks and not _refresh_marks(projection, marks):
        return sum(_refresh_marks(projection, [mark]) for mark in marks)
    return len(marks)


def _refresh_marks(projection: Projection, marks: list[Dirty]) -> bool:
    try:
        with recorded(system(projection.name)):
            projection.refresh([mark.subject_id for mark in marks])
            for mark in marks:
                Dirty.objects.filter(pk=mark.pk, generation=mark.generation).delete()
    except Exception:
        if len(marks) == 1:
            log.exception("%s could not refresh %s", projection.name, marks[0].subject_id)
            pause = min(FIRST_RETRY * 2 ** marks[0].attempts, LONGEST_RETRY)
            Dirty.objects.filter(pk=marks[0].pk).update(
                attempts=F("attempts") + 1, not_before=moment.now() + pause, error=traceback.format_exc()
            )
        return False
    return True


def outbox_depth() -> int:
    return OutboxEvent.objects.count()


def step() -> int:
    """One round of everything; zero means there is nothing left to do now."""
    return give_positions() + run_consumers() + retry_parked() + refresh_dirty()


def drain(rounds: int = 1000) -> None:
    """Work until nothing is left. Rebuilds and tests call it; the sequencer loops over `step`."""
    for _ in range(rounds):
        if step() == 0:
            return
    raise RuntimeError("The events do not come to rest: some consumer keeps making new ones")
