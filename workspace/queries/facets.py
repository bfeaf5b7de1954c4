"""Filters whose counts say what a click would find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count as Number
from django.db.models import Q, QuerySet

from workspace.queries.shown import Facet, FacetOption

Rows = QuerySet[Any]  # of any model
Narrow = Callable[[Rows, Sequence[str]], Rows]
# The rows at hand to (value, label, count) in the order to be shown.
Count = Callable[[Rows], Iterable[tuple[str, str, int]]]


@dataclass(frozen=True)
class Filter:
    """One facet: how chosen values narrow the rows, and how the rows are counted by value."""

    name: str
    label: str
    narrow: Narrow
    count: Count


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for: words, values per facet, and where to go on."""

    q: str = ""
    values: Mapping[str, Sequence[str]] | None = None
    cursor: str = ""

    def of(self, name: str) -> Sequence[str]:
        return (self.values or {}).get(name, ())

    @property
    def is_filtered(self) -> bool:
        return bool(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """As parameters of an address, without where to go on."""
        chosen = [(name, value) for name, values in (self.values or {}).items() for value in values]
        return [("q", self.q), *chosen] if self.q else chosen


def narrowed(rows: Rows, filters: Iterable[Filter], wanted: Wanted, *, but: str = "") -> Rows:
    """The rows after every filter that is in use, leaving one out on request."""
    for one in filters:
        if one.name != but and wanted.of(one.name):
            rows = one.narrow(rows, wanted.of(one.name))
    return rows


def facets(rows: Rows, filters: Sequence[Filter], wanted: Wanted) -> list[Facet]:
    """Each facet counted under all the others, so that a second choice in it adds. One query a facet."""
    found = []
    for one in filters:
        chosen = wanted.of(one.name)
        counted = one.count(narrowed(rows, filters, wanted, but=one.name))
        options = [FacetOption(label, value, count, value in chosen) for value, label, count in counted]
        found.append(Facet(one.label, one.name, options))
    return found


def conditions(name: str, title: str, tests: Mapping[str, Any], labels: Mapping[str, str]) -> Filter:
    """A facet whose values are conditions. One query counts them all."""

    def narrow(rows: Rows, values: Sequence[str]) -> Rows:
        chosen = Q(pk__in=[])
        for value in values:
            chosen |= Q(tests[value]) if value in tests else Q(pk__in=[])
        return rows.filter(chosen)

    def count(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = rows.order_by().aggregate(**{value: Number("pk", filter=Q(test)) for value, test in tests.items()})
        return [(value, labels[value], counts[value]) for value in tests]

    return Filter(name, title, narrow, count)
