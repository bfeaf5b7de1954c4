"""Filters whose counts say what a click would find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Count as Number
from django.db.models import Model, Q, QuerySet

from foundation.core.actors import Actor
from workspace.queries.shown import Facet, FacetOption

M = TypeVar("M", bound=Model)
Rows = QuerySet[Any]  # of any model
Narrow = Callable[[Rows, Sequence[str]], Rows]
# The rows at hand to (value, label, count) in the order to be shown.
Count = Callable[[Rows], Iterable[tuple[str, str, int]]]


# What some rows have in common, by name, and under "rows" how many they are.
Cell = Mapping[str, Any]
Cells = Callable[[Rows], Iterable[Cell]]


@dataclass(frozen=True)
class Filter:
    """One facet: how chosen values narrow the rows, and how rows are counted by value.

    Either `count` asks for it, or `of` reads off a cell which of the `options` its rows have.
    """

    name: str
    label: str
    narrow: Narrow
    count: Count | None = None
    of: Callable[[Cell], Collection[str]] | None = None
    options: Sequence[tuple[str, str]] = ()
    is_deep: bool = False  # a choice leads to others below it


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for: words, values per facet, its order, and where to go on."""

    q: str = ""
    values: Mapping[str, Sequence[str]] | None = None
    cursor: str = ""
    sort: str = ""

    def of(self, name: str) -> Sequence[str]:
        """The values chosen in a facet; of one whose name ends with a dot, `rest:value` of all that begin with it."""
        values = self.values or {}
        if not name.endswith("."):
            return values.get(name, ())
        return [f"{one.removeprefix(name)}:{value}" for one in values if one.startswith(name) for value in values[one]]

    @property
    def is_filtered(self) -> bool:
        return bool(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """As parameters of an address, without where to go on."""
        chosen = [(name, value) for name, values in (self.values or {}).items() for value in values]
        return [("q", self.q), *chosen] if self.q else chosen


def wanted_of(given: Mapping[str, Sequence[str]], filters: Iterable[Filter]) -> Wanted:
    """What a query string asks for, as the filters understand it."""
    values = chosen_of(given, [one.name for one in filters])
    return Wanted((list(given.get("q", ())) or [""])[-1].strip(), values)


def chosen_of(given: Mapping[str, Sequence[str]], names: Iterable[str]) -> dict[str, Sequence[str]]:
    """The parameters of these names, and those that begin with one that ends with a dot."""
    wanted = set(names)
    starts = tuple(name for name in wanted if name.endswith("."))
    return {name: values for name, values in given.items() if name in wanted or (starts and name.startswith(starts))}


def narrowed(rows: Rows, filters: Iterable[Filter], wanted: Wanted, *, but: str = "") -> Rows:
    """The rows after every filter that is in use, leaving one out on request."""
    for one in filters:
        if one.name != but and wanted.of(one.name):
            rows = one.narrow(rows, wanted.of(one.name))
    return rows


def counted(
    rows: Rows, filters: Sequence[Filter], wanted: Wanted, cells: Cells | None = None
) -> tuple[int, list[Facet]]:
    """How many rows are left, and each facet counted under all the others, so that a second choice in it adds.

    All facets that are read off cells share one query, which gives the total too; each other facet asks one of its own.
    """
    read, asked = [one for one in filters if one.of], [one for one in filters if one.count]
    base = narrowed(rows, asked, wanted)
    grouped = list(cells(base)) if cells else []
    total = sum(cell["rows"] for cell in grouped if _fits(cell, read, wanted)) if cells else base.order_by().count()
    found = []
    for one in filters:
        chosen = wanted.of(one.name)
        if one.count:
            values = one.count(narrowed(rows, filters, wanted, but=one.name))
        else:
            values = _read_off(grouped, one, [other for other in read if other is not one], wanted)
        options = [FacetOption(label, value, count, value in chosen) for value, label, count in values]
        found.append(Facet(one.label, one.name, options, is_deep=one.is_deep))
    return total, found


def _read_off(
    cells: Iterable[Cell], one: Filter, others: Sequence[Filter], wanted: Wanted
) -> Iterable[tuple[str, str, int]]:
    counts: Counter[str] = Counter()
    for cell in cells:
        if one.of and _fits(cell, others, wanted):
            counts.update(dict.fromkeys(one.of(cell), cell["rows"]))
    return [(value, label, counts[value]) for value, label in one.options]


def _fits(cell: Cell, filters: Iterable[Filter], wanted: Wanted) -> bool:
    return all(
        not set(chosen).isdisjoint(one.of(cell)) for one in filters if one.of and (chosen := wanted.of(one.name))
    )


def seen_now(page: list[M], visible: QuerySet[M], actor: Actor) -> list[M]:
    """Of a page that was found by derived entries, what the actor may see this very moment."""
    if not any(one.limits for one in actor.reaches):
        return page
    seen = set(visible.filter(pk__in=[one.pk for one in page]).values_list("pk", flat=True))
    return [one for one in page if one.pk in seen]


def any_of(conditions: Iterable[Any]) -> Any:
    """Those joined by "or"; none of them lets nothing pass."""
    return reduce(or_, conditions, Q(pk__in=[]))


def conditions(name: str, title: str, tests: Mapping[str, Any], labels: Mapping[str, str]) -> Filter:
    """A facet whose values are conditions. One query counts them all."""

    def narrow(rows: Rows, values: Sequence[str]) -> Rows:
        return rows.filter(any_of(tests[value] for value in values if value in tests))

    def count(rows: Rows) -> Iterable[tuple[str, str, int]]:
        numbers = {f"of_{value}": Number("pk", filter=Q(test)) for value, test in tests.items()}
        counts = rows.order_by().aggregate(**numbers)
        return [(value, labels[value], counts[f"of_{value}"]) for value in tests]

    return Filter(name, title, narrow, count)
