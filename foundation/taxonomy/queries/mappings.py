"""What our categories are in schemas of others: by themselves, or by the nearest one above that says it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection

from foundation.taxonomy.models import Category, CategoryMapping, ExternalSchema, Tree

COVERAGE = """
WITH own AS (
    SELECT c.line[array_length(c.line, 1)] AS key FROM taxonomy_categorymapping m
      JOIN taxonomy_category c ON c.id = m.category_id JOIN taxonomy_externalnode n ON n.id = m.node_id
     WHERE m.schema_id = %s AND c.tree_id = %s AND n.removed_in_id IS NULL
)
SELECT count(*), count(*) FILTER (WHERE own.key IS NOT NULL),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM unnest(c.line) k JOIN own o ON o.key = k))
  FROM taxonomy_category c LEFT JOIN own ON own.key = c.line[array_length(c.line, 1)]
 WHERE c.tree_id = %s AND NOT c.is_retired
"""


@dataclass(frozen=True)
class Mapped:
    """What holds for a category, and whose word it is."""

    mapping: CategoryMapping
    is_own: bool


@dataclass(frozen=True)
class Coverage:
    """Of a tree's categories in use: how many there are, say it themselves, or have it said from above."""

    categories: int
    own: int
    mapped: int


def mappings_of(categories: Iterable[Category], schema: ExternalSchema) -> dict[str, Mapped]:
    """By key: the word of each category, or of the nearest above it; none where nobody says anything. One query."""
    rows = list(categories)
    said = _said({key for one in rows for key in one.line}, schema)
    found = {}
    for one in rows:
        nearest = next((key for key in reversed(one.line) if key in said), None)
        if nearest is not None:
            found[one.key] = Mapped(said[nearest], nearest == one.key)
    return found


def mapping_of(category: Category) -> dict[str, Mapped]:
    """By the schema's code: what holds for a category in each."""
    rows = CategoryMapping.objects.filter(category__line__overlap=category.line).select_related(*JOINED)
    above = [row for row in rows if row.category.key in category.line]
    above.sort(key=lambda row: len(row.category.line))
    return {row.schema.code: Mapped(row, row.category_id == category.pk) for row in above}


def mappings_onto_removed(schema: ExternalSchema) -> list[CategoryMapping]:
    """Those whose node the latest version has no more, which somebody has to mend."""
    rows = CategoryMapping.objects.filter(schema=schema, node__removed_in__isnull=False).select_related(*JOINED)
    return list(rows.order_by("category__line"))


def coverage_of(tree: Tree, schema: ExternalSchema) -> Coverage:
    """How much of a tree is mapped."""
    with connection.cursor() as cursor:
        cursor.execute(COVERAGE, [schema.pk, tree.pk, tree.pk])
        return Coverage(*cursor.fetchone())


JOINED = ("category__tree", "schema", "node")


def _said(keys: Collection[str], schema: ExternalSchema) -> dict[str, CategoryMapping]:
    codes = {key.partition("/")[2] for key in keys}
    rows = CategoryMapping.objects.filter(schema=schema, category__code__in=codes).select_related(*JOINED)
    return {row.category.key: row for row in rows if row.category.key in keys}
