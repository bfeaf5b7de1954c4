"""Keeping completeness and the words of search as truth has them. Set-based; called for dirty models."""

from __future__ import annotations

from django.db import connection

from foundation.core import moment
from foundation.events.services import append_events
from pim import events
from pim.models import FirstCompletion, Product
from pim.queries.completeness import COLUMNS, COMPUTE
from pim.services.facets import refresh_facets
from pim.services.rules import refresh_findings

# Changed rows only are written; what no longer belongs is taken away. NOT IN is hashed, whatever is believed of the
# number of rows: of a table that has just been filled the planner believes nothing true.
REFRESH = f"""
WITH computed AS ({COMPUTE}),
gone AS (
    DELETE FROM pim_completeness c WHERE c.root_id = ANY(%(roots)s)
       AND (c.product_id, c.scope_id) NOT IN (SELECT n.product_id, n.scope_id FROM computed n)
)
INSERT INTO pim_completeness AS c ({", ".join(COLUMNS)})
SELECT {", ".join(COLUMNS)} FROM computed
ON CONFLICT (product_id, scope_id) DO UPDATE
   SET root_id = excluded.root_id, required = excluded.required, filled = excluded.filled,
       missing = excluded.missing, is_placed = excluded.is_placed,
       family_id = excluded.family_id, is_sellable = excluded.is_sellable
 WHERE (c.root_id, c.required, c.filled, c.missing, c.is_placed, c.family_id, c.is_sellable)
       IS DISTINCT FROM (excluded.root_id, excluded.required, excluded.filled, excluded.missing, excluded.is_placed,
                         excluded.family_id, excluded.is_sellable)
"""  # noqa: S608  constants

FIRST_TIME = """
INSERT INTO pim_firstcompletion (product_id, scope_id, at)
SELECT c.product_id, c.scope_id, %(at)s
  FROM pim_completeness c
  JOIN pim_product p ON p.id = c.product_id
 WHERE c.root_id = ANY(%(roots)s) AND c.filled = c.required AND c.is_sellable
 ORDER BY c.product_id, c.scope_id
ON CONFLICT (product_id, scope_id) DO NOTHING
RETURNING id
"""

ENTRY = ("family_id", "category_id", "markets", "offered", "placed", "incomplete", "words")
ENTER = rf"""
WITH told AS (
    SELECT p.id AS root_id, p.family_id,
           (SELECT k.category_id FROM pim_classification k WHERE k.product_id = p.id AND k.is_primary) AS category_id,
           coalesce((SELECT array_agg(DISTINCT m.code ORDER BY m.code)
                       FROM pim_product x JOIN pim_placement pl ON pl.product_id = x.id AND pl.state = 'placed'
                       JOIN markets_market m ON m.id = pl.market_id WHERE x.root_id = p.id), '{{}}') AS markets,
           coalesce((SELECT array_agg(DISTINCT s.id ORDER BY s.id)
                       FROM pim_product x JOIN pim_placement pl ON pl.product_id = x.id AND pl.state = 'placed'
                       JOIN markets_scope s ON s.channel_id = pl.channel_id AND s.market_id = pl.market_id
                      WHERE x.root_id = p.id), '{{}}') AS offered,
           coalesce(array_agg(DISTINCT c.scope_id ORDER BY c.scope_id)
                    FILTER (WHERE c.is_placed AND c.is_sellable), '{{}}') AS placed,
           coalesce(array_agg(DISTINCT c.scope_id ORDER BY c.scope_id)
                    FILTER (WHERE c.is_placed AND c.is_sellable AND c.filled < c.required), '{{}}') AS incomplete,
           coalesce((SELECT string_agg(DISTINCT word, ' ' ORDER BY word)
                       FROM pim_productsearch s, regexp_split_to_table(s.text, '\s+') AS word
                      WHERE s.root_id = p.id), '') AS words
      FROM pim_product p LEFT JOIN pim_completeness c ON c.root_id = p.id
     WHERE p.id = ANY(%(roots)s) AND p.parent_id IS NULL GROUP BY p.id
), gone AS (
    DELETE FROM pim_catalogueentry e
     WHERE e.root_id = ANY(%(roots)s) AND NOT EXISTS (SELECT 1 FROM told WHERE told.root_id = e.root_id)
)
INSERT INTO pim_catalogueentry AS e (root_id, {", ".join(ENTRY)})
SELECT root_id, {", ".join(ENTRY)} FROM told
ON CONFLICT (root_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in ENTRY)}
 WHERE ({", ".join(f"e.{name}" for name in ENTRY)})
       IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in ENTRY)})
"""  # noqa: S608  constants

# GTINs are found with and without their leading zeros; texts of markets and what is above public stay out. Records
# are found by all their words.
SEARCH = """
WITH words AS (
    SELECT p.id AS product_id, p.root_id,
           lower(concat_ws(' ', p.sku,
               (SELECT string_agg(i.value || ' ' || ltrim(i.value, '0'), ' ' ORDER BY i.scheme, i.value)
                  FROM pim_identifier i WHERE i.product_id = p.id AND i.scheme NOT IN (
                       SELECT coalesce(a.validation ->> 'scheme', a.code)
                         FROM pim_attribute a WHERE a.is_unique AND a.sensitivity <> 'public')),
               (SELECT string_agg(v.vals ->> a.code, ' ' ORDER BY v.cell_id, a.code)
                  FROM pim_productvalues v
                  JOIN markets_cell c ON c.id = v.cell_id AND c.market_id IS NULL
                  JOIN pim_attribute a ON a.type = 'text' AND a.sensitivity = 'public' AND v.vals ? a.code
                 WHERE v.product_id = p.id),
               (SELECT string_agg(pim_spoken(r.code, r.labels, r.synonyms), ' ' ORDER BY v.cell_id, a.code)
                  FROM pim_productvalues v
                  JOIN markets_cell c ON c.id = v.cell_id AND c.market_id IS NULL
                  JOIN pim_attribute a ON a.type = 'record' AND a.sensitivity = 'public' AND v.vals ? a.code
                  JOIN pim_recordtype t ON t.code = a.validation ->> 'record_type'
                  JOIN pim_record r ON r.record_type_id = t.id AND r.code = v.vals ->> a.code
                 WHERE v.product_id = p.id))) AS text
      FROM pim_product p WHERE p.root_id = ANY(%(roots)s)
),
gone AS (
    DELETE FROM pim_productsearch s WHERE s.root_id = ANY(%(roots)s)
       AND s.product_id NOT IN (SELECT w.product_id FROM words w)
)
INSERT INTO pim_productsearch AS s (product_id, root_id, text) SELECT product_id, root_id, text FROM words
ON CONFLICT (product_id) DO UPDATE SET root_id = excluded.root_id, text = excluded.text
 WHERE (s.root_id, s.text) IS DISTINCT FROM (excluded.root_id, excluded.text)
"""


# The database notes each use as it is written; what is said no more goes here.
USES = """
WITH said AS (
    SELECT DISTINCT r.id AS record_id, p.id AS product_id
      FROM pim_product p JOIN pim_productvalues v ON v.product_id = p.id
      JOIN pim_attribute a ON a.type = 'record' AND v.vals ? a.code
      JOIN pim_recordtype t ON t.code = a.validation ->> 'record_type'
      JOIN pim_record r ON r.record_type_id = t.id AND r.code = v.vals ->> a.code
     WHERE p.root_id = ANY(%(roots)s)
), gone AS (
    DELETE FROM pim_recorduse u USING pim_product p
     WHERE p.id = u.product_id AND p.root_id = ANY(%(roots)s)
       AND (u.record_id, u.product_id) NOT IN (SELECT record_id, product_id FROM said)
)
INSERT INTO pim_recorduse (record_id, product_id) SELECT record_id, product_id FROM said ON CONFLICT DO NOTHING
"""


def refresh_completeness(root_ids: list[int]) -> None:
    """Bring the models and all below them up to date, and note who was complete for the first time.

    What rules find of their values goes with it: both read the same.
    """
    refresh_findings(root_ids)
    with connection.cursor() as cursor:
        cursor.execute(USES, {"roots": root_ids})
        cursor.execute(REFRESH, {"roots": root_ids})
        cursor.execute(ENTER, {"roots": root_ids})
        cursor.execute(FIRST_TIME, {"roots": root_ids, "at": moment.now()})
        first = [int(row[0]) for row in cursor.fetchall()]
    facts = FirstCompletion.objects.filter(pk__in=first).select_related(
        "product", "scope__channel", "scope__market", "scope__locale"
    )
    append_events(
        events.PRODUCT_COMPLETED_FIRST,
        [(fact.product.uid, {"sku": fact.product.sku, "scope": str(fact.scope)}) for fact in facts.order_by("pk")],
    )


def refresh_search(root_ids: list[int]) -> None:
    """Bring what the models and all below them are found by up to date: words and facets, and what the list of
    products has of them.
    """
    refresh_facets(root_ids)
    with connection.cursor() as cursor:
        cursor.execute(SEARCH, {"roots": root_ids})
        cursor.execute(ENTER, {"roots": root_ids})


def root_ids() -> list[int]:
    """Every model and simple product, in order: the subjects of both projections."""
    return list(Product.objects.roots().order_by("pk").values_list("pk", flat=True))
