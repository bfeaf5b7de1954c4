"""Keeping the lines of categories as their parents tell them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import F, Func, IntegerField, Max, Value

from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.queries.trees import LINES

MOVE = "UPDATE taxonomy_category SET line = %s::text[] || line[%s:] WHERE line @> ARRAY[%s]"
REFRESH = (
    LINES
    + """
UPDATE taxonomy_category c SET line = told.line FROM told
 WHERE told.id = c.id AND c.tree_id = ANY(%s) AND c.line IS DISTINCT FROM told.line
"""
)


def move_lines(category: Category, *, above: list[str]) -> None:
    """Tell all of a category's branch that it hangs below this line now. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [above, category.depth, category.key])


def depth_below(category: Category) -> int:
    """How many levels its branch has, itself included."""
    length = Func(F("line"), Value(1), function="array_length", output_field=IntegerField())
    deepest = Category.objects.in_branches([category.key]).aggregate(deepest=Max(length))["deepest"]
    return int(deepest) - category.depth + 1


def refresh_lines(trees: list[int]) -> None:
    """Bring the lines of these trees up to date; what is right stays untouched."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, [trees])


def tree_ids() -> Iterable[int]:
    """Every tree, in order: the subjects of the projection."""
    return list(Tree.objects.order_by("pk").values_list("pk", flat=True))
