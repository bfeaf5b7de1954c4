"""Values as they hold in a scope, by the engine of `pim.resolution` and by its twin in SQL; and as they were."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from foundation.core.actors import Actor
from foundation.history.models import Revision
from foundation.markets.models import Scope
from foundation.markets.queries import ChainCell, scope_chain
from pim.choices import Sensitivity
from pim.models import Attribute, Override, Product, ProductValues
from pim.queries.products import lines_of
from pim.resolution import Owner, Resolved, Step, Stored, resolve, trail

# Orders every place of every product in one go: step, then level, then the market before the shared cell, then own
# before computed.
RESOLVE = """
WITH RECURSIVE line AS (
    SELECT p.id AS product_id, p.id AS owner_id, p.parent_id, p.sku, p.level, 0 AS distance
      FROM pim_product p WHERE p.id = ANY(%(products)s)
    UNION ALL
    SELECT l.product_id, p.id, p.parent_id, p.sku, p.level, l.distance + 1
      FROM line l JOIN pim_product p ON p.id = l.parent_id
)
SELECT DISTINCT ON (l.product_id, e.code)
       l.product_id, e.code, e.value::text, l.level, l.sku, m.code, c.locale, l.distance > 0,
       sc.step > 0 AND c.locale <> '*', sc.counts, e.kind, c.id
  FROM line l
  JOIN pim_productvalues v ON v.product_id = l.owner_id
  JOIN markets_scopecell sc ON sc.cell_id = v.cell_id AND sc.scope_id = %(scope)s
  JOIN markets_cell c ON c.id = v.cell_id
  LEFT JOIN markets_market m ON m.id = c.market_id
 CROSS JOIN LATERAL (
       SELECT key AS code, value, 'own' AS kind, 0 AS nth FROM jsonb_each(v.vals)
       UNION ALL
       SELECT key, value, 'computed', 1 FROM jsonb_each(v.computed)
 ) e
  JOIN pim_attribute a ON a.code = e.code AND a.sensitivity = ANY(%(classes)s)
 ORDER BY l.product_id, e.code, sc.step, l.distance, sc.rank, e.nth
"""


@dataclass(frozen=True)
class Ground:
    """All that the values of one product in one scope are resolved from."""

    line: Sequence[Owner]
    chain: Sequence[ChainCell]
    stored: Mapping[tuple[int, int], Stored]

    def resolve(self) -> dict[str, Resolved]:
        return resolve(self.line, self.chain, self.stored)

    def trail(self, code: str) -> list[Step]:
        """Each place where the attribute is looked for, in order."""
        return trail(code, self.line, self.chain, self.stored)


def read_ground(line: Sequence[Product], scope: Scope, *, max_sensitivity: str = Sensitivity.PUBLIC) -> Ground:
    """What `resolve_values` would read for `line[0]`, whose ancestors follow; nothing above `max_sensitivity`."""
    chain = scope_chain(scope.pk)
    stored = _stored({one.pk for one in line}, chain, set(allowed_codes(max_sensitivity)))
    return Ground([Owner(one.pk, one.sku, one.level) for one in line], chain, stored)


def resolve_values(
    product_ids: Sequence[int], scope: Scope, *, max_sensitivity: str = Sensitivity.PUBLIC
) -> dict[int, dict[str, Resolved]]:
    """What holds for each product in the scope, and where it comes from; at most six queries.

    Nothing above `max_sensitivity` is in the answer.
    """
    lines = lines_of(product_ids)
    chain = scope_chain(scope.pk)
    owners = {product.pk for line in lines.values() for product in line}
    stored = _stored(owners, chain, set(allowed_codes(max_sensitivity)))
    return {
        start: resolve([Owner(one.pk, one.sku, one.level) for one in line], chain, stored)
        for start, line in lines.items()
    }


def resolve_in_sql(
    product_ids: Sequence[int], scope: Scope, *, max_sensitivity: str = Sensitivity.PUBLIC
) -> dict[int, dict[str, Resolved]]:
    """The twin of `resolve_values`: one statement, for sets too large to pass through Python one by one."""
    found: dict[int, dict[str, Resolved]] = {product: {} for product in product_ids}
    classes = [one.value for one in Sensitivity if Sensitivity(max_sensitivity).admits(one)]
    with connection.cursor() as cursor:
        cursor.execute(RESOLVE, {"products": list(product_ids), "scope": scope.pk, "classes": classes})
        for product, code, value, *rest in cursor.fetchall():
            level, sku, market, locale, is_inherited, is_fallback, counts, kind, cell_id = rest
            found[product][code] = Resolved(
                json.loads(value), level, sku, market, locale, is_inherited, is_fallback, counts, kind, cell_id
            )
    return found


def allowed_codes(max_sensitivity: str) -> list[str]:
    """Codes of the attributes up to a class."""
    return list(Attribute.objects.within(Sensitivity(max_sensitivity)).values_list("code", flat=True))


def own_values(product_ids: Sequence[int], *, codes: Iterable[str], markets: frozenset[str] | None = None) -> dict[
    int, list[ProductValues]
]:  # fmt: skip
    """The rows of each product itself, cut to these attributes and, where given, to shared cells and these markets."""
    allowed = set(codes)
    rows = ProductValues.objects.filter(product_id__in=product_ids).select_related("cell__market")
    found: dict[int, list[ProductValues]] = defaultdict(list)
    for row in rows.order_by("cell__market__code", "cell__locale"):
        if markets is not None and row.cell.market is not None and row.cell.market.code not in markets:
            continue
        row.vals, row.computed = _cut(row.vals, allowed), _cut(row.computed, allowed)
        found[row.product_id].append(row)
    return dict(found)


def _stored(owners: set[int], chain: list[ChainCell], allowed: set[str]) -> dict[tuple[int, int], Stored]:
    rows = ProductValues.objects.filter(product_id__in=owners, cell_id__in=[cell.cell_id for cell in chain])
    return {
        (product, cell): Stored(_cut(vals, allowed), _cut(computed, allowed))
        for product, cell, vals, computed in rows.values_list("product_id", "cell_id", "vals", "computed")
    }


def _cut(values: dict[str, Any], allowed: set[str]) -> dict[str, Any]:
    return {code: value for code, value in values.items() if code in allowed}


@dataclass(frozen=True)
class Earlier:
    """One attribute's own value in one cell before and after a change, and the override that it was."""

    before: Any
    after: Any
    market: str | None
    locale: str
    reason: str = ""
    expires_at: datetime | None = None


def earlier_value(product: Product, *, attribute: str, change: int, actor: Actor) -> Earlier | None:
    """What a revision of the product's values did to an attribute; None if nothing that the actor may know of."""
    said = Attribute.objects.visible_to(actor).filter(code=attribute).first()
    revision = Revision.objects.filter(pk=change, table_name=ProductValues._meta.db_table).first()
    if said is None or revision is None:
        return None
    rows = ProductValues.objects.visible_to(actor).filter(product=product, pk=revision.row_key)
    row = rows.select_related("cell__market").first()
    if row is None:
        return None
    later = Revision.objects.filter(table_name=revision.table_name, row_key=revision.row_key, pk__gt=change)
    following = later.order_by("pk").first()
    before = _vals(revision.before).get(attribute)
    after = (_vals(following.before) if following else row.vals).get(attribute)
    if before == after:
        return None
    market = row.cell.market.code if row.cell.market else None
    override = _earlier_override(revision, row, said) if market and before is not None else {}
    return Earlier(before, after, market, row.cell.locale, **override)


def _vals(image: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict((image or {}).get("vals", {}))


def _earlier_override(revision: Revision, row: ProductValues, attribute: Attribute) -> dict[str, Any]:
    """The reason and the end that the same transaction replaced."""
    key = {"product_id": row.product_id, "cell_id": row.cell_id, "attribute_id": attribute.pk}
    named = {f"before__{name}": value for name, value in key.items()}
    gone = Revision.objects.filter(tx=revision.tx, table_name=Override._meta.db_table, **named).first()
    image = (gone.before if gone else None) or {}
    ends = image.get("expires_at")
    return {"reason": image.get("reason", ""), "expires_at": datetime.fromisoformat(ends) if ends else None}
