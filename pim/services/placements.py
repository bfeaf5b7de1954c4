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
from pim.queries.classifications import actor_at
from pim.queries.placements import placements_of
from pim.queries.refusals import refusal_of


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


def forget_placement(product: Product, *, channel: Channel | str, market: Market | str, actor: Actor) -> bool:
    """Take a product's own word back, so that its model's holds again, or none; whether there was one.

    It undoes a first decision: afterwards things are as if nobody had decided.
    """
    channel, market = _require_place(channel, market, actor)
    with recorded(actor):
        locked = _lock(product, channel, market, actor)
        row = Placement.objects.filter(product=locked, channel=channel, market=market).first()
        if row is None:
            return False
        row.delete()
        offers = placements_of([locked.pk])[locked.pk]
        now = next((one.state for one in offers if one.place == (channel.code, market.code)), PlacementState.WITHDRAWN)
        _tell(locked, channel, market, now, moved=now != row.state)
    return True


def reset_placement(product: Product, *, channel: str, market: str, state: str, reason: str, actor: Actor) -> Placement:
    """Bring back an earlier word on a placement.

    Who withdrew a product from their only market does not see it any more; its placement there is theirs still.
    """
    place = _require_place(channel, market, actor)
    with recorded(actor):
        locked = Product.objects.select_for_update().get(pk=product.pk)
        if not actor_at(locked, actor).admits(market=place[1].code, channel=place[0].code):
            raise refusal_of(locked, actor, "place products")
        row = Placement.objects.filter(product=locked, channel=place[0], market=place[1]).first()
        if row is None:
            raise Missing("There is no such placement", path="sku")
        was, row.state, row.reason = row.state, state, reason
        row.save()
        _tell(locked, *place, state, moved=was != state)
    return row


def _decide(
    product: Product, channel: Channel | str, market: Market | str, state: PlacementState, *, actor: Actor, reason: str
) -> Placement:
    channel, market = _require_place(channel, market, actor)
    if not reason.strip():
        raise Invalid("Say why: the reason stays with the placement", path="reason")
    if not Scope.objects.filter(channel=channel, market=market).exists():
        raise Invalid(f"{channel.code} does not serve {market.code}: define a scope first", path="market")
    with recorded(actor):
        locked = _lock(product, channel, market, actor)
        row = Placement.objects.filter(product=locked, channel=channel, market=market).first()
        if row is not None and (row.state, row.reason) == (state, reason):
            return row
        row = row or Placement(product=locked, channel=channel, market=market)
        moved = row.state != state or row.pk is None
        row.state, row.reason = state, reason
        row.save()
        _tell(locked, channel, market, state, moved=moved)
    return row


def _require_place(channel: Channel | str, market: Market | str, actor: Actor) -> tuple[Channel, Market]:
    actor = actor.require("pim.place")
    channel = get_channel(channel) if isinstance(channel, str) else channel
    market = get_market(market) if isinstance(market, str) else market
    if not actor.admits(market=market.code, channel=channel.code):
        raise _not_theirs(channel, market)
    return channel, market


def _not_theirs(channel: Channel, market: Market) -> Denied:
    return Denied(f"{channel.code} in {market.code} is not yours to fill", path="market")


def _lock(product: Product, channel: Channel, market: Market, actor: Actor) -> Product:
    actor = actor.within("pim.place")
    locked = Product.objects.visible_to(actor).select_for_update().filter(pk=product.pk).first()
    if locked is None:
        raise refusal_of(product, actor, "place products")
    if not actor_at(locked, actor).admits(market=market.code, channel=channel.code):
        raise _not_theirs(channel, market)
    return locked


def _tell(product: Product, channel: Channel, market: Market, state: str, *, moved: bool) -> None:
    """The product has changed; where it is offered only if that moved."""
    Product.objects.filter(pk=product.pk).update(version=product.version + 1)
    if moved:
        kind = events.PRODUCT_PLACED if state == PlacementState.PLACED else events.PRODUCT_WITHDRAWN
        append_event(kind, product.uid, sku=product.sku, channel=channel.code, market=market.code)
        return
    root = str(product.root.uid)
    append_event(events.PRODUCT_CHANGED, product.uid, sku=product.sku, root=root, attributes=[], cells=[])
