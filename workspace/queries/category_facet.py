"""The product hierarchy as a facet: the way down to what is chosen, and what is right below it, each counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Count, Q

from foundation.taxonomy.choices import TreeKind
from foundation.taxonomy.models import Category
from foundation.taxonomy.queries import categories_by_key
from workspace.queries.facets import Filter, Rows, any_of
from workspace.queries.shown import LOCALE

NAME, UNCLASSIFIED = "category", "none"


def category_filter(chosen: Sequence[str]) -> Filter:
    """For rows that have a category. `chosen` are the values in use: the deepest of a way down counts."""
    found = categories_by_key(chosen)
    deepest = _deepest(found)

    def narrow(rows: Rows, values: Sequence[str]) -> Rows:
        wanted = _deepest(categories_by_key(values))
        branches = Category.objects.in_branches([one.key for one in wanted]).order_by().values("pk")
        tests = [Q(category__in=branches)] if wanted else []
        tests += [Q(category=None)] if UNCLASSIFIED in values else []
        return rows.filter(any_of(tests))

    def count(rows: Rows) -> Iterable[tuple[str, str, int]]:
        opened = deepest[0] if deepest else None
        depth = opened.depth if opened else 0
        counts = dict(rows.order_by().values_list(f"category__line__{depth}").annotate(number=Count("pk")))
        yield from _way_down(opened, rows)
        below = Category.objects.children_of(opened).filter(tree__kind=TreeKind.HIERARCHY)
        yield from ((one.key, one.label(LOCALE), counts[one.key]) for one in below if one.key in counts)
        if opened is None and counts.get(None):
            yield UNCLASSIFIED, "Not classified", counts[None]

    return Filter(NAME, "Category", narrow, count, is_deep=True)


def _way_down(opened: Category | None, rows: Rows) -> Iterable[tuple[str, str, int]]:
    if opened is None:
        return
    above = categories_by_key(opened.line)
    for key in opened.line:
        inside = Category.objects.in_branches([key]).order_by().values("pk")
        yield key, above[key].label(LOCALE), rows.filter(category__in=inside).count()


def _deepest(found: dict[str, Category]) -> list[Category]:
    """Those of which none of the others lies in the branch."""
    rows = list(found.values())
    return [one for one in rows if not any(one.key in other.line for other in rows if other is not one)]
