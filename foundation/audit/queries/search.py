"""Finding in the audit: who did what, to what, when, on which request; newest first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from foundation.audit.models import Entry, Link, Source
from foundation.audit.registry import CUTS, Cut
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.core.pages import decode_cursor, encode_cursor
from foundation.history.models import Revision
from foundation.history.queries import after_of

MAX_DIGITS = 19
ORDER = ("-at", "-position")
LOOKED_AT = 2_000  # rows that one page looks at, when it is asked for what no index knows
WRITES = {"I": "created", "U": "changed", "D": "deleted"}


@dataclass(frozen=True)
class Asked:
    """What is looked for. `who` is a name or a label, whoever acted or was acted for; `what` a table or a kind of
    subject, with `:ID` one of them; `action` is that of an entry, or created, changed, deleted; `words` stand in
    reason, detail or image.
    """

    who: str = ""
    what: str = ""
    action: str = ""
    request: str = ""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def kind(self) -> str:
        return self.what.partition(":")[0]

    @property
    def key(self) -> str:
        return self.what.partition(":")[2]

    @property
    def needs_looking(self) -> bool:
        return bool(self.action or self.words or (self.kind and not self.key))

    def admits(self, record: Record) -> bool:
        if (self.action and record.action != self.action) or (self.kind and record.subject_type != self.kind):
            return False
        text = record.text.lower()
        return all(word in text for word in self.words.lower().split())


@dataclass(frozen=True)
class Record:
    """One row of the audit. `image` is a write's row before it, cut to what the reader may see; `detail` an entry's."""

    position: int
    at: datetime
    source: str
    row: int
    actor: str
    behalf: str
    action: str
    subject_type: str
    subject: str
    reason: str
    request: str
    change_set: str
    image: dict[str, Any] | None
    detail: dict[str, Any]

    @property
    def text(self) -> str:
        told = json.dumps([self.image, self.detail], ensure_ascii=False, default=str)
        return f"{self.actor} {self.action} {self.subject_type} {self.subject} {self.reason} {told}"


@dataclass(frozen=True)
class Found:
    """`looked_back_to` is how far the page has looked; there is more where there is a cursor."""

    records: list[Record]
    next_cursor: str
    looked_back_to: datetime | None


@dataclass(frozen=True)
class Difference:
    name: str
    before: Any
    after: Any


def search(asked: Asked, *, actor: Actor, cursor: str = "", limit: int = 50) -> Found:
    """One page. What no index knows is looked for among so many rows a page; the cursor goes on from there."""
    actor = actor.require("audit.view")
    links = _links(asked, actor=actor, cursor=cursor, limit=(LOOKED_AT if asked.needs_looking else limit) + 1)
    more = len(links) > (LOOKED_AT if asked.needs_looking else limit)
    links = links[:-1] if more else links
    found = [one for one in _records(links, actor) if asked.admits(one)]
    if len(found) > limit:
        found, more = found[:limit], True
    last: Link | Record | None = found[-1] if len(found) == limit else (links[-1] if links else None)
    following = encode_cursor([last.at.isoformat(), last.position]) if more and last else ""
    return Found(found, following, last.at if last else None)


def everything(asked: Asked, *, actor: Actor, most: int, at_once: int = 1_000) -> Iterator[Record]:
    """All that is found, up to so many, a page at a time."""
    cursor, told = "", 0
    while told < most:
        page = search(asked, actor=actor, cursor=cursor, limit=min(at_once, most - told))
        yield from page.records
        told += len(page.records)
        cursor = page.next_cursor
        if not cursor:
            return


def find_record(position: int | str, *, actor: Actor) -> tuple[Record, list[Difference]]:
    """One record with what it changed. Raises `Missing`."""
    actor, text = actor.require("audit.view"), str(position)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < MAX_DIGITS else 0
    links = list(Link.objects.visible_to(actor).filter(position=number))
    records = _records(links, actor)
    if not records:
        raise Missing("There is no such record, or it was retired", path="position")
    return records[0], _differences(records[0], actor)


def _links(asked: Asked, *, actor: Actor, cursor: str, limit: int) -> list[Link]:
    rows = Link.objects.visible_to(actor)
    if asked.request:
        rows = rows.filter(request=asked.request)
    if asked.key:
        rows = rows.filter(subject_type=asked.kind, subject=asked.key)
    if asked.since:
        rows = rows.filter(at__gte=asked.since)
    if asked.until:
        rows = rows.filter(at__lt=asked.until)
    if asked.action and asked.action not in WRITES.values() and not (asked.who or asked.key or asked.request):
        rows = rows.filter(source=Source.ENTRY)  # which has an index of its own
    if cursor:
        rows = rows.filter(_below(cursor))
    return _ordered(rows, asked.who, limit)


def _ordered(rows: QuerySet[Link], who: str, limit: int) -> list[Link]:
    """Who acted and who was acted for are two indexes: each is asked, and the two answers are merged."""
    if not who:
        return list(rows.order_by(*ORDER)[:limit])
    label = who if ":" in who or who == "anonymous" else f"user:{who}"
    answers = (rows.filter(**{column: label}).order_by(*ORDER)[:limit] for column in ("actor", "behalf"))
    return list(islice(merge(*answers, key=lambda link: (link.at, link.position), reverse=True), limit))


def _below(cursor: str) -> Q:
    text, position = decode_cursor(cursor, 2)
    try:
        at = datetime.fromisoformat(text)
        if at.utcoffset() != timedelta(0) or not isinstance(position, int):
            raise ValueError
    except (TypeError, ValueError):
        raise Invalid("The cursor is not one of ours; start again without it", path="cursor") from None
    return Q(at__lte=at) & (Q(at__lt=at) | Q(position__lt=position))


def _records(links: Sequence[Link], actor: Actor) -> list[Record]:
    revisions = {one.pk: one for one in Revision.objects.filter(**_named(links, Source.REVISION))}
    entries = {one.pk: one for one in Entry.objects.filter(id__in=_rows(links, Source.ENTRY))}
    cut = _cutter(actor)
    found = []
    for link in links:
        if link.source == Source.REVISION and (revision := revisions.get(link.row)):
            found.append(_of_revision(link, revision, cut))
        elif link.source == Source.ENTRY and (entry := entries.get(link.row)):
            found.append(_of_entry(link, entry, cut))
    return found


def _rows(links: Iterable[Link], source: Source) -> list[int]:
    return [link.row for link in links if link.source == source]


def _named(links: Sequence[Link], source: Source) -> dict[str, Any]:
    """By id, within the months that they lie in."""
    moments = [link.at for link in links if link.source == source]
    if not moments:
        return {"id__in": []}
    return {"id__in": _rows(links, source), "at__range": (min(moments), max(moments))}


def _cutter(actor: Actor) -> Callable[[str], Cut | None]:
    known: dict[str, Cut] = {}

    def cut_of(name: str) -> Cut | None:
        if name in CUTS and name not in known:
            known[name] = CUTS[name](actor)
        return known.get(name)

    return cut_of


def _of_revision(link: Link, row: Revision, cut_of: Callable[[str], Cut | None]) -> Record:
    cut = cut_of(row.table_name)
    image = cut(row.before) if cut and row.before is not None else row.before
    return Record(
        link.position, row.at, link.get_source_display(), row.pk, link.actor, link.behalf, WRITES[row.op],
        row.table_name, row.row_key, row.reason, row.request, row.change_set, image, {},
    )  # fmt: skip


def _of_entry(link: Link, row: Entry, cut_of: Callable[[str], Cut | None]) -> Record:
    cut = cut_of(row.action)
    detail = cut(row.detail) if cut else row.detail
    return Record(
        link.position, row.at, link.get_source_display(), row.pk, link.actor, link.behalf, row.action,
        row.subject_type, row.subject, row.reason, row.request, "", None, detail,
    )  # fmt: skip


def _differences(record: Record, actor: Actor) -> list[Difference]:
    if record.source != Source.REVISION.label:
        return []
    cut = _cutter(actor)(record.subject_type)
    after = after_of(Revision.objects.get(id=record.row, at=record.at)) or {}
    after, before = (cut(after) if cut else after), record.image or {}
    return [
        Difference(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
