from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.markets.models import Channel, Market
from pim.choices import PlacementState
from pim.models.classifications import of_branches
from pim.models.products import Product


class PlacementQuerySet(models.QuerySet["Placement"]):
    def visible_to(self, actor: Actor) -> PlacementQuerySet:
        rows = self.filter(product__in=Product.objects.visible_to(actor))
        lookups = {"market": "market__code__in", "channel": "channel__code__in"}
        return rows.filter(actor.within("pim.view").where(**lookups, category=of_branches("product__root__in")))

    def placed(self) -> PlacementQuerySet:
        return self.filter(state=PlacementState.PLACED)


class Placement(models.Model):
    """A product is offered on a channel in a market, or is kept off it. What is below it follows, unless it says
    otherwise itself.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="placements")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=PlacementState, default=PlacementState.PLACED)
    reason = models.TextField(blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["market", "state", "product"], name="placed_in_market")]
        constraints = [models.UniqueConstraint(fields=["product", "channel", "market"], name="one_placement")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.state} on {self.channel_id} in {self.market_id}"


def placed_in_markets(field: str) -> Callable[[frozenset[str]], Q]:
    """For `Actor.where`: rows of trees, named by their root, of which something is placed in one of the markets."""
    placed = Placement.objects.filter(state=PlacementState.PLACED)
    return lambda codes: Q(**{field: placed.filter(market__code__in=codes).values("product__root_id")})
