"""Making the chain longer: after commit, some rows at a time, one at a time. Writers neither wait nor know of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from foundation.audit.models import Batch, Chain, Source
from foundation.audit.queries.chain import last_batch, numbers_drawn, settled, transactions
from foundation.audit.queries.digests import GENESIS, hash_of, next_link
from foundation.audit.queries.rows import Row, unlinked
from foundation.core import moment
from foundation.core.locks import hold_until_commit

ROWS = 5_000  # of a batch, at most
BATCHES = 1  # of one round: the sequencer has other work
LOCK = "audit.chain"
COPY = """
COPY audit_link (position, source, row, at, actor, behalf, subject_type, subject, request, link) FROM STDIN
"""


def chain_committed(*, rows: int = ROWS, batches: int = BATCHES) -> int:
    """Link committed rows that are not in the chain yet; how many.

    Ids are drawn before the commit, so a row may appear below others that were linked long ago. Rows are therefore
    looked for, pass after pass, above the number below which none can appear any more. That number moves at the end
    of a pass that began when every transaction had ended that ran when it was drawn. Call it first in a transaction.
    """
    hold_until_commit(LOCK)
    chain, _ = Chain.objects.select_for_update().get_or_create(id=1)
    linked = 0
    for _ in range(batches):
        if not chain.passed:
            _begin(chain)
        found = _unlinked(chain, rows)
        if found:
            _append(found, at=moment.now())
        linked += len(found)
        if len(found) < rows:
            _settle(chain)
            break
        chain.passed |= {row.source.value: row.id for row in found}
    chain.save()
    return linked


def _unlinked(chain: Chain, limit: int) -> list[Row]:
    found: list[Row] = []
    for source in Source:
        if len(found) < limit:
            after = max(settled(chain, source), chain.passed.get(source.value, 0))
            found += unlinked(source, after=after, limit=limit - len(found))
    return found


def _append(rows: Sequence[Row], *, at: datetime) -> Batch:
    last = last_batch()
    previous = bytes(last.hash) if last else GENESIS
    position, link = (last.last if last else 0), previous
    first = position + 1
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            position, link = position + 1, next_link(link, row.digest)
            copy.write_row((position, row.source.value, row.id, *row.found_by, link))
    batch = Batch(
        number=(last.number if last else 0) + 1, previous=previous, first=first, last=position, link=link,
        last_at=max(row.at for row in rows), made_at=at,
    )  # fmt: skip
    batch.hash = hash_of(batch)
    batch.save(force_insert=True)
    return batch


def _begin(chain: Chain) -> None:
    """A pass begins in a transaction younger than all that drew what the last pass noted. (Only a transaction's own
    number tells: the end of a snapshot is behind those that run and are the newest.)
    """
    chain.oldest, own = transactions()
    if chain.drawn_at is not None and chain.drawn_at > own:
        chain.drawn_at = None  # of another cluster, before a restore: none of its transactions runs here
    if chain.drawn and chain.drawn_at is None:
        chain.drawn_at = own


def _settle(chain: Chain) -> None:
    """At the end of a pass: all is linked that was committed when it began."""
    chain.passed = {}
    if chain.drawn_at is not None and chain.drawn_at <= chain.oldest:
        chain.settled, chain.drawn, chain.drawn_at = chain.drawn, {}, None
    if not chain.drawn and (drawn := numbers_drawn()) != chain.settled:
        chain.drawn = drawn
