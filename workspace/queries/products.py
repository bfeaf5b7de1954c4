"""The list of products: models and simple products, with their completeness where they are placed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Count, Max, Q, Sum

from foundation.core.actors import CATEGORY, Actor
from foundation.core.pages import keyset_page
from foundation.events.models import Event
from foundation.markets.models import Scope
from pim.models import CatalogueEntry, Completeness, Family, Product
from pim.queries.products import labels_of
from workspace.queries.attribute_facets import NAME as ATTRIBUTES
from workspace.queries.attribute_facets import AttributeFacets, attribute_facets, attribute_filter, is_attribute
from workspace.queries.category_facet import NAME as CATEGORIES
from workspace.queries.category_facet import category_filter
from workspace.queries.facets import Cell, Filter, Rows, Wanted, any_of, counted, narrowed, seen_now, wanted_of
from workspace.queries.listings import chips_of
from workspace.queries.pictures import first_pictures
from workspace.queries.scopes import label, place_label, visible_scopes
from workspace.queries.shown import LOCALE, Facet, State

PAGE = 40
SORTS = {
    "": ("SKU", "sku"),
    "-sku": ("SKU, from the end", "-sku"),
    "new": ("Newest first", "-pk"),
    "old": ("Oldest first", "pk"),
}
CELL = ("family_id", "offered", "placed", "incomplete")
COMPLETENESS = {"incomplete": "Incomplete", "complete": "Complete", "unplaced": "Not placed"}


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
    more: AttributeFacets
    products: list[ProductRow]
    next_cursor: str
    has_any: bool


def product_list(wanted: Wanted, *, actor: Actor, by: Sequence[str] = ()) -> ProductList:
    """One page of the products that the actor may see and asked for, with facets of the attributes `by`."""
    scopes, judged = _judged(wanted, actor)
    entries = _entries(wanted.q, actor)
    filters = _filters(actor, scopes, judged, wanted.of(CATEGORIES))
    total, found = counted(entries, filters, wanted, _cells)
    listed = narrowed(entries, filters, wanted)
    page = keyset_page(_listed(listed, wanted, actor), order=(order_of(wanted.sort),), cursor=wanted.cursor, limit=PAGE)
    shown = seen_now(page.rows, Product.objects.visible_to(actor), actor)
    has_any = bool(shown) or Product.objects.visible_to(actor).roots().exists()
    others = replace(wanted, values={name: wanted.of(name) for name in wanted.values or {} if not is_attribute(name)})
    but_attributes = partial(narrowed, entries, filters, others)
    more = attribute_facets(but_attributes, wanted, by=by, is_narrowed=others.is_filtered, actor=actor)
    shown_facets = [one for one in found if one.name != ATTRIBUTES]
    return ProductList(total, shown_facets, more, _rows(shown, judged, actor), page.next_cursor, has_any)


def order_of(sort: str) -> str:
    return SORTS.get(sort, SORTS[""])[1]


def matching_products(wanted: Wanted, *, actor: Actor) -> Rows:
    """The rows that the list would show, unordered and uncounted."""
    rows = Product.objects.visible_to(actor).roots()
    if not wanted.is_filtered:
        return rows
    scopes, judged = _judged(wanted, actor)
    kept = narrowed(_entries(wanted.q, actor), _filters(actor, scopes, judged), wanted)
    return rows.filter(pk__in=kept.values("root_id"))


def _listed(entries: Rows, wanted: Wanted, actor: Actor) -> Rows:
    """Products by their entries alone: quick to page through, and as true as those."""
    rows = Product.objects.roots().select_related("family") if actor.may("pim.view") else Product.objects.none()
    is_all = not (actor.within("pim.view").is_limited("market", CATEGORY) or wanted.is_filtered)
    return rows if is_all else rows.filter(pk__in=entries.values("root_id"))


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
        rows = rows.filter(words__contains=word)
    return rows


def _cells(entries: Rows) -> Iterable[Cell]:
    """Entries by all that the list is filtered by. One query."""
    grouped: Iterable[Cell] = entries.order_by().values(*CELL).annotate(rows=Count("pk"))
    return grouped


def _filters(
    actor: Actor, scopes: dict[str, Scope], judged: Sequence[Scope], chosen: Sequence[str] = ()
) -> list[Filter]:
    """How the list is narrowed, and what of a cell each facet reads."""
    here = {scope.pk for scope in judged}
    families = {one.pk: one for one in Family.objects.visible_to(actor)}
    places = _places(scopes.values())
    offers = {scope.pk: name for name, scope in places.items()}
    codes = {scope.pk: code for code, scope in scopes.items()}

    def narrow_unplaced(rows: Rows, values: Sequence[str]) -> Rows:
        """Trees of which nothing is placed in at least one of these."""
        return rows.filter(any_of(~Q(offered__contains=[places[name].pk]) for name in values if name in places))

    def completeness_of(cell: Cell) -> list[str]:
        if here.isdisjoint(cell["placed"]):
            return ["unplaced"]
        return ["complete" if here.isdisjoint(cell["incomplete"]) else "incomplete"]

    sold, lacking = Q(placed__overlap=sorted(here)), Q(incomplete__overlap=sorted(here))
    completeness = {"incomplete": sold & lacking, "complete": sold & ~lacking, "unplaced": ~sold}
    return [
        Filter(
            "family", "Family", lambda rows, values: rows.filter(family__code__in=values),
            of=lambda cell: [one.code] if (one := families.get(cell["family_id"])) else [],
            options=[(one.code, one.label(LOCALE)) for one in families.values()],
        ),
        category_filter(chosen),
        Filter(
            "complete", "Completeness",
            lambda rows, values: rows.filter(any_of(completeness[one] for one in values if one in completeness)),
            of=completeness_of, options=list(COMPLETENESS.items()),
        ),
        Filter(
            "scope", "Placed in", lambda rows, _: rows.filter(sold),
            of=lambda cell: [codes[pk] for pk in cell["placed"] if pk in codes],
            options=[(code, label(scope)) for code, scope in scopes.items()],
        ),
        Filter(
            "unplaced", "Not placed in", narrow_unplaced,
            of=lambda cell: places.keys() - {offers.get(pk) for pk in cell["offered"]},
            options=[(name, place_label(one)) for name, one in places.items()],
        ),
        attribute_filter(actor),
    ]  # fmt: skip


def _places(scopes: Iterable[Scope]) -> dict[str, Scope]:
    """A scope for each `channel/market`: what is placed there is offered in all its languages."""
    return {f"{scope.channel.code}/{scope.market.code}": scope for scope in scopes}


def _rows(products: Sequence[Product], scopes: Sequence[Scope], actor: Actor) -> list[ProductRow]:
    ids = [product.pk for product in products]
    titles, pictures = labels_of(ids, LOCALE), first_pictures(ids, actor)
    chips = chips_of({product.pk: product.sku for product in products}, actor)
    sold = Product.objects.sellable().filter(root_id__in=ids)
    variants = dict(sold.exclude(parent=None).order_by().values_list("root_id").annotate(Count("pk")))
    placed = Completeness.objects.of_places(actor).filter(root_id__in=ids, scope__in=scopes, is_placed=True)
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
