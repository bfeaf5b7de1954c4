"""Whether the chain is whole: every row against its link, every link against the one before, batches, heads.

Reads a batch at a time, so that memory does not grow with history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from foundation.audit.models import Batch, Entry, Source
from foundation.audit.queries.chain import last_batch, retired_through, settled, the_chain
from foundation.audit.queries.digests import GENESIS, hash_of, next_link, short
from foundation.audit.queries.heads import Head, read_heads
from foundation.audit.queries.rows import Place, Row, places_of, unlinked
from foundation.audit.registry import REDACTED

AT_ONCE = 1_000
ADDED_AT_ONCE = 50_000
LOWEST = -(2**63)
BEYOND = "SELECT count(*) FROM audit_link WHERE position > (SELECT coalesce(max(last), 0) FROM audit_batch)"
Progress = Callable[[int, int], None]  # links that were checked, of how many


def unwatched(done: int, of: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass
class Walk:
    """Where a walk along the chain is. `retired`: batches up to this one have no rows any more."""

    upto: int
    links: int
    retired: int
    progress: Progress
    previous: bytes = GENESIS
    position: int = 0
    number: int = 0


def find_faults(*, heads: Path | None = None, progress: Progress = unwatched) -> Iterator[str]:
    """A sentence for each thing that is wrong, the first along the chain first; nothing where it is whole.

    `heads` is a file of heads in place of the deployment's own.
    """
    chain, end = the_chain(), last_batch()
    walk = Walk(end.number if end else 0, end.last if end else 0, retired_through(), progress)
    yield from _along(walk)
    yield from _beyond()
    for source in Source:
        yield from _added(source, settled(chain, source))
    yield from _against_heads(walk, heads, chain.published)


def _along(walk: Walk) -> Iterator[str]:
    numbers = Batch.objects.filter(number__lte=walk.upto).order_by("number")
    for batch in numbers.iterator(chunk_size=AT_ONCE):
        if batch.number != walk.number + 1:
            yield f"batch {walk.number + 1}: it was removed, and what follows it up to batch {batch.number}"
            walk.previous, walk.position = bytes(batch.previous), batch.first - 1
        if bytes(batch.previous) != walk.previous or batch.first != walk.position + 1:
            yield f"batch {batch.number}: it does not follow the batch before it; one of the two was altered"
        yield from _rows_of(batch, walk)
        if hash_of(batch) != bytes(batch.hash):
            yield f"batch {batch.number}: it was altered, its hash is not that of what it says"
        walk.previous, walk.position, walk.number = bytes(batch.hash), batch.last, batch.number
        walk.progress(batch.last, walk.links)


def _rows_of(batch: Batch, walk: Walk) -> Iterator[str]:
    if batch.number <= walk.retired:
        return
    found, before = list(_faults_in(batch)), retired_through()
    if batch.number <= before:  # it was retired while we looked
        walk.retired = before
        return
    yield from found


def _faults_in(batch: Batch) -> Iterator[str]:
    link: bytes | None = bytes(batch.previous)
    following = batch.first
    for place in places_of(batch):
        if place.position != following:
            yield _gone(batch, following, place.position - 1)
            link = None
        if fault := _fault_of(place, link):
            yield f"batch {batch.number}, link {place.position}: {fault}"
        link, following = place.link, place.position + 1
    if following <= batch.last:
        yield _gone(batch, following, batch.last)
    elif link != bytes(batch.link):
        yield f"batch {batch.number}, link {batch.last}: the link was altered"


def _gone(batch: Batch, first: int, last: int) -> str:
    links = f"link {first}" if first == last else f"links {first} to {last}"
    return f"batch {batch.number}, {links}: removed, with what they were of"


def _fault_of(place: Place, link: bytes | None) -> str:
    """What is wrong with one place; `link` is the one before it (None: it is not there to check by)."""
    row = place.row
    if row is None:
        return f"{place} was removed" if not _elsewhere(place) else f"{place} was altered: it has another moment"
    if link is not None and next_link(link, row.digest) != place.link and not _is_redacted(row, link, place.link):
        return f"{row} was altered, or the link before it"
    if row.found_by != place.found_by:
        return f"what {row} is found by was altered"
    return ""


def _elsewhere(place: Place) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {place.source.label} WHERE id = %s", [place.id])  # noqa: S608  a table of ours
        return cursor.fetchone() is not None


def _is_redacted(row: Row, before: bytes, link: bytes) -> bool:
    """Whether the audit says that the row was another one when it was linked, and what it is since."""
    said = Entry.objects.filter(action=REDACTED, subject_type=row.source.label, subject=str(row.id)).order_by("-id")
    last = said.first()
    if last is None or last.detail["now"] != row.digest.hex():
        return False
    return next_link(before, bytes.fromhex(last.detail["was"])) == link


def _beyond() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(BEYOND)
        if count := cursor.fetchone()[0]:
            yield f"{count} links lie beyond the last batch: the batches that they were of were removed"


def _added(source: Source, upto: int) -> Iterator[str]:
    """Rows below the number under which all were linked."""
    after = LOWEST
    while after < upto:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT min(id) FROM {source.label} WHERE id > %s", [after])  # noqa: S608
            lowest = cursor.fetchone()[0]
        if lowest is None or lowest > upto:
            return
        end = min(lowest + ADDED_AT_ONCE, upto)
        for row in unlinked(source, after=lowest - 1, upto=end, limit=AT_ONCE, exactly=True):
            yield f"{row} was added past the house: it is in no batch"
        after = end


def _against_heads(walk: Walk, file: Path | None, published: int) -> Iterator[str]:
    newest: Head | None = None
    waiting: list[Head] = []
    for head in read_heads(file):
        if isinstance(head, str):
            yield f"heads: a line is no head: {head[:80]!r}"
        elif not head.is_ours:
            yield f"head of batch {head.number} ({head.at}): signed by another key"
        else:
            newest = head if newest is None or head.number > newest.number else newest
            waiting.append(head)
        if len(waiting) == AT_ONCE:
            yield from _compare(waiting)
            waiting = []
    yield from _compare(waiting)
    if newest is None and published:
        yield f"the heads outside the database are gone: one of batch {published} was written"
    elif newest is not None and newest.number < published and file is None:
        yield f"heads after batch {newest.number} are gone: one of batch {published} was written"


def _compare(heads: list[Head]) -> Iterator[str]:
    known = dict(Batch.objects.filter(number__in=[head.number for head in heads]).values_list("number", "hash"))
    end = last_batch()
    for head in heads:
        if head.number not in known:
            if end is None or head.number > end.number:
                yield (
                    f"the tail is lost: the head of {head.at} is batch {head.number}, link {head.last}, "
                    f"and the chain ends at batch {end.number if end else 0}, link {end.last if end else 0}"
                )
        elif bytes(known[head.number]).hex() != head.hash:
            yield (
                f"batch {head.number}: the chain was rewritten: the head of {head.at} has {head.hash[:16]} "
                f"where the database has {short(known[head.number])}"
            )
