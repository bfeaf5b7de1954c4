"""A product as the API shows it: its own values, what holds in a scope, completeness. Cut to what the actor may see."""

from __future__ import annotations

from typing import Any

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.markets.models import Scope
from pim.models import Override, Product
from pim.models.attributes import clearance_of
from pim.queries.classifications import actor_at, categories_of
from pim.queries.completeness import of_product
from pim.queries.placements import decisions_of, placements_of
from pim.queries.products import axis_values
from pim.queries.values import allowed_codes, own_values, resolve_values


def product_document(product: Product, *, actor: Actor, scope: Scope | None = None) -> dict[str, Any]:
    """Everything of one product; `resolved` only when a scope is asked for."""
    document = {
        "sku": product.sku,
        "uid": str(product.uid),
        "parent": product.parent.sku if product.parent else None,
        "family": product.family.code,
        "level": product.level,
        "state": product.state,
        "categories": [one.key for one in categories_of([product.root_id]).get(product.root_id, [])],
        "version": product.version,
        "axes": axis_values([product.pk]).get(product.pk, {}),
        "variants": list(product.children.order_by("sku").values_list("sku", flat=True)),
        "values": values_document(product, actor=actor),
        "completeness": [
            {
                "channel": one.scope.channel.code,
                "market": one.scope.market.code,
                "locale": one.scope.locale_id,
                "required": one.required,
                "filled": one.filled,
                "percent": one.percent,
                "missing": list(one.missing),
                "is_placed": one.is_placed,
            }
            for one in of_product(product, actor=actor)
        ],
    }
    if scope is not None:
        document["resolved"] = resolved_document(product, actor=actor, scope=scope)
    return document


def values_document(product: Product, *, actor: Actor) -> list[dict[str, Any]]:
    """The product's own values, one entry for each attribute and cell, with the reason of a market's own."""
    overrides = {
        (one.cell_id, one.attribute.code): one
        for one in Override.objects.filter(product=product).select_related("attribute")
    }
    limits = actor_at(product, actor.within("pim.view")).limits("market")
    rows = own_values([product.pk], codes=allowed_codes(clearance_of(actor)), markets=limits)
    entries = []
    for row in rows.get(product.pk, []):
        for code in sorted(row.vals.keys() | row.computed.keys()):
            override = overrides.get((row.cell_id, code))
            entries.append(
                {
                    "attribute": code,
                    "market": row.cell.market.code if row.cell.market else None,
                    "locale": row.cell.locale,
                    "value": row.vals.get(code, row.computed.get(code)),
                    "kind": "own" if code in row.vals else "computed",
                    "cell_version": row.version,
                    "reason": override.reason if override else "",
                    "by": override.actor if override else "",
                    "expires_at": override.expires_at if override else None,
                }
            )
    return entries


def resolved_document(product: Product, *, actor: Actor, scope: Scope) -> dict[str, Any]:
    """Attribute to the value that holds in the scope, and where it comes from."""
    found = resolve_values([product.pk], scope, max_sensitivity=clearance_of(actor))[product.pk]
    return {
        code: {
            "value": one.value,
            "from": {"sku": one.sku, "level": one.level, "market": one.market, "locale": one.locale},
            "is_inherited": one.is_inherited,
            "is_fallback": one.is_fallback,
            "counts": one.counts,
            "kind": one.kind,
        }
        for code, one in sorted(found.items())
    }


def placements_document(product: Product, *, actor: Actor) -> list[dict[str, Any]]:
    """What is decided on where the product is offered, in the actor's markets and channels."""
    viewer = actor_at(product, actor.within("pim.view"))
    offers = [
        offer
        for offer in placements_of([product.pk])[product.pk]
        if viewer.admits(market=offer.market, channel=offer.channel)
    ]
    decisions = decisions_of({offer.placement_id: offer.state for offer in offers})
    return [
        {
            "channel": offer.channel,
            "market": offer.market,
            "state": offer.state,
            "reason": offer.reason,
            "from": offer.sku,
            "is_inherited": offer.is_inherited,
            "since": decision.at if decision else None,
            "by": decision.actor if decision else "",
        }
        for offer in offers
        for decision in [decisions.get(offer.placement_id)]
    ]


def find_scope(name: str, *, actor: Actor) -> Scope:
    """The scope `channel/market/locale`; raises `Missing` for what the actor may not see, too."""
    channel, _, rest = name.partition("/")
    market, _, locale = rest.partition("/")
    scope = (
        Scope.objects.visible_to(actor)
        .select_related("channel", "market", "locale")
        .filter(channel__code=channel, market__code=market, locale_id=locale)
        .first()
    )
    if scope is None:
        raise Missing(f"There is no scope {name!r}; write channel/market/locale", path="scope")
    return scope
