"""A product's past in words: change sets, two moments side by side, what a restore would do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from foundation.core.actors import Actor
from pim.choices import SKU
from pim.models import Attribute, Product, RelationType
from pim.queries.facts import CATEGORY, OF_VALUES, OVERRIDE, PLACEMENT, RELATION, VALUE, Fact, FactChange
from pim.queries.history import TEXTS, ChangeSet, compare_product, product_history
from pim.services.restoring import Restoration
from pim.wording import Span, mark_words
from workspace.queries.options import OptionWords, words_of
from workspace.queries.shown import LOCALE
from workspace.queries.words import in_words, person, phrase

SPELT = 6
PAGE = 30


@dataclass(frozen=True)
class ShownChange:
    """One fact before and after; of a text that was rewritten the spans, word by word."""

    path: str
    label: str
    place: str
    before: str
    after: str
    spans: Sequence[Span] = ()
    problem: str = ""


@dataclass(frozen=True)
class ShownSet:
    """A change set as an entry of the story; `rest` are the changes that are folded away."""

    id: int
    at: datetime
    actor: str
    behalf: str
    reason: str
    request: str
    changes: list[ShownChange]
    rest: list[ShownChange] = field(default_factory=list)


@dataclass(frozen=True)
class HistoryView:
    entries: list[ShownSet]
    next_cursor: str
    codes: set[str]


@dataclass(frozen=True)
class ComparisonView:
    start: ShownSet | None
    end: ShownSet | None
    changes: list[ShownChange]
    codes: set[str]


@dataclass(frozen=True)
class RestoreView:
    to: ShownSet
    version: int
    latest: int
    changes: list[ShownChange]
    refused: list[ShownChange]
    undone: list[ShownSet]


def history_view(product: Product, *, actor: Actor, cursor: str = "", attribute: str = "") -> HistoryView:
    """A page of the story, newest first."""
    found = product_history(product, actor=actor, cursor=cursor, limit=PAGE, attribute=attribute)
    changes = [change for one in found.change_sets for change in one.changes]
    speaker = Speaker(changes)
    return HistoryView([speaker.entry(one) for one in found.change_sets], found.next_cursor, speaker.codes)


def comparison_view(product: Product, *, start: str, end: str, actor: Actor) -> ComparisonView:
    """Two moments and what differs between them."""
    found = compare_product(product, start=start, end=end, actor=actor)
    speaker = Speaker(found.differences)
    first, last = (Speaker([]).entry(one, with_changes=False) if one else None for one in (found.start, found.end))
    return ComparisonView(
        first, last, [speaker.change(one, with_spans=True) for one in found.differences], speaker.codes
    )


def restore_view(found: Restoration) -> RestoreView:
    """What a restore would do, in words."""
    refused = [one.change for one in found.refused]
    undone = [change for one in found.undone for change in one.changes]
    speaker = Speaker([*found.changes, *refused, *undone])
    return RestoreView(
        speaker.entry(found.to, with_changes=False),
        found.version,
        found.latest,
        [speaker.change(one, with_spans=True) for one in found.changes],
        [speaker.change(one.change, problem=one.problem.detail) for one in found.refused],
        [speaker.entry(one) for one in found.undone],
    )


class Speaker:
    """Puts facts into words; what the words need is read once, for all of them."""

    def __init__(self, changes: Iterable[FactChange]) -> None:
        changes = list(changes)
        told = [one for one in changes if one.fact.kind in OF_VALUES]
        is_related = any(one.fact.kind == RELATION for one in changes)
        self.types = {one.code: one.label(LOCALE) for one in RelationType.objects.all()} if is_related else {}
        self.codes = {one.fact.name for one in told}
        self.attributes = {one.code: one for one in Attribute.objects.filter(code__in=self.codes)} if told else {}
        values = [one for one in told if one.fact.kind == VALUE]
        self.options: OptionWords = words_of(
            [(self.attributes[one.fact.name], said) for one in values for said in (one.before, one.after)], LOCALE
        )

    def entry(self, told: ChangeSet, *, with_changes: bool = True) -> ShownSet:
        changes = [self.change(one) for one in told.changes] if with_changes else []
        behalf = person(told.behalf) if told.behalf else ""
        return ShownSet(
            told.id, told.at, person(told.actor), behalf, told.reason, told.request, changes[:SPELT], changes[SPELT:]
        )

    def change(self, one: FactChange, *, with_spans: bool = False, problem: str = "") -> ShownChange:
        fact = one.fact
        before, after = self._say(fact, one.before), self._say(fact, one.after)
        is_text = fact.kind == VALUE and self.attributes[fact.name].type in TEXTS
        spans = mark_words(before, after) if with_spans and is_text and before and after else []
        return ShownChange(fact.path, self._label(fact), _place(fact), before, after, spans, problem)

    def _label(self, fact: Fact) -> str:
        if fact.kind == VALUE:
            return self.attributes[fact.name].label(LOCALE)
        if fact.kind == OVERRIDE:
            return f"Why {self.attributes[fact.name].label(LOCALE)} differs"
        if fact.kind == PLACEMENT:
            return f"Offered on {fact.name}"
        if fact.kind == CATEGORY:
            return f"Category {fact.name}"
        if fact.kind == RELATION:
            kind, _, sku = fact.name.partition("/")
            return f"{self.types.get(kind, kind)}: {sku}"
        return "SKU" if fact.name == SKU else phrase(fact.name)

    def _say(self, fact: Fact, said: Any) -> str:
        if said is None:
            return ""
        if fact.kind == VALUE:
            return in_words(self.attributes[fact.name], said, self.options).whole
        if fact.kind == OVERRIDE:
            ends = said["expires_at"]
            return str(said["reason"]) + (f", until {datetime.fromisoformat(ends):%-d %B %Y}" if ends else "")
        if fact.kind == PLACEMENT:
            return f"{said['state']}: {said['reason']}" if said["reason"] else str(said["state"])
        if fact.kind == RELATION:
            amount = f"{said['quantity']:,} ×, " if said["quantity"] else ""
            return f"{amount}place {said['position'] + 1}"
        return "in it" if fact.kind == CATEGORY else str(said)


def _place(fact: Fact) -> str:
    return ", ".join(one for one in (fact.market, fact.locale.strip("*")) if one)
