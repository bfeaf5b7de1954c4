"""The list of products: models and simple products, with their completeness where they are placed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Count, F, Func, Max, Q, Sum

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.events.models import Event
from foundation.markets.models import Scope
from pim.models import CatalogueEntry, Completeness, Family, Product, ProductSearch
from pim.queries.products import labels_of
from workspace.queries.facets import Filter, Rows, Wanted, conditions, counted, narrowed, wanted_of
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
    scopes, judged = _judged(wanted, actor)
    total, found = counted(_entries(wanted.q, actor), _filters(actor, scopes, judged), wanted)
    rows = matching_products(wanted, actor=actor).select_related("family")
    page = keyset_page(rows, order=ORDER, cursor=wanted.cursor, limit=PAGE)
    has_any = bool(page.rows) or Product.objects.visible_to(actor).roots().exists()
    return ProductList(total, found, _rows(page.rows, judged, actor), page.next_cursor, has_any)


def matching_products(wanted: Wanted, *, actor: Actor) -> Rows:
    """The rows that the list would show, unordered and uncounted."""
    rows = Product.objects.visible_to(actor).roots()
    if not wanted.is_filtered:
        return rows
    scopes, judged = _judged(wanted, actor)
    kept = narrowed(_entries(wanted.q, actor), _filters(actor, scopes, judged), wanted)
    return rows.filter(pk__in=kept.values("root_id"))


def _judged(wanted: Wanted, actor: Actor) -> tuple[dict[str, Scope], list[Scope]]:
    """The actor's scopes by name, and those that completeness is asked in."""
    scopes = {str(scope): scope for scope in visible_scopes(actor)}
    return scopes, [scopes[code] for code in wanted.of("scope") if code in scopes] or list(scopes.values())


def selected_products(given: Mapping[str, Sequence[str]], actor: Actor) -> Rows:
    """What the list shows for a query string: the meaning of "all that match"."""
    scopes, judged = _judged(Wanted(), actor)
    return matching_products(wanted_of(given, _filters(actor, scopes, judged)), actor=actor)


def _entries(q: str, actor: Actor) -> Rows:
    """The entries of trees in which any product is found by the words."""
    rows = CatalogueEntry.objects.visible_to(actor)
    for word in q.lower().split()[:8]:
        rows = rows.filter(pk__in=ProductSearch.objects.filter(text__contains=word).values("root_id"))
    return rows


def _filters(actor: Actor, scopes: dict[str, Scope], judged: Sequence[Scope]) -> list[Filter]:
    here = [scope.pk for scope in judged]
    sold, lacking = Q(placed__overlap=here), Q(incomplete__overlap=here)
    completeness = {"incomplete": sold & lacking, "complete": sold & ~lacking, "unplaced": ~sold}
    labels = {"incomplete": "Incomplete", "complete": "Complete", "unplaced": "Not placed"}

    def by_family(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = dict(rows.order_by().values_list("family_id").annotate(Count("pk")))
        return [(one.code, one.label(LOCALE), counts.get(one.pk, 0)) for one in Family.objects.visible_to(actor)]

    def by_scope(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = _by_element(rows, "placed")
        return [(code, label(scope), counts.get(scope.pk, 0)) for code, scope in scopes.items()]

    return [
        Filter("family", "Family", lambda rows, values: rows.filter(family__code__in=values), by_family),
        conditions("complete", "Completeness", completeness, labels),
        Filter("scope", "Placed in", lambda rows, _: rows.filter(sold), by_scope),
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
    for name, scope in _places(scopes).items():
        if name in values:
            wanted |= ~Q(offered__contains=[scope.pk])
    return rows.filter(wanted)


def by_unplaced(rows: Rows, scopes: Iterable[Scope]) -> Iterable[tuple[str, str, int]]:
    """All of them less those of which something is placed there. Two queries."""
    total, offered = rows.order_by().count(), _by_element(rows, "offered")
    for name, scope in _places(scopes).items():
        shown = f"{scope.channel.name or scope.channel.code} · {scope.market.code}"
        yield name, shown, total - offered.get(scope.pk, 0)


def _places(scopes: Iterable[Scope]) -> dict[str, Scope]:
    """A scope for each `channel/market`: what is placed there is offered in all its languages."""
    return {f"{scope.channel.code}/{scope.market.code}": scope for scope in scopes}


def _by_element(rows: Rows, column: str) -> dict[int, int]:
    """How many rows have each number in a column of numbers."""
    each = rows.order_by().annotate(one=Func(F(column), function="unnest", output_field=BigIntegerField()))
    return dict(each.values_list("one").annotate(Count("pk")))


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
