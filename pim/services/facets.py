"""Keeping what products are filtered by as truth has it. Set-based; called for dirty models."""

from __future__ import annotations

from django.db import connection

# What a product is heard to say: of each language the nearest one that says it for all silences everybody above; a
# market's own is heard from the nearest that has it. So it is in every scope (`pim.resolution`).
HEARD = """
these AS MATERIALIZED (  -- else the planner reads all products for the sake of their order
    SELECT id, root_id, parent_id, level, family_id FROM pim_product WHERE root_id = ANY(%(roots)s)
), line AS (
    SELECT p.id AS product_id, p.root_id, owner.id AS owner_id, owner.distance
      FROM these p LEFT JOIN these above ON above.id = p.parent_id
     CROSS JOIN LATERAL (VALUES (p.id, 0), (p.parent_id, 1), (above.parent_id, 2)) AS owner(id, distance)
     WHERE owner.id IS NOT NULL
), said AS (
    SELECT line.product_id, line.root_id, line.distance, a.code, a.type, m.code AS market, c.locale, e.value,
           min(line.distance) FILTER (WHERE m.code IS NULL) OVER (PARTITION BY line.product_id, a.id, c.locale) AS deaf,
           min(line.distance) OVER (PARTITION BY line.product_id, a.id, c.locale, c.market_id) AS nearest
      FROM line
      JOIN pim_productvalues v ON v.product_id = line.owner_id
      JOIN markets_cell c ON c.id = v.cell_id
      LEFT JOIN markets_market m ON m.id = c.market_id
     CROSS JOIN LATERAL jsonb_each(v.computed || v.vals) AS e(code, value)
      JOIN pim_attribute a ON a.code = e.code
), heard AS (SELECT * FROM said WHERE distance = nearest AND distance <= coalesce(deaf, distance))
"""
# Beside its values: in which languages there is one (`@`), and of what the family has that there is none for all (`!`).
REFRESH = f"""
WITH {HEARD}, numbered AS (
    SELECT product_id, root_id, pim_facet(code, market, k.key, k.is_counted) AS facet
      FROM heard CROSS JOIN LATERAL pim_facet_keys(type, value) AS k
    UNION
    SELECT product_id, root_id, pim_facet(code, market, '@' || locale, false) FROM heard
    UNION
    SELECT p.id, p.root_id, pim_facet(a.code, NULL, '!', false)
      FROM these p
      JOIN pim_familyattribute fa ON fa.family_id = p.family_id AND fa.is_active AND fa.level <= p.level
      JOIN pim_attribute a ON a.id = fa.attribute_id
     WHERE NOT EXISTS (SELECT 1 FROM heard WHERE heard.product_id = p.id AND heard.code = a.code AND market IS NULL)
), told AS (
    SELECT p.id AS product_id, p.root_id, array_remove(array_agg(n.facet ORDER BY n.facet), NULL) AS facets
      FROM these p LEFT JOIN numbered n ON n.product_id = p.id GROUP BY p.id, p.root_id
), before AS (
    SELECT product_id, root_id, facets FROM pim_productfacets
     WHERE root_id = ANY(%(roots)s) ORDER BY product_id FOR UPDATE
), gone AS (
    DELETE FROM pim_productfacets f WHERE f.root_id = ANY(%(roots)s)
       AND f.product_id NOT IN (SELECT product_id FROM told)
), put AS (
    INSERT INTO pim_productfacets AS f (product_id, root_id, facets) SELECT product_id, root_id, facets FROM told
    ON CONFLICT (product_id) DO UPDATE SET root_id = excluded.root_id, facets = excluded.facets
     WHERE (f.root_id, f.facets) IS DISTINCT FROM (excluded.root_id, excluded.facets)
), counted AS (
    SELECT facet, count(*) AS products, count(DISTINCT root_id) AS trees, 1 AS sign
      FROM told CROSS JOIN LATERAL unnest(facets) AS facet WHERE facet & 1 = 1 GROUP BY facet
    UNION ALL
    SELECT facet, count(*), count(DISTINCT root_id), -1
      FROM before CROSS JOIN LATERAL unnest(facets) AS facet WHERE facet & 1 = 1 GROUP BY facet
), moved AS (
    SELECT facet, sum(sign * products)::int AS products, sum(sign * trees)::int AS trees FROM counted GROUP BY facet
    HAVING sum(sign * products) <> 0 OR sum(sign * trees) <> 0
)
INSERT INTO pim_facetcount AS c (facet, products, trees) SELECT facet, products, trees FROM moved ORDER BY facet
ON CONFLICT (facet) DO UPDATE SET products = c.products + excluded.products, trees = c.trees + excluded.trees
"""  # noqa: S608  constants
UNITS = """
INSERT INTO pim_unitinuse (attribute, unit)
SELECT DISTINCT a.code, v.vals -> a.code ->> 'unit'
  FROM pim_product p JOIN pim_productvalues v ON v.product_id = p.id
  JOIN pim_attribute a ON a.type = 'measurement' AND v.vals -> a.code ? 'unit'
 WHERE p.root_id = ANY(%(roots)s) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
RECOUNT = """
WITH counted AS (
    SELECT facet, count(*)::int AS products, count(DISTINCT root_id)::int AS trees
      FROM pim_productfacets CROSS JOIN LATERAL unnest(facets) AS facet WHERE facet & 1 = 1 GROUP BY facet
), gone AS (
    DELETE FROM pim_facetcount c WHERE NOT EXISTS (SELECT 1 FROM counted WHERE counted.facet = c.facet)
)
INSERT INTO pim_facetcount AS c (facet, products, trees) SELECT facet, products, trees FROM counted
ON CONFLICT (facet) DO UPDATE SET products = excluded.products, trees = excluded.trees
 WHERE (c.products, c.trees) <> (excluded.products, excluded.trees)
"""


def refresh_facets(root_ids: list[int]) -> None:
    """Bring the facets of the models and all below them up to date, and the counts by what has changed."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, {"roots": root_ids})
        cursor.execute(UNITS, {"roots": root_ids})
        cursor.execute("DELETE FROM pim_facetcount WHERE products = 0 AND trees = 0")


def recount_facets(_: list[int]) -> None:
    """Count all facets anew. In everyday life `refresh_facets` keeps the counts."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE pim_facetcount IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(RECOUNT)


def all_facets() -> list[int]:
    """The one subject of the counts."""
    return [0]
