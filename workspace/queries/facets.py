"""Filters whose counts say what a click would find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

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


def wanted_of(given: Mapping[str, Sequence[str]], filters: Iterable[Filter]) -> Wanted:
    """What a query string asks for, as the filters understand it."""
    values = {one.name: given.get(one.name, ()) for one in filters}
    return Wanted((list(given.get("q", ())) or [""])[-1].strip(), values)


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
