"""What a product is shown by: its own media, and those of the model above it.

In the order of roles; inside a role the product's own come first, then those of the levels above that name the
product's looks (`colour=red`), then those for all variants; inside that the nearer cell, then the position.
A variant's own media join those of its model. Several heroes may come: the first that rights allow is the hero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from associations.choices import ROLE_ORDER
from associations.matching import axis_pairs
from associations.models import Binding
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.markets.models import ANY_LOCALE, Scope
from foundation.markets.queries import scope_chain
from pim.queries.products import axis_values, id_lines


@dataclass(frozen=True)
class BoundAsset:
    """One asset as a product shows it. `product_id` is where it is bound: the product, or one above it."""

    binding: Binding
    asset_id: int
    role: str
    position: int
    product_id: int
    is_inherited: bool


def media_of(
    product_ids: Sequence[int], *, scope: Scope | None = None, at: datetime | None = None, actor: Actor | None = None
) -> dict[int, list[BoundAsset]]:
    """Each product's media, in a number of queries that does not depend on how many products there are.

    With a scope only what holds in its market and along its chain of locales; without one, everything. With an
    actor only what holds in a market of theirs; whether they see the assets is another question.
    """
    ids = list(dict.fromkeys(product_ids))
    lines = {own: list(line.ids) for own, line in id_lines(ids).items()}
    rank = {cell.cell_id: cell.rank for cell in scope_chain(scope.pk)} if scope is not None else None
    rows = (
        Binding.objects.current(at or moment.now()).of_live_assets().select_related("asset", "product", "cell__market")
    )
    if rank is not None:
        rows = rows.filter(cell_id__in=rank)
    if actor is not None:
        rows = rows.in_markets_of(actor)
    by_product: dict[int, list[Binding]] = defaultdict(list)
    for row in rows.filter(product_id__in={one for line in lines.values() for one in line}):
        by_product[row.product_id].append(row)
    values = axis_values([own for own, line in lines.items() if _is_by_axis(line, by_product)])
    return {own: _resolve(lines.get(own, [own]), by_product, values.get(own, {}), rank) for own in ids}


def _is_by_axis(line: Sequence[int], rows: Mapping[int, Sequence[Binding]]) -> bool:
    """Whether what it inherits depends on what it is."""
    return any(row.axis for above in line[1:] for row in rows.get(above, ()))


def _resolve(
    line: list[int], rows: Mapping[int, list[Binding]], values: Mapping[str, str], rank: Mapping[int, int] | None
) -> list[BoundAsset]:
    found = [
        (_key(row, distance, rank), row)
        for distance, product_id in enumerate(line)
        for row in rows.get(product_id, [])
        if distance == 0 or axis_pairs(row.axis).items() <= values.items()
    ]
    return list(_once(line[0], (row for _, row in sorted(found, key=lambda pair: pair[0]))))


def _key(row: Binding, distance: int, rank: Mapping[int, int] | None) -> tuple[int, ...]:
    if rank is not None:
        nearness = rank[row.cell_id]
    else:
        nearness = int(row.cell.market_id is not None) + int(row.cell.locale != ANY_LOCALE)
    return (ROLE_ORDER[row.role], distance, int(not row.axis), nearness, row.position, row.pk)


def _once(own: int, rows: Iterable[Binding]) -> Iterable[BoundAsset]:
    """An asset comes once per role: where it is bound nearest."""
    seen = set()
    for row in rows:
        if (row.asset_id, row.role) not in seen:
            seen.add((row.asset_id, row.role))
            yield BoundAsset(row, row.asset_id, row.role, row.position, row.product_id, row.product_id != own)
