"""How far the chain has come, and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from foundation.audit.models import Batch, Chain, Entry, Source
from foundation.audit.queries.digests import short
from foundation.audit.registry import RETIRED
from foundation.core.actors import Actor

# What was drawn, not what is there: a number that a running transaction holds counts.
DRAWN = "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM {sequence}"
PENDING = """
SELECT count(*) FROM (SELECT 1 FROM {table} s WHERE s.id > %s
   AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.source = '{source}' AND l.row = s.id) LIMIT %s) AS waiting
"""
COUNTED = 10_000


@dataclass(frozen=True)
class ChainState:
    """For people: the last batch and what was last found. `pending` counts up to a limit."""

    batches: int
    links: int
    head: str
    chained_at: datetime | None
    pending: int
    published: int
    verified_at: datetime | None
    verified: int
    faults: list[str]


def chain_state(actor: Actor) -> ChainState:
    actor.require("audit.view")
    chain, last = the_chain(), last_batch()
    return ChainState(
        batches=last.number if last else 0,
        links=last.last if last else 0,
        head=short(last.hash) if last else "",
        chained_at=last.made_at if last else None,
        pending=sum(_pending(source, chain) for source in Source),
        published=chain.published,
        verified_at=chain.verified_at,
        verified=chain.verified,
        faults=chain.faults,
    )


def the_chain() -> Chain:
    return Chain.objects.filter(pk=1).first() or Chain(id=1)


def last_batch() -> Batch | None:
    return Batch.objects.order_by("-number").first()


def settled(chain: Chain, source: Source) -> int:
    return int(chain.settled.get(source.value, 0))


def numbers_drawn() -> dict[str, int]:
    """By source, the highest id that anybody has drawn."""
    found = {}
    with connection.cursor() as cursor:
        for source in Source:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [source.label])
            cursor.execute(DRAWN.format(sequence=cursor.fetchone()[0]))
            found[source.value] = int(cursor.fetchone()[0])
    return found


def transactions() -> tuple[int, int]:
    """The oldest transaction that still runs, as this statement sees it, and this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_current_xact_id()::text::bigint"
        )
        oldest, own = cursor.fetchone()
        return int(oldest), int(own)


def retired_through() -> int:
    """The last batch whose rows were retired, as the audit itself says."""
    last = Entry.objects.filter(action=RETIRED).order_by("-id").first()
    return int(last.detail["through"]) if last else 0


def _pending(source: Source, chain: Chain) -> int:
    statement = PENDING.format(table=source.label, source=source.value)
    with connection.cursor() as cursor:
        cursor.execute(statement, [settled(chain, source), COUNTED])
        return int(cursor.fetchone()[0])
