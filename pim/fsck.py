"""Invariants of pim. Each yields a sentence for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import F, Q

from foundation.archive.registry import fsck_check
from foundation.core import moment
from pim.models import Attribute, Completeness, CompletenessDay, Family, Product
from pim.queries.completeness import COLUMNS, compute
from pim.queries.summaries import wrong_summaries
from pim.services.vocabulary_options import behind, vocabulary_of

SHOWN = 20
ITEMS = """
SELECT w.title FROM workflow_workitem w JOIN pim_product p ON p.uid = w.subject
  LEFT JOIN pim_classification k ON k.product_id = p.root_id AND k.is_primary
 WHERE w.subject_type = 'product' AND w.category_id IS DISTINCT FROM k.category_id ORDER BY w.id LIMIT %s
"""
BATCH = 500

MASKS = """
SELECT p.sku, v.cell_id FROM pim_productvalues v JOIN pim_product p ON p.id = v.product_id
 WHERE v.filled IS DISTINCT FROM pim_filled(v.product_id, v.vals, v.computed) ORDER BY p.sku LIMIT %s
"""
# An identifier without its value, or a value without its identifier; former SKUs have none.
IDENTIFIERS = """
WITH said AS (
    SELECT v.product_id, coalesce(a.validation ->> 'scheme', a.code) AS scheme, v.vals ->> a.code AS value
      FROM pim_productvalues v JOIN pim_attribute a ON a.is_unique AND v.vals ? a.code
), kept AS (SELECT product_id, scheme, value FROM pim_identifier WHERE scheme <> 'sku')
SELECT p.sku, x.scheme, x.value, x.what FROM (
    (SELECT *, 'is a value without an identifier' AS what FROM (SELECT * FROM said EXCEPT SELECT * FROM kept) a)
    UNION ALL
    (SELECT *, 'is an identifier without a value' FROM (SELECT * FROM kept EXCEPT SELECT * FROM said) b)
) x JOIN pim_product p ON p.id = x.product_id ORDER BY 1, 2, 3 LIMIT %s
"""
# Where only a model may lie, and the one primary category is that of the hierarchy.
SHELVES = """
SELECT p.sku, t.code || '/' || c.code FROM pim_classification k JOIN pim_product p ON p.id = k.product_id
  JOIN taxonomy_category c ON c.id = k.category_id JOIN taxonomy_tree t ON t.id = c.tree_id
 WHERE p.parent_id IS NOT NULL OR k.is_primary <> (t.kind = 'hierarchy') ORDER BY 1, 2 LIMIT %s
"""
# A record that a product names is noted, and nothing else is.
NAMED = """
WITH said AS (
    SELECT DISTINCT r.id AS record_id, v.product_id FROM pim_productvalues v
      JOIN pim_attribute a ON a.type = 'record' AND v.vals ? a.code
      LEFT JOIN pim_recordtype t ON t.code = a.validation ->> 'record_type'
      LEFT JOIN pim_record r ON r.record_type_id = t.id AND r.code = v.vals ->> a.code
), kept AS (SELECT record_id, product_id FROM pim_recorduse)
SELECT p.sku, x.what FROM (
    (SELECT *, 'names a record that is not noted, or that there is not' AS what
       FROM (SELECT * FROM said EXCEPT SELECT * FROM kept) a)
    UNION ALL
    (SELECT *, 'is noted to name a record that it does not' FROM (SELECT * FROM kept EXCEPT SELECT * FROM said) b)
) x JOIN pim_product p ON p.id = x.product_id ORDER BY 1, 2 LIMIT %s
"""
# What a type of relations does not admit, and two-way relations that both sides say.
RELATIONS = """
SELECT p.sku, o.sku, t.code FROM pim_relation r JOIN pim_relationtype t ON t.id = r.type_id
  JOIN pim_product p ON p.id = r.product_id JOIN pim_product o ON o.id = r.target_id
 WHERE t.has_quantity <> (r.quantity IS NOT NULL) OR (r.market_id IS NOT NULL AND NOT t.is_market_limitable)
    OR (t.is_two_way AND EXISTS (
        SELECT 1 FROM pim_relation b WHERE b.product_id = r.target_id AND b.target_id = r.product_id
           AND b.type_id = r.type_id AND b.market_id IS NOT DISTINCT FROM r.market_id))
 ORDER BY 1, 2, 3 LIMIT %s
"""
CIRCLES = """
WITH RECURSIVE made(product, part) AS (
    SELECT r.product_id, r.target_id FROM pim_relation r JOIN pim_relationtype t ON t.id = r.type_id AND t.has_quantity
    UNION
    SELECT m.product, r.target_id FROM made m JOIN pim_relation r ON r.product_id = m.part
      JOIN pim_relationtype t ON t.id = r.type_id AND t.has_quantity
) SELECT p.sku FROM made m JOIN pim_product p ON p.id = m.product WHERE m.part = m.product ORDER BY 1 LIMIT %s
"""
TREES = """
SELECT p.sku FROM pim_product p LEFT JOIN pim_product up ON up.id = p.parent_id
 WHERE (p.root_id, p.level, p.family_id) IS DISTINCT FROM
       (coalesce(up.root_id, p.id), coalesce(up.level + 1, 0), coalesce(up.family_id, p.family_id))
 ORDER BY p.sku LIMIT %s
"""


def register() -> None:
    fsck_check("completeness is what values say")(completeness_is_current)
    fsck_check("summaries are what completeness says")(summaries_are_current)
    fsck_check("days of completeness do not lie ahead")(days_are_past)
    fsck_check("masks are the keys of values")(masks_are_current)
    fsck_check("identifiers are the values")(identifiers_are_values)
    fsck_check("models lie in categories, and one is primary")(shelves_are_right)
    fsck_check("work items lie where their products lie")(items_follow_products)
    fsck_check("records that products name are there")(records_are_named)
    fsck_check("relations are as their types admit")(relations_are_admitted)
    fsck_check("no product is made of itself")(parts_end_somewhere)
    fsck_check("products stand below their models")(trees_are_whole)
    fsck_check("options that are terms say what they say")(options_are_terms)


def completeness_is_current() -> Iterator[str]:
    """Against a fresh computation, a batch of models at a time."""
    roots = list(Product.objects.roots().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(roots), BATCH):
        batch = roots[start : start + BATCH]
        kept = set(Completeness.objects.filter(root_id__in=batch).values_list(*COLUMNS))
        for row in sorted(kept ^ compute(batch))[:SHOWN]:
            yield f"completeness of product {row[0]} in scope {row[2]} is not {row[4]} of {row[3]}"
    strays = Completeness.objects.exclude(root_id__in=Product.objects.roots().values("pk"))
    for row in strays[:SHOWN]:
        yield f"completeness of product {row.product_id}, which does not exist"


def summaries_are_current() -> Iterator[str]:
    """Against counting anew, a family at a time."""
    for family in Family.objects.order_by("pk"):
        for line in wrong_summaries(family.pk)[:SHOWN]:
            yield f"{line} of {family.code}"


def days_are_past() -> Iterator[str]:
    """A day that has not come, or counts that cannot be."""
    wrong = Q(day__gt=moment.now().date()) | Q(complete__gt=F("products")) | Q(filled__gt=F("required"))
    for row in CompletenessDay.objects.filter(wrong)[:SHOWN]:
        yield f"the day of completeness {row} cannot be"


def masks_are_current() -> Iterator[str]:
    for sku, cell in _rows(MASKS):
        yield f"the mask of {sku} in cell {cell} is not that of its values"


def identifiers_are_values() -> Iterator[str]:
    for sku, scheme, value, what in _rows(IDENTIFIERS):
        yield f"{scheme} {value} of {sku} {what}"


def shelves_are_right() -> Iterator[str]:
    for sku, category in _rows(SHELVES):
        yield f"{sku} lies in {category} as it may not"


def items_follow_products() -> Iterator[str]:
    for (title,) in _rows(ITEMS):
        yield f"work item {title!r} lies in another category than its product"


def records_are_named() -> Iterator[str]:
    for sku, what in _rows(NAMED):
        yield f"{sku} {what}"


def relations_are_admitted() -> Iterator[str]:
    for sku, other, kind in _rows(RELATIONS):
        yield f"{sku} is related to {other} as the type {kind} does not admit"


def parts_end_somewhere() -> Iterator[str]:
    for (sku,) in _rows(CIRCLES):
        yield f"{sku} is made of itself"


def trees_are_whole() -> Iterator[str]:
    for (sku,) in _rows(TREES):
        yield f"{sku} has another root, level or family than its parent says"


def _rows(statement: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [SHOWN])
        rows: list[tuple[str, ...]] = cursor.fetchall()
        return rows


def options_are_terms() -> Iterator[str]:
    for attribute in Attribute.objects.filter(validation__has_key="vocabulary").order_by("code"):
        new, changed = behind(attribute)
        for option in [*new, *changed][:SHOWN]:
            yield f"{attribute.code}/{option.code} does not say what the term of {vocabulary_of(attribute)} says"
