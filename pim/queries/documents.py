"""A product as the API shows it: its own values, what holds in a scope, completeness. Cut to what the actor may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.markets.models import Scope
from pim.errors import UnknownAttribute
from pim.models import Attribute, Override, Product
from pim.models.attributes import clearance_of
from pim.queries.classifications import actor_at, categories_of, grouped_by_reach
from pim.queries.completeness import of_product
from pim.queries.placements import decisions_of, placements_of
from pim.queries.products import axis_values
from pim.queries.values import allowed_codes, own_values, resolve_values

IDENTITY = ("sku", "uid", "parent", "family", "level", "state", "version")
ROW = ("label", *IDENTITY)
LISTED = (*ROW, "categories", "values", "resolved")
SHOWN = (*IDENTITY, "axes", "categories", "variants", "values", "completeness", "resolved")


@dataclass(frozen=True)
class Wanted:
    """Which members of a document, of which attributes the values, and in which scope the resolved ones."""

    fields: frozenset[str]
    attributes: frozenset[str] | None = None
    scope: Scope | None = None

    def cut(self, codes: Collection[str]) -> list[str]:
        return sorted(codes if self.attributes is None else self.attributes.intersection(codes))


def read_wanted(asked: dict[str, str], *, actor: Actor, known: Sequence[str], unless_named: Sequence[str]) -> Wanted:
    """From the parameters `fields`, `attributes` and `scope`; raises `Invalid`, `UnknownAttribute` or `Missing`."""
    scope = find_scope(asked["scope"], actor=actor) if "scope" in asked else None
    fields = frozenset(asked["fields"].split(",") if "fields" in asked else unless_named)
    for name in sorted(fields - set(known)):
        raise Invalid(f"There is no field {name!r}; there are {', '.join(known)}", path="fields")
    if "resolved" in fields and scope is None and "fields" in asked:
        raise Invalid("`resolved` is what holds in a scope: name one as channel/market/locale", path="scope")
    if scope is None:
        fields -= {"resolved"}
    if "attributes" not in asked:
        return Wanted(fields, None, scope)
    codes = frozenset(asked["attributes"].split(","))
    seen = set(Attribute.objects.visible_to(actor).filter(code__in=codes).values_list("code", flat=True))
    for code in sorted(codes - seen):
        raise UnknownAttribute(f"There is no attribute {code!r}", path="attributes")
    return Wanted(fields, codes, scope)


def product_document(product: Product, *, actor: Actor, wanted: Wanted) -> dict[str, Any]:
    """One product; what is not wanted is not asked for."""
    parts: dict[str, Callable[[], Any]] = {
        "axes": lambda: axis_values([product.pk]).get(product.pk, {}),
        "categories": lambda: _keys(categories_of([product.root_id]).get(product.root_id, [])),
        "variants": lambda: list(product.children.order_by("sku").values_list("sku", flat=True)),
        "values": lambda: values_documents([product], actor=actor, wanted=wanted)[product.pk],
        "completeness": lambda: completeness_document(product, actor=actor),
        "resolved": lambda: resolved_documents([product], actor=actor, wanted=wanted)[product.pk],
    }
    document = _identity(product)
    return {name: document[name] if name in document else parts[name]() for name in SHOWN if name in wanted.fields}


def product_rows(products: Sequence[Product], *, actor: Actor, wanted: Wanted) -> list[dict[str, Any]]:
    """Products of a page, in a number of queries that does not grow with it.

    Each is cut to what the actor may where it lies: what holds in a scope that they do not reach there is null.
    """
    shelves = categories_of([one.root_id for one in products]) if "categories" in wanted.fields else {}
    parts: dict[str, dict[int, Any]] = {"categories": {}, "values": {}, "resolved": {}}
    for there, group in grouped_by_reach(products, actor):
        if "values" in wanted.fields:
            parts["values"] |= values_documents(group, actor=there, wanted=wanted)
        if "resolved" in wanted.fields and _reaches(there, wanted.scope):
            parts["resolved"] |= resolved_documents(group, actor=there, wanted=wanted)
    parts["categories"] = {one.pk: _keys(shelves.get(one.root_id, [])) for one in products}
    found = []
    for product in products:
        document = _identity(product)
        for name, part in parts.items():
            document[name] = part.get(product.pk)
        found.append({name: document[name] for name in LISTED if name in wanted.fields})
    return found


def _reaches(actor: Actor, scope: Scope | None) -> bool:
    return scope is not None and actor.within("pim.view").admits(market=scope.market.code, channel=scope.channel.code)


def _identity(product: Product) -> dict[str, Any]:
    return {
        "sku": product.sku,
        "uid": str(product.uid),
        "label": getattr(product, "label", ""),
        "parent": product.parent.sku if product.parent else None,
        "family": product.family.code,
        "level": product.level,
        "state": product.state,
        "version": product.version,
    }


def _keys(categories: Sequence[Any]) -> list[str]:
    return [one.key for one in categories]


def completeness_document(product: Product, *, actor: Actor) -> list[dict[str, Any]]:
    """A row for each scope."""
    return [
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
    ]


def values_documents(products: Sequence[Product], *, actor: Actor, wanted: Wanted) -> dict[int, list[dict[str, Any]]]:
    """The products' own values, one entry for each attribute and cell, with the reason of a market's own.

    The actor is who they are where all of these products lie.
    """
    ids = [product.pk for product in products]
    overrides = {
        (one.product_id, one.cell_id, one.attribute.code): one
        for one in Override.objects.filter(product__in=ids).select_related("attribute")
    }
    limits = actor.within("pim.view").limits("market")
    rows = own_values(ids, codes=wanted.cut(allowed_codes(clearance_of(actor))), markets=limits)
    return {
        product.pk: [
            _value(row, code, overrides.get((product.pk, row.cell_id, code)))
            for row in rows.get(product.pk, [])
            for code in sorted(row.vals.keys() | row.computed.keys())
        ]
        for product in products
    }


def _value(row: Any, code: str, override: Override | None) -> dict[str, Any]:
    return {
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


def resolved_documents(products: Sequence[Product], *, actor: Actor, wanted: Wanted) -> dict[int, dict[str, Any]]:
    """Of each product attribute to the value that holds in the scope, and where it comes from."""
    assert wanted.scope is not None  # noqa: S101  asked for before
    found = resolve_values([product.pk for product in products], wanted.scope, max_sensitivity=clearance_of(actor))
    return {
        pk: {
            code: {
                "value": values[code].value,
                "from": {
                    "sku": values[code].sku, "level": values[code].level,
                    "market": values[code].market, "locale": values[code].locale,
                },
                "is_inherited": values[code].is_inherited,
                "is_fallback": values[code].is_fallback,
                "counts": values[code].counts,
                "kind": values[code].kind,
            }
            for code in wanted.cut(values)
        }
        for pk, values in found.items()
    }  # fmt: skip


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
