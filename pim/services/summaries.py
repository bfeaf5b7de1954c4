"""The counts of completeness: counted anew where somebody rebuilds them, and noted once a day for trends.

In everyday life triggers keep the counts; see the migration 0003_summaries.
"""

from __future__ import annotations

from django.db import connection

from foundation.core import moment
from pim.models import Family
from pim.queries.summaries import COUNTED, MISSED

# Nobody may change completeness in between: the triggers that add to the counts need the weaker lock.
LOCK = "LOCK TABLE pim_completenesssummary, pim_missingcount IN SHARE ROW EXCLUSIVE MODE"
RECOUNT = f"""
WITH counted AS ({COUNTED}),
gone AS (
    DELETE FROM pim_completenesssummary s WHERE s.family_id = ANY(%(families)s)
       AND NOT EXISTS (SELECT 1 FROM counted c WHERE c.family_id = s.family_id AND c.scope_id = s.scope_id)
)
INSERT INTO pim_completenesssummary AS s (family_id, scope_id, products, complete, required, filled)
SELECT family_id, scope_id, products, complete, required, filled FROM counted
ON CONFLICT (family_id, scope_id) DO UPDATE
   SET products = excluded.products, complete = excluded.complete,
       required = excluded.required, filled = excluded.filled
 WHERE (s.products, s.complete, s.required, s.filled)
       IS DISTINCT FROM (excluded.products, excluded.complete, excluded.required, excluded.filled)
"""  # noqa: S608  constants
RECOUNT_MISSING = f"""
WITH missed AS ({MISSED}),
gone AS (
    DELETE FROM pim_missingcount m WHERE m.family_id = ANY(%(families)s)
       AND NOT EXISTS (SELECT 1 FROM missed c WHERE c.family_id = m.family_id AND c.scope_id = m.scope_id
                                                AND c.index = m.index)
)
INSERT INTO pim_missingcount AS m (family_id, scope_id, index, products)
SELECT family_id, scope_id, index, products FROM missed
ON CONFLICT (family_id, scope_id, index) DO UPDATE SET products = excluded.products
 WHERE m.products <> excluded.products
"""  # noqa: S608  constants

# Today's row where the counts are others than those of the last row; a pair that counts nothing any more says so once.
NOTE_DAY = """
INSERT INTO pim_completenessday AS d (day, family_id, scope_id, products, complete, required, filled)
SELECT %(day)s, f.id, s.id, coalesce(c.products, 0), coalesce(c.complete, 0), coalesce(c.required, 0),
       coalesce(c.filled, 0)
  FROM pim_family f
 CROSS JOIN markets_scope s
  LEFT JOIN pim_completenesssummary c ON c.family_id = f.id AND c.scope_id = s.id
  LEFT JOIN LATERAL (
       SELECT products, complete, required, filled FROM pim_completenessday
        WHERE family_id = f.id AND scope_id = s.id ORDER BY day DESC LIMIT 1) AS last ON true
 WHERE (coalesce(c.products, 0), coalesce(c.complete, 0), coalesce(c.required, 0), coalesce(c.filled, 0))
       IS DISTINCT FROM
       (coalesce(last.products, 0), coalesce(last.complete, 0), coalesce(last.required, 0), coalesce(last.filled, 0))
 ORDER BY f.id, s.id
ON CONFLICT (family_id, scope_id, day) DO UPDATE
   SET products = excluded.products, complete = excluded.complete,
       required = excluded.required, filled = excluded.filled
"""


def refresh_summaries(family_ids: list[int]) -> None:
    """Count what is said of these families anew."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(RECOUNT, {"families": family_ids})
        cursor.execute(RECOUNT_MISSING, {"families": family_ids})


def note_completeness_day() -> None:
    """Bring today's rows up to date: one for each family and scope whose counts have moved since its last row."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_DAY, {"day": moment.now().date()})


def family_ids() -> list[int]:
    """Every family, in order: the subjects of the projection."""
    return list(Family.objects.order_by("pk").values_list("pk", flat=True))
