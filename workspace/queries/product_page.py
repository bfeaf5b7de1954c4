"""One product: values and where each comes from, pictures, completeness, variants, listings, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.markets.models import Scope
from pim.models import Completeness, Product
from pim.queries.products import ancestors_of, labels_of
from workspace.queries.gallery import Gallery, gallery
from workspace.queries.history import events_of, merged, value_changes
from workspace.queries.placements import PlacementPanel, get_visible_product, placement_panel
from workspace.queries.product_values import Group, MissingField, missing_fields, value_groups
from workspace.queries.scopes import PARTS, address, choose_scope, label, tabs, visible_scopes
from workspace.queries.shown import LOCALE, Tab, TimelineEntry
from workspace.queries.variants import Matrix, variant_matrix


@dataclass(frozen=True)
class ScopeRing:
    label: str
    percent: float
    missing: int
    url: str
    is_current: bool


@dataclass(frozen=True)
class Named:
    scheme: str
    value: str


@dataclass(frozen=True)
class Parent:
    sku: str
    title: str
    url: str


@dataclass(frozen=True)
class ProductHead:
    uid: UUID
    sku: str
    title: str
    family: str
    family_url: str
    level: str
    parent: Parent | None
    picture_url: str
    identifiers: list[Named]


@dataclass(frozen=True)
class ProductPage:
    product: ProductHead
    scopes: list[ScopeRing]
    markets: list[Tab]
    locales: list[Tab]
    scope: ScopeRing | None
    scope_label: str
    missing: list[MissingField]
    groups: list[Group]
    gallery: Gallery
    variants: Matrix | None
    placements: PlacementPanel
    history: list[TimelineEntry]


def product_gallery(uid: UUID, *, wanted: Mapping[str, str], actor: Actor) -> Gallery:
    """The page's pictures alone, in the same scope."""
    product, scopes = get_visible_product(uid, actor=actor), visible_scopes(actor)
    return gallery(product, _chosen(scopes, _judged(product, scopes), wanted), actor)


def product_page(uid: UUID, *, wanted: Mapping[str, str], actor: Actor) -> ProductPage:
    """The page in the scope that the address names; else the least complete one of those it is placed in."""
    product, scopes = get_visible_product(uid, actor=actor), visible_scopes(actor)
    judged = _judged(product, scopes)
    scope = _chosen(scopes, judged, wanted)
    line = [product, *ancestors_of([product.pk]).get(product.pk, [])]
    groups = value_groups(product, line, scope, actor)
    pictures = gallery(product, scope, actor)
    rings = [_ring(one, judged[one.pk], is_current=one == scope) for one in scopes if one.pk in judged]
    return ProductPage(
        product=_head(product, line, pictures),
        scopes=rings,
        markets=tabs(scopes, scope, "market") if scope else [],
        locales=tabs(scopes, scope, "locale") if scope else [],
        scope=next((ring for ring in rings if ring.is_current), None),
        scope_label=label(scope) if scope else "",
        missing=missing_fields(groups),
        groups=groups,
        gallery=pictures,
        variants=variant_matrix(product, scope, actor),
        placements=placement_panel(product, actor=actor, scopes=scopes),
        history=merged(
            value_changes(product, actor, LOCALE), events_of([product.uid], actor, but=["pim.product.changed"])
        ),
    )


def _judged(product: Product, scopes: Sequence[Scope]) -> dict[int, tuple[int, int]]:
    """Scope to (required, filled), where the product is placed; a model counts what is sold of it."""
    own = Q(pk=product.pk) | Q(parent_id=product.pk) | Q(root_id=product.pk)
    below = Product.objects.sellable().filter(own)
    rows = Completeness.objects.filter(product_id__in=below.values("pk"), scope__in=scopes, is_placed=True)
    sums: Any = rows.order_by().values_list("scope_id").annotate(Sum("required"), Sum("filled"))
    return {pk: (required, filled) for pk, required, filled in sums}


def _chosen(scopes: Sequence[Scope], judged: Mapping[int, tuple[int, int]], wanted: Mapping[str, str]) -> Scope | None:
    if any(wanted.get(part) for part in PARTS):
        return choose_scope(scopes, wanted)
    placed = [scope for scope in scopes if scope.pk in judged]
    return min(placed, key=lambda one: judged[one.pk][1] / judged[one.pk][0], default=next(iter(scopes), None))


def _ring(scope: Scope, judged: tuple[int, int], *, is_current: bool) -> ScopeRing:
    required, filled = judged
    return ScopeRing(label(scope), 100 * filled / required, required - filled, address(scope), is_current)


def _head(product: Product, line: Sequence[Product], pictures: Gallery) -> ProductHead:
    titles = labels_of([one.pk for one in line], LOCALE)
    above = line[1] if len(line) > 1 else None
    return ProductHead(
        uid=product.uid,
        sku=product.sku,
        title=titles[product.pk],
        family=product.family.label(LOCALE),
        family_url=f"{reverse('product_list')}?family={product.family.code}",
        level=_level(product),
        parent=Parent(above.sku, titles[above.pk], reverse("product", args=[above.uid])) if above else None,
        picture_url=pictures.first_picture_url,
        identifiers=[Named(one.scheme.upper(), one.value) for one in product.identifiers.order_by("scheme", "value")],
    )


def _level(product: Product) -> str:
    if product.parent_id is not None:
        return "Variant"
    return "Model" if product.family.depth else "Product"
