"""Assortment by hand: what is offered where, and why."""

from __future__ import annotations

from foundation.core.actors import Actor
from foundation.core.errors import Denied, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.markets.models import Channel, Market, Scope
from foundation.markets.queries import get_channel, get_market
from pim import events
from pim.choices import PlacementState
from pim.models import Placement, Product


def place_product(
    product: Product, *, channel: Channel | str, market: Market | str, actor: Actor, reason: str
) -> Placement:
    """Offer a product, and what is below it, on a channel in a market. Doing it twice changes nothing."""
    return _decide(product, channel, market, PlacementState.PLACED, actor=actor, reason=reason)


def withdraw_product(
    product: Product, *, channel: Channel | str, market: Market | str, actor: Actor, reason: str
) -> Placement:
    """Offer a product there no more; on a variant it holds against the model's placement."""
    return _decide(product, channel, market, PlacementState.WITHDRAWN, actor=actor, reason=reason)


def _decide(
    product: Product, channel: Channel | str, market: Market | str, state: PlacementState, *, actor: Actor, reason: str
) -> Placement:
    actor.require("pim.place")
    if not reason.strip():
        raise Invalid("Say why: the reason stays with the placement", path="reason")
    channel = get_channel(channel) if isinstance(channel, str) else channel
    market = get_market(market) if isinstance(market, str) else market
    if not actor.sees("market", market.code) or not actor.sees("channel", channel.code):
        raise Denied(f"{channel.code} in {market.code} is not yours to fill", path="market")
    if not Scope.objects.filter(channel=channel, market=market).exists():
        raise Invalid(f"{channel.code} does not serve {market.code}: define a scope first", path="market")
    with recorded(actor):
        locked = Product.objects.visible_to(actor).select_for_update().filter(pk=product.pk).first()
        if locked is None:
            raise Missing("There is no such product", path="sku")
        row = Placement.objects.filter(product=locked, channel=channel, market=market).first()
        if row is not None and (row.state, row.reason) == (state, reason):
            return row
        row = row or Placement(product=locked, channel=channel, market=market)
        moved = row.state != state or row.pk is None
        row.state, row.reason = state, reason
        row.save()
        Product.objects.filter(pk=locked.pk).update(version=locked.version + 1)
        kind = events.PRODUCT_PLACED if state == PlacementState.PLACED else events.PRODUCT_WITHDRAWN
        if moved:
            append_event(kind, locked.uid, sku=locked.sku, channel=channel.code, market=market.code)
        else:
            append_event(
                events.PRODUCT_CHANGED, locked.uid, sku=locked.sku, root=str(locked.root.uid), attributes=[], cells=[]
            )
    return row
