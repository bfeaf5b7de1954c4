"""The list of products: models and simple products, with their completeness where they are placed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Sum

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.events.models import Event
from foundation.markets.models import Scope
from pim.models import Completeness, Family, Placement, Product, ProductSearch
from pim.queries.products import labels_of
from workspace.queries.facets import Filter, Rows, Wanted, facets, narrowed
from workspace.queries.listings import chips_of
from workspace.queries.pictures import first_pictures
from workspace.queries.scopes import label, visible_scopes
from workspace.queries.shown import LOCALE, Facet, State

PAGE = 50
ORDER = ("sku",)


@dataclass(frozen=True)
class ProductRow:
    uid: UUID
    sku: str
    title: str
    family: str
    picture_url: str
    percent: float | None
    missing: int
    variants: int
    listings: list[tuple[State, str]]
    changed_at: datetime


@dataclass(frozen=True)
class ProductList:
    total: int
    facets: list[Facet]
    products: list[ProductRow]
    next_cursor: str
    has_any: bool


def product_list(wanted: Wanted, *, actor: Actor) -> ProductList:
    """One page of the products that the actor may see and asked for, by SKU."""
    scopes = {str(scope): scope for scope in visible_scopes(actor)}
    chosen = [scopes[code] for code in wanted.of("scope") if code in scopes]
    filters = _filters(actor, scopes, chosen or list(scopes.values()))
    visible = Product.objects.visible_to(actor).roots()
    found = _matching(visible, wanted.q)
    kept = narrowed(found, filters, wanted)
    total = kept.count()
    page = keyset_page(kept.select_related("family"), order=ORDER, cursor=wanted.cursor, limit=PAGE)
    rows = _rows(page.rows, chosen or list(scopes.values()), actor)
    return ProductList(total, facets(found, filters, wanted), rows, page.next_cursor, bool(total) or visible.exists())


def matching_products(wanted: Wanted, *, actor: Actor) -> Rows:
    """The rows that the list would show, unordered and uncounted."""
    scopes = {str(scope): scope for scope in visible_scopes(actor)}
    judged = [scopes[code] for code in wanted.of("scope") if code in scopes] or list(scopes.values())
    found = _matching(Product.objects.visible_to(actor).roots(), wanted.q)
    return narrowed(found, _filters(actor, scopes, judged), wanted)


def _matching(rows: Rows, q: str) -> Rows:
    """Trees in which any product is found by the words."""
    for word in q.lower().split()[:8]:
        rows = rows.filter(pk__in=ProductSearch.objects.filter(text__contains=word).values("root_id"))
    return rows


def _filters(actor: Actor, scopes: dict[str, Scope], judged: Sequence[Scope]) -> list[Filter]:
    sold = Product.objects.sellable().values("pk")
    everything = Completeness.objects.filter(is_placed=True, product_id__in=sold)
    placed = everything.filter(root_id=OuterRef("pk"), scope__in=judged)

    def by_family(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = dict(rows.order_by().values_list("family_id").annotate(Count("pk")))
        return [(one.code, one.label(LOCALE), counts.get(one.pk, 0)) for one in Family.objects.visible_to(actor)]

    def by_scope(rows: Rows) -> Iterable[tuple[str, str, int]]:
        trees = everything.filter(root_id__in=rows.order_by().values("pk"))
        counts = dict(trees.order_by().values_list("scope_id").annotate(Count("root_id", distinct=True)))
        return [(code, label(scope), counts.get(scope.pk, 0)) for code, scope in scopes.items()]

    def narrow_completeness(rows: Rows, values: Sequence[str]) -> Rows:
        wanted: Any = Q(pk__in=[])
        if "incomplete" in values:
            wanted |= Exists(placed.exclude(filled=F("required")))
        if "complete" in values:
            wanted |= Exists(placed) & ~Exists(placed.exclude(filled=F("required")))
        if "unplaced" in values:
            wanted |= ~Exists(placed)
        return rows.filter(wanted)

    def by_completeness(rows: Rows) -> Iterable[tuple[str, str, int]]:
        wanted = {
            name: Count("pk", filter=test)
            for name, test in (("placed", Exists(placed)), ("bad", Exists(placed.exclude(filled=F("required")))))
        }
        counts: dict[str, Any] = rows.order_by().aggregate(all=Count("pk"), **wanted)
        return [
            ("incomplete", "Incomplete", counts["bad"]),
            ("complete", "Complete", counts["placed"] - counts["bad"]),
            ("unplaced", "Not placed", counts["all"] - counts["placed"]),
        ]

    return [
        Filter("family", "Family", lambda rows, values: rows.filter(family__code__in=values), by_family),
        Filter("complete", "Completeness", narrow_completeness, by_completeness),
        Filter("scope", "Placed in", lambda rows, _: rows.filter(Exists(placed)), by_scope),
        Filter(
            "unplaced",
            "Not placed in",
            lambda rows, values: narrow_unplaced(rows, values, scopes.values()),
            lambda rows: by_unplaced(rows, scopes.values()),
        ),
    ]


def narrow_unplaced(rows: Rows, values: Sequence[str], scopes: Iterable[Scope]) -> Rows:
    """Trees of which nothing is placed in at least one of these (`channel/market`), as far as they are the actor's."""
    wanted: Any = Q(pk__in=[])
    for scope in {(one.channel_id, one.market_id): one for one in scopes}.values():
        if f"{scope.channel.code}/{scope.market.code}" in values:
            placed = Placement.objects.placed().filter(channel=scope.channel, market=scope.market)
            wanted |= ~Exists(placed.filter(product__root_id=OuterRef("pk")))
    return rows.filter(wanted)


def by_unplaced(rows: Rows, scopes: Iterable[Scope]) -> Iterable[tuple[str, str, int]]:
    """All of them less those of which something is placed there. Two queries."""
    total = rows.order_by().count()
    trees = Placement.objects.placed().filter(product__root_id__in=rows.order_by().values("pk")).order_by()
    counted: Any = trees.values_list("channel__code", "market__code").annotate(Count("product__root_id", distinct=True))
    placed = {(channel, market): count for channel, market, count in counted}
    for scope in {(one.channel_id, one.market_id): one for one in scopes}.values():
        channel, market = scope.channel, scope.market
        count = total - placed.get((channel.code, market.code), 0)
        yield f"{channel.code}/{market.code}", f"{channel.name or channel.code} · {market.code}", count


def _rows(products: Sequence[Product], scopes: Sequence[Scope], actor: Actor) -> list[ProductRow]:
    ids = [product.pk for product in products]
    titles, pictures = labels_of(ids, LOCALE), first_pictures(ids, actor)
    chips = chips_of({product.pk: product.sku for product in products}, actor)
    sold = Product.objects.sellable().filter(root_id__in=ids)
    variants = dict(sold.exclude(parent=None).order_by().values_list("root_id").annotate(Count("pk")))
    placed = Completeness.objects.filter(root_id__in=ids, scope__in=scopes, is_placed=True)
    sums = placed.filter(product_id__in=sold.values("pk")).order_by()
    filled = {
        root: (need, have) for root, need, have in sums.values_list("root_id").annotate(Sum("required"), Sum("filled"))
    }
    changed = _last_changes(products)
    return [
        ProductRow(
            uid=product.uid,
            sku=product.sku,
            title=titles[product.pk],
            family=product.family.label(LOCALE),
            picture_url=pictures.get(product.pk, ""),
            percent=100 * filled[product.pk][1] / filled[product.pk][0] if product.pk in filled else None,
            missing=filled[product.pk][0] - filled[product.pk][1] if product.pk in filled else 0,
            variants=variants.get(product.pk, 0),
            listings=chips.get(product.pk, []),
            changed_at=changed.get(product.uid, product.created_at),
        )
        for product in products
    ]


def _last_changes(products: Sequence[Product]) -> dict[UUID, datetime]:
    """When each was last in the news itself."""
    news = Event.objects.filter(subject__in=[product.uid for product in products]).order_by()
    return dict(news.values_list("subject").annotate(Max("at")))
