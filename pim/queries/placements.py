"""What is offered where: the nearest word on it, from the product upwards to its model, holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
                found.setdefault(key, Offer(*key, row.state, row.reason, product.sku, product.pk != start))
        result[start] = sorted(found.values(), key=lambda offer: (offer.channel, offer.market))
    return result


def placed_in(product_ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    """(channel, market) codes where each product is offered."""
    return {
        product: {(one.channel, one.market) for one in offers if one.state == PlacementState.PLACED}
        for product, offers in placements_of(product_ids).items()
    }
