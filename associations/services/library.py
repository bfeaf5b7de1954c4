"""Keeping what the library is filtered by as truth has it. Set-based; called for dirty assets."""

from __future__ import annotations

from django.db import connection

from dam.models import Asset

COLUMNS = ("kind", "state", "is_bound", "is_proposed", "markets", "licences", "words", "shows")
REFRESH = f"""
WITH told AS (
    SELECT a.id AS asset_id, a.kind, a.state,
           coalesce(b.is_bound, false) AS is_bound, coalesce(b.is_proposed, false) AS is_proposed,
           CASE WHEN a.markets <> '{{}}' THEN a.markets
                WHEN b.is_bound IS NULL THEN '{{*}}'
                ELSE coalesce((
                    SELECT array_agg(DISTINCT m.code ORDER BY m.code)
                      FROM associations_binding b JOIN markets_cell c ON c.id = b.cell_id
                      JOIN pim_product p ON p.id = b.product_id JOIN pim_product x ON x.root_id = p.root_id
                      JOIN pim_placement pl ON pl.product_id = x.id AND pl.state = 'placed'
                       AND (c.market_id IS NULL OR c.market_id = pl.market_id)
                      JOIN markets_market m ON m.id = pl.market_id
                     WHERE b.asset_id = a.id AND b.status IN ('active', 'proposed')), '{{}}') END AS markets,
           coalesce((SELECT array_agg(al.licence_id ORDER BY al.licence_id) FROM dam_assetlicence al
                      WHERE al.asset_id = a.id), '{{}}') AS licences,
           lower(concat_ws(' ', a.title,
               (SELECT string_agg(v.filename, ' ' ORDER BY v.number) FROM dam_assetversion v WHERE v.asset_id = a.id),
               CASE WHEN jsonb_typeof(a.metadata -> 'keywords') = 'array' THEN
                    (SELECT string_agg(k, ' ') FROM jsonb_array_elements_text(a.metadata -> 'keywords') AS k) END
           )) AS words,
           coalesce(b.shows, '') AS shows
      FROM dam_asset a
      LEFT JOIN LATERAL (
           SELECT bool_or(b.status = 'active') AS is_bound, bool_or(b.status = 'proposed') AS is_proposed,
                  lower(string_agg(DISTINCT p.sku, ' ' ORDER BY p.sku) FILTER (WHERE b.status = 'active')) AS shows
             FROM associations_binding b JOIN pim_product p ON p.id = b.product_id
            WHERE b.asset_id = a.id AND b.status IN ('active', 'proposed')) AS b ON true
     WHERE a.id = ANY(%(assets)s) AND a.deleted_at IS NULL
), gone AS (
    DELETE FROM associations_libraryentry e
     WHERE e.asset_id = ANY(%(assets)s) AND NOT EXISTS (SELECT 1 FROM told WHERE told.asset_id = e.asset_id)
)
INSERT INTO associations_libraryentry AS e (asset_id, {", ".join(COLUMNS)})
SELECT asset_id, {", ".join(COLUMNS)} FROM told
ON CONFLICT (asset_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
 WHERE ({", ".join(f"e.{name}" for name in COLUMNS)})
       IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in COLUMNS)})
"""  # noqa: S608  constants


# In which categories each asset is shown, and in which markets there.
PLACES = """
WITH said AS (
    SELECT DISTINCT b.asset_id, a.markets, c.market_id, p.root_id, k.category_id
      FROM associations_binding b JOIN dam_asset a ON a.id = b.asset_id AND a.deleted_at IS NULL
      JOIN markets_cell c ON c.id = b.cell_id JOIN pim_product p ON p.id = b.product_id
      JOIN pim_classification k ON k.product_id = p.root_id AND k.is_primary
     WHERE b.asset_id = ANY(%(assets)s) AND b.status IN ('active', 'proposed')
), told AS (
    SELECT asset_id, category_id, '' AS market FROM said
    UNION
    SELECT asset_id, category_id, unnest(markets) FROM said
    UNION
    SELECT said.asset_id, said.category_id, m.code
      FROM said JOIN pim_product x ON x.root_id = said.root_id
      JOIN pim_placement pl ON pl.product_id = x.id AND pl.state = 'placed'
       AND (said.market_id IS NULL OR said.market_id = pl.market_id)
      JOIN markets_market m ON m.id = pl.market_id
     WHERE said.markets = '{}'
), gone AS (
    DELETE FROM associations_libraryplace e
     WHERE e.asset_id = ANY(%(assets)s) AND NOT EXISTS (
           SELECT 1 FROM told
            WHERE (told.asset_id, told.category_id, told.market) = (e.asset_id, e.category_id, e.market))
)
INSERT INTO associations_libraryplace (asset_id, category_id, market)
SELECT asset_id, category_id, market FROM told ORDER BY 1, 2, 3
ON CONFLICT (category_id, market, asset_id) DO NOTHING
"""


def refresh_library(asset_ids: list[int]) -> None:
    """Bring the entries and the places of these assets up to date; deleted ones lose theirs."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, {"assets": asset_ids})
        cursor.execute(PLACES, {"assets": asset_ids})


def asset_ids() -> list[int]:
    """Every asset, in order: the subjects of the projection."""
    return list(Asset.objects.order_by("pk").values_list("pk", flat=True))
