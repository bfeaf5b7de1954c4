"""Finding trees and categories, and what is above and below them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from foundation.core.errors import Missing
from foundation.taxonomy.choices import TreeKind
from foundation.taxonomy.models import Category, CategoryQuerySet, Tree

MOST_WORDS = 8

# Each category's line as its parents tell it, beside the stored one.
LINES = """
WITH RECURSIVE told AS (
    SELECT c.id, ARRAY[t.code || '/' || c.code] AS line
      FROM taxonomy_category c JOIN taxonomy_tree t ON t.id = c.tree_id WHERE c.parent_id IS NULL
    UNION ALL
    SELECT c.id, told.line || (t.code || '/' || c.code)
      FROM told JOIN taxonomy_category c ON c.parent_id = told.id JOIN taxonomy_tree t ON t.id = c.tree_id
)
"""
WRONG = (
    LINES
    + """
SELECT t.code || '/' || c.code FROM taxonomy_category c JOIN taxonomy_tree t ON t.id = c.tree_id
  LEFT JOIN told ON told.id = c.id
 WHERE told.line IS DISTINCT FROM c.line ORDER BY 1 LIMIT %s
"""
)


def get_tree(code: str) -> Tree:
    """The tree of this code; raises `Missing`."""
    tree = Tree.objects.filter(code=code).first()
    if tree is None:
        raise Missing("There is no such tree", path="tree")
    return tree


def get_category(tree: Tree, code: str) -> Category:
    """The category of this code in the tree; raises `Missing`."""
    category = tree.categories.filter(code=code).first()
    if category is None:
        raise Missing("There is no such category", path="category")
    category.tree = tree
    return category


def find_category(key: str) -> Category:
    """The category of a key `tree/code`; raises `Missing`."""
    tree, _, code = key.partition("/")
    return get_category(get_tree(tree), code)


def holding_words(rows: CategoryQuerySet, text: str) -> CategoryQuerySet:
    """Those with every word in their code or in any of their names."""
    found = rows.annotate(names=Cast("labels", TextField()))
    for word in text.replace("\0", "").split()[:MOST_WORDS]:
        found = found.filter(Q(code__icontains=word) | Q(names__icontains=word))
    return found


def categories_by_key(keys: Collection[str]) -> dict[str, Category]:
    """Those that exist of the keys `tree/code`, with their trees."""
    wanted = [key for key in keys if "/" in key and "\0" not in key]
    if not wanted:
        return {}
    codes = {key.partition("/")[2] for key in wanted}
    rows = Category.objects.filter(line__overlap=wanted, code__in=codes).select_related("tree")
    return {row.key: row for row in rows if row.key in set(wanted)}


def line_of(key: str) -> frozenset[str]:
    """The keys of a category of the product hierarchy and of those above it; none where there is no such category."""
    found = categories_by_key([key]).get(key)
    return frozenset(found.line if found and found.tree.kind == TreeKind.HIERARCHY else ())


def in_branches(keys: Iterable[str]) -> CategoryQuerySet:
    """The categories of the branches that keys of a limit stand for."""
    return Category.objects.in_branches(frozenset(keys))


def wrong_lines(limit: int) -> list[str]:
    """Keys of categories whose line is not what their parents tell."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG, [limit])
        return [str(row[0]) for row in cursor.fetchall()]
