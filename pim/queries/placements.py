"""What is offered where: the nearest word on it, from the product upwards to its model, holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from foundation.history.models import Revision
from pim.choices import PlacementState
from pim.models import Placement
from pim.queries.products import lines_of


@dataclass(frozen=True)
class Offer:
    """One channel and market where a product is offered, and whose placement says so."""

    channel: str
    market: str
    state: str
    reason: str
    sku: str
    is_inherited: bool
    placement_id: int

    @property
    def place(self) -> tuple[str, str]:
        return self.channel, self.market

    @property
    def is_placed(self) -> bool:
        return self.state == PlacementState.PLACED


@dataclass(frozen=True)
class Decision:
    """When a placement came to say what it says, and who said so (a label of history)."""

    at: datetime
    actor: str


def placements_of(product_ids: Sequence[int]) -> dict[int, list[Offer]]:
    """Every decision that holds for a product, placed or withdrawn."""
    lines = lines_of(product_ids)
    ids = {product.pk for line in lines.values() for product in line}
    by_product: dict[int, list[Placement]] = {}
    rows = Placement.objects.filter(product_id__in=ids).select_related("channel", "market")
    for row in rows.order_by("channel__code", "market__code"):
        by_product.setdefault(row.product_id, []).append(row)
    result: dict[int, list[Offer]] = {}
    for start, line in lines.items():
        found: dict[tuple[str, str], Offer] = {}
        for product in line:
            for row in by_product.get(product.pk, []):
                key = (row.channel.code, row.market.code)
                found.setdefault(key, Offer(*key, row.state, row.reason, product.sku, product.pk != start, row.pk))
        result[start] = sorted(found.values(), key=lambda offer: offer.place)
    return result


def placed_in(product_ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    """(channel, market) codes where each product is offered."""
    return {
        product: {one.place for one in offers if one.is_placed}
        for product, offers in placements_of(product_ids).items()
    }


def decisions_of(states: Mapping[int, str]) -> dict[int, Decision]:
    """The decision behind the state of each placement (by its id), as history has it. One query.

    A change of the reason alone is none.
    """
    keys = [str(pk) for pk in states]
    rows = Revision.objects.filter(table_name=Placement._meta.db_table, row_key__in=keys).order_by("-id")
    found: dict[int, Decision] = {}
    for row in rows.only("at", "actor", "row_key", "before"):
        if (row.before or {}).get("state") != states[int(row.row_key)]:
            found.setdefault(int(row.row_key), Decision(row.at, row.actor))
    return found
