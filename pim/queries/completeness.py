"""Completeness: how it is computed, and reading it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast

from foundation.core.actors import Actor
from foundation.markets.models import Scope
from pim.choices import MASK_LENGTH
from pim.models import Completeness, FamilyAttribute, Product
from pim.models.attributes import clearance_of

# A bit counts when the first place that has it counts: steps that count come first, then the others, then `*`.
# So: in a counting step, or in `*` and in no step that does not count. Levels and cells are united before scopes are
# looked at: asking for each product and scope anew costs six times as much (benchmarks/completeness.py).
NO_BITS = f"0::bit({MASK_LENGTH})"
COMPUTE = f"""
    WITH line AS (
        SELECT p.id AS product_id, p.root_id, p.family_id, p.level, p.level = f.depth AS is_sellable,
               array_remove(ARRAY[p.id, p.parent_id, up.parent_id], NULL) AS ids
          FROM pim_product p JOIN pim_family f ON f.id = p.family_id LEFT JOIN pim_product up ON up.id = p.parent_id
         WHERE p.root_id = ANY(%(roots)s)
    ), required AS (
        SELECT s.id AS scope_id, s.channel_id, s.market_id, asked.family_id, asked.level, asked.mask
          FROM (SELECT q.channel_id, q.family_id, l.level, bit_or(set_bit({NO_BITS}, fa.index, 1)) AS mask
                  FROM pim_requirement q
                  JOIN pim_familyattribute fa ON fa.family_id = q.family_id AND fa.attribute_id = q.attribute_id
                                             AND fa.is_active
                  JOIN generate_series(0, 2) AS l(level) ON fa.level <= l.level
                 WHERE q.family_id IN (SELECT family_id FROM pim_product WHERE id = ANY(%(roots)s))
                 GROUP BY q.channel_id, q.family_id, l.level) AS asked
          JOIN markets_scope s ON s.channel_id = asked.channel_id
    ), said AS MATERIALIZED (
        SELECT line.product_id, v.cell_id, bit_or(v.filled) AS filled
          FROM line CROSS JOIN unnest(line.ids) AS one(id) JOIN pim_productvalues v ON v.product_id = one.id
         GROUP BY line.product_id, v.cell_id
    ), steps AS MATERIALIZED (
        SELECT sc.scope_id, sc.cell_id, c.locale <> '*' AND sc.counts AS counts, c.locale = '*' AS is_last
          FROM markets_scopecell sc JOIN markets_cell c ON c.id = sc.cell_id
    ), held AS (
        SELECT said.product_id, steps.scope_id,
               coalesce(bit_or(said.filled) FILTER (WHERE steps.counts), {NO_BITS})
               | (coalesce(bit_or(said.filled) FILTER (WHERE steps.is_last), {NO_BITS})
                  & ~coalesce(bit_or(said.filled) FILTER (WHERE NOT steps.counts AND NOT steps.is_last),
                              {NO_BITS})) AS have
          FROM said JOIN steps ON steps.cell_id = said.cell_id
         GROUP BY said.product_id, steps.scope_id
    )
    SELECT line.product_id, line.root_id, r.scope_id,
           bit_count(r.mask)::smallint AS required,
           bit_count(r.mask & coalesce(held.have, {NO_BITS}))::smallint AS filled,
           r.mask & ~coalesce(held.have, {NO_BITS}) AS missing,
           coalesce((
               SELECT pl.state = 'placed' FROM pim_placement pl
                WHERE pl.product_id = ANY(line.ids) AND pl.channel_id = r.channel_id AND pl.market_id = r.market_id
                ORDER BY array_position(line.ids, pl.product_id) LIMIT 1), false) AS is_placed,
           line.family_id, line.is_sellable
      FROM line
      JOIN required r ON r.family_id = line.family_id AND r.level = line.level
      LEFT JOIN held ON held.product_id = line.product_id AND held.scope_id = r.scope_id
"""  # noqa: S608  constants

COLUMNS = (
    "product_id", "root_id", "scope_id", "required", "filled", "missing", "is_placed", "family_id", "is_sellable",
)  # fmt: skip

# What is sold of a product, itself included, where it is offered.
TALLY = f"""
SELECT computed.scope_id, sum(computed.required), sum(computed.filled)
  FROM ({COMPUTE}) AS computed
  JOIN pim_product p ON p.id = computed.product_id
 WHERE %(product)s IN (p.id, p.parent_id, p.root_id) AND computed.is_sellable AND computed.is_placed
 GROUP BY computed.scope_id
"""  # noqa: S608  constants


@dataclass(frozen=True)
class ScopeCompleteness:
    """One product in one scope."""

    scope: Scope
    required: int
    filled: int
    percent: int
    missing: tuple[str, ...]
    is_placed: bool

    @property
    def is_complete(self) -> bool:
        return self.filled == self.required


@dataclass(frozen=True)
class OverviewRow:
    """The sellable products that are offered in one scope, as far as the actor sees them."""

    channel: str
    market: str
    locale: str
    products: int
    complete: int
    average: float


def of_product(product: Product, *, actor: Actor | None = None) -> list[ScopeCompleteness]:
    """The product in every scope that requires something of it; codes above the actor's clearance are left out."""
    return of_products([product.pk], actor=actor).get(product.pk, [])


def of_products(product_ids: Sequence[int], *, actor: Actor | None = None) -> dict[int, list[ScopeCompleteness]]:
    """As `of_product`, for many, in a constant number of queries."""
    rows = (
        Completeness.objects.filter(product_id__in=product_ids)
        if actor is None
        else (Completeness.objects.visible_to(actor).filter(product_id__in=product_ids))
    )
    names = _names(product_ids, actor)
    found: dict[int, list[ScopeCompleteness]] = defaultdict(list)
    ordered = rows.select_related("scope__channel", "scope__market", "scope__locale")
    for row in ordered.order_by("scope__channel__code", "scope__market__code", "scope__locale"):
        missing = tuple(names[row.product_id][at] for at in row.missing_positions if at in names[row.product_id])
        found[row.product_id].append(
            ScopeCompleteness(row.scope, row.required, row.filled, row.percent, missing, row.is_placed)
        )
    return dict(found)


def missing_attributes(product: Product, *, scope: Scope) -> list[str]:
    """Codes of what the scope's channel requires and the product lacks, in the family's order."""
    row = Completeness.objects.filter(product_id=product.pk, scope=scope).first()
    names = _names([product.pk], None)[product.pk]
    return [names[at] for at in row.missing_positions] if row else []


def overview(actor: Actor, *, family: str = "") -> list[OverviewRow]:
    """A row for each scope that the actor sees, over the sellable products that are offered there."""
    rows = Completeness.objects.visible_to(actor).counted()
    if family:
        rows = rows.filter(family__code=family)
    grouped = rows.values("scope__channel__code", "scope__market__code", "scope__locale").annotate(
        products=Count("id"),
        complete=Count("id", filter=Q(filled=F("required"))),
        parts=Sum(Cast("filled", FloatField()) / Cast("required", FloatField())),
    )
    return [
        OverviewRow(
            channel=row["scope__channel__code"],
            market=row["scope__market__code"],
            locale=row["scope__locale"],
            products=row["products"],
            complete=row["complete"],
            average=round(100 * row["parts"] / row["products"], 1),
        )
        for row in grouped.order_by("scope__channel__code", "scope__market__code", "scope__locale")
    ]


def tally(product: Product) -> dict[int, tuple[int, int]]:
    """Scope to (required, filled) over what is sold of the product, from truth as it is now: no projection lags."""
    with connection.cursor() as cursor:
        cursor.execute(TALLY, {"roots": [product.root_id], "product": product.pk})
        return {scope: (int(required), int(filled)) for scope, required, filled in cursor.fetchall()}


def compute(root_ids: Sequence[int]) -> set[tuple[Any, ...]]:
    """What the table should hold for these models, in the order of `COLUMNS`."""
    with connection.cursor() as cursor:
        cursor.execute(COMPUTE, {"roots": list(root_ids)})
        return set(cursor.fetchall())


def _names(product_ids: Sequence[int], actor: Actor | None) -> dict[int, dict[int, str]]:
    families = dict(Product.objects.filter(pk__in=product_ids).values_list("pk", "family_id"))
    rows = FamilyAttribute.objects.filter(family_id__in=set(families.values())).select_related("attribute")
    clearance = clearance_of(actor) if actor else None
    by_family: dict[int, dict[int, str]] = defaultdict(dict)
    for row in rows:
        if clearance is None or clearance.admits(row.attribute.sensitivity):
            by_family[row.family_id][row.index] = row.attribute.code
    return {product: by_family[family] for product, family in families.items()}
