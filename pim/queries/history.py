"""A product's past: its change sets, what it was at a moment, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from foundation.core.actors import Actor, parties
from foundation.core.errors import Invalid, Missing
from foundation.core.pages import decode_cursor, encode_cursor
from foundation.history.models import Revision
from foundation.history.queries import Row, Writing, gone_rows, images_at, newest_revision, writings_of
from pim.choices import AttributeType
from pim.models import Attribute, Product
from pim.queries.facts import OF_PRODUCT, OF_VALUES, VALUE, FactChange, Facts, Reader, differences
from pim.wording import Span, mark_words

NOW, START = "now", "start"
BEFORE_ALL, AFTER_ALL = 0, 2**62  # revisions
MAX_DIGITS = 18
TEXTS = (AttributeType.TEXT, AttributeType.RICH_TEXT)


@dataclass(frozen=True)
class ChangeSet:
    """What one transaction changed of a product, as far as the reader may know. Its id is a moment: just after it."""

    id: int
    at: datetime
    actor: str
    behalf: str
    reason: str
    request: str
    change_set: str
    changes: list[FactChange]


@dataclass(frozen=True)
class HistoryPage:
    change_sets: list[ChangeSet]
    next_cursor: str


@dataclass(frozen=True)
class Compared(FactChange):
    """A fact at two moments; of a text its spans, word by word."""

    spans: list[Span]


@dataclass(frozen=True)
class Comparison:
    """Two moments (None: before everything, or now) and what differs."""

    start: ChangeSet | None
    end: ChangeSet | None
    differences: list[Compared]


class Past:
    """One product's history with the eyes of an actor."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self.product, self.reader = product, Reader(product, actor)

    @cached_property
    def rows(self) -> set[Row]:
        """Each row that says something of the product, or once did."""
        tables = {model._meta.db_table for model in OF_PRODUCT}
        rows = {(Product._meta.db_table, str(self.product.pk))} | gone_rows(tables, "product_id", self.product.pk)
        for model in OF_PRODUCT:
            keys = model._default_manager.filter(product=self.product).values_list("pk", flat=True)
            rows |= {(model._meta.db_table, str(key)) for key in keys}
        return rows

    def facts_at(self, number: int) -> Facts:
        """What was said of the product just after a revision, as far as the reader may know."""
        found: Facts = {}
        for (table, _), image in images_at(self.rows, number).items():
            found |= self.reader(table, image)
        return found

    def change_sets(self, below: int | None = None) -> Iterator[tuple[ChangeSet, int]]:
        """Newest first, those of which the reader may know nothing too, each with where it begins."""
        for writing in writings_of(self.rows, below=below):
            yield self._told(writing), writing.first

    def since(self, number: int) -> list[ChangeSet]:
        """The change sets after a moment, newest first."""
        found = []
        for told, _ in self.change_sets():
            if told.id <= number:
                break
            found.append(told)
        return [one for one in found if one.changes]

    def change_set(self, number: int, path: str) -> ChangeSet:
        """The one that a revision belongs to; raises `Missing` where the reader may know nothing of it."""
        known = Revision.objects.filter(pk=number).first()
        if known is not None and (known.table_name, known.row_key) in self.rows:
            newest = Revision.objects.filter(tx=known.tx).order_by("-pk").values_list("pk", flat=True)[0]
            for told, first in self.change_sets(below=newest + 1):
                if told.id < number:
                    break
                if first <= number and told.changes:
                    return told
        raise Missing(f"There is no such change of {self.product.sku}", path=path)

    def moment(self, name: str, path: str) -> ChangeSet | None:
        if name in (NOW, START):
            return None
        if not (name.isascii() and name.isdecimal() and len(name) <= MAX_DIGITS):
            raise Missing(f"There is no such change of {self.product.sku}", path=path)
        return self.change_set(int(name), path)

    def latest(self) -> int:
        """The newest revision of the product, whoever may know of it: what a preview was made after."""
        return newest_revision(self.rows)

    def _told(self, writing: Writing) -> ChangeSet:
        """Each fact once: as it was before the transaction, and after it. Its id is of what the reader may know, so
        that numbers do not tell of more.
        """
        before: Facts = {}
        after: Facts = {}
        newest = 0
        for number, table, old, new in reversed(writing.images):
            said, says = self.reader(table, old), self.reader(table, new)
            newest = number if said != says else newest
            for fact in said.keys() | says.keys():
                before.setdefault(fact, said.get(fact))
                after[fact] = says.get(fact)
        who = parties(writing.actor)
        return ChangeSet(
            newest or writing.id, writing.at, who.actor, who.behalf, writing.reason, writing.request,
            writing.change_set, differences(before, after),
        )  # fmt: skip


def product_history(
    product: Product, *, actor: Actor, cursor: str = "", limit: int = 50, attribute: str = ""
) -> HistoryPage:
    """The newest change sets first. One of which the actor may know nothing is left out."""
    below = _read_cursor(cursor)
    found: list[ChangeSet] = []
    for told, first in Past(product, actor).change_sets(below):
        if len(found) == limit:
            return HistoryPage(found, encode_cursor([below]))
        below, said = first, _only(told, attribute) if attribute else told
        if said.changes:
            found.append(said)
    return HistoryPage(found, "")


def compare_product(product: Product, *, start: str, end: str = NOW, actor: Actor) -> Comparison:
    """What differs between two moments: ids of change sets, `start` (before the first) or `now`."""
    past = Past(product, actor)
    first, last = past.moment(start, "from"), past.moment(end, "to")
    changes = differences(past.facts_at(_number(start, first)), past.facts_at(_number(end, last)))
    texts = _texts({one.fact.name for one in changes if one.fact.kind == VALUE})
    return Comparison(first, last, [_compared(one, texts) for one in changes])


def _number(name: str, told: ChangeSet | None) -> int:
    return told.id if told else BEFORE_ALL if name == START else AFTER_ALL


def _only(told: ChangeSet, attribute: str) -> ChangeSet:
    return replace(
        told, changes=[one for one in told.changes if one.fact.name == attribute and one.fact.kind in OF_VALUES]
    )


def _read_cursor(cursor: str) -> int | None:
    if not cursor:
        return None
    (below,) = decode_cursor(cursor, 1)
    if not isinstance(below, int):
        raise Invalid("The cursor is not one of ours; start again without it", path="cursor")
    return below


def _texts(codes: set[str]) -> set[str]:
    return set(Attribute.objects.filter(code__in=codes, type__in=TEXTS).values_list("code", flat=True))


def _compared(change: FactChange, texts: set[str]) -> Compared:
    is_text = change.fact.kind == VALUE and change.fact.name in texts and change.before and change.after
    spans = mark_words(change.before, change.after) if is_text else []
    return Compared(change.fact, change.before, change.after, spans)


def change_document(change: FactChange) -> Mapping[str, Any]:
    """A change as the API shows it."""
    fact = change.fact
    found = {"path": fact.path, "kind": fact.kind, "name": fact.name, "market": fact.market or None,
             "locale": fact.locale, "before": change.before, "after": change.after}  # fmt: skip
    if isinstance(change, Compared) and change.spans:
        found["words"] = [{"kind": span.kind, "text": span.text} for span in change.spans]
    return found


def change_set_document(told: ChangeSet) -> Mapping[str, Any]:
    """A change set as the API shows it."""
    return {**vars(told), "changes": [change_document(one) for one in told.changes]}
