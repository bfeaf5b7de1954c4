"""One product: values and where each comes from, pictures, completeness, variants, listings, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.markets.models import Scope
from pim.choices import Sensitivity
from pim.models import Product
from pim.models.attributes import clearance_of
from pim.queries.classifications import actor_at
from pim.queries.completeness import tally
from pim.queries.products import labels_of, lines_of
from workspace.queries.findings import FindingLine, findings_of
from workspace.queries.gallery import Gallery, gallery
from workspace.queries.history import events_of, merged, value_changes
from workspace.queries.moves import Structure, structure_of
from workspace.queries.placements import PlacementPanel, get_visible_product, placement_panel
from workspace.queries.product_categories import CategoryCard, category_card
from workspace.queries.product_values import (
    Asked,
    Group,
    GroupCount,
    MissingField,
    group_counts,
    missing_fields,
    value_groups,
)
from workspace.queries.relations import RelationPanel, relation_panel
from workspace.queries.scopes import PARTS, address, choose_scope, codes, label, tabs, visible_scopes
from workspace.queries.sheets import Sheet, read_sheet
from workspace.queries.shown import LOCALE, Tab, TimelineEntry
from workspace.queries.variants import Matrix, Neighbours, neighbours_of, variant_matrix


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
class Workbench:
    """A product in a scope, with how complete it is in each: what the page and the answers to edits are made of."""

    product: Product
    line: Sequence[Product]
    scopes: Sequence[Scope]
    sheet: Sheet | None
    rings: list[ScopeRing]
    markets: list[Tab]
    locales: list[Tab]

    @property
    def current(self) -> Scope | None:
        return self.sheet.scope if self.sheet else None

    @property
    def sensitive(self) -> list[str]:
        """Codes of the attributes that are shown and not public; an empty one may stand in the history below."""
        entries = self.sheet.entries if self.sheet else []
        return [one.code for one in entries if one.attribute.sensitivity != Sensitivity.PUBLIC]

    @property
    def score(self) -> dict[str, Any]:
        """What an edit may change outside of its field."""
        return {
            "uid": self.product.uid,
            "scopes": self.rings,
            "scope": next((ring for ring in self.rings if ring.is_current), None),
            "scope_label": label(self.current) if self.current else "",
            "scope_query": address(self.current) if self.current else "",
            "scope_parts": list(codes(self.current).items()) if self.current else [],
            "markets": self.markets,
            "locales": self.locales,
            "missing": missing_fields(self.sheet) if self.sheet else [],
            "group_counts": group_counts(self.sheet) if self.sheet else [],
        }


@dataclass(frozen=True)
class ProductPage:
    """`uid` to `group_counts` are those of `Workbench.score`."""

    uid: UUID
    product: ProductHead
    scopes: list[ScopeRing]
    markets: list[Tab]
    locales: list[Tab]
    scope: ScopeRing | None
    scope_label: str
    scope_query: str
    scope_parts: list[tuple[str, str]]
    missing: list[MissingField]
    group_counts: list[GroupCount]
    groups: list[Group]
    asked: Asked
    can_edit: bool
    gallery: Gallery
    variants: Matrix | None
    structure: Structure
    neighbours: Neighbours | None
    placements: PlacementPanel
    categories: CategoryCard
    relations: RelationPanel
    history: list[TimelineEntry]
    findings: list[FindingLine]
    bench: Workbench


def open_workbench(uid: UUID, *, wanted: Mapping[str, str], actor: Actor) -> Workbench:
    """The product in the scope that the address names; else the least complete one of those it is placed in."""
    product = get_visible_product(uid, actor=actor)
    actor = actor_at(product, actor)
    scopes = visible_scopes(actor)
    judged = tally(product)
    scope = _chosen(scopes, judged, wanted)
    line = [product, *lines_of([product.pk]).get(product.pk, [product])[1:]]
    percents = {pk: 100 * filled / required for pk, (required, filled) in judged.items()}
    only = "&only=missing" if wanted.get("only") == "missing" else ""
    return Workbench(
        product=product,
        line=line,
        scopes=scopes,
        sheet=read_sheet(product, line, scope, actor) if scope else None,
        rings=[_ring(one, judged[one.pk], is_current=one == scope) for one in scopes if one.pk in judged],
        markets=tabs(scopes, scope, "market", percents=percents, more=only) if scope else [],
        locales=tabs(scopes, scope, "locale", percents=percents, more=only) if scope else [],
    )


def product_gallery(uid: UUID, *, wanted: Mapping[str, str], actor: Actor) -> Gallery:
    """The page's pictures alone, in the same scope."""
    product = get_visible_product(uid, actor=actor)
    actor = actor_at(product, actor)
    scopes = visible_scopes(actor)
    return gallery(product, _chosen(scopes, tally(product), wanted), actor)


def product_page(uid: UUID, *, wanted: Mapping[str, str], actor: Actor) -> ProductPage:
    """The whole page."""
    bench, asked, whole = open_workbench(uid, wanted=wanted, actor=actor), Asked.of(wanted), actor
    product, scope, actor = bench.product, bench.current, actor_at(bench.product, actor)
    pictures = gallery(product, scope, actor)
    variants = variant_matrix(product, scope, actor)
    return ProductPage(
        **bench.score,
        bench=bench,
        product=_head(product, bench.line, pictures, scope, actor),
        groups=value_groups(bench.sheet, asked) if bench.sheet else [],
        asked=asked,
        can_edit=actor.may("pim.edit"),
        gallery=pictures,
        variants=variants,
        structure=structure_of(product, actor=whole, has_variants=variants is not None),
        findings=findings_of(product, actor),
        neighbours=neighbours_of(product, variants, only=asked.only),
        placements=placement_panel(product, actor=actor, scopes=bench.scopes),
        categories=category_card(product, actor=actor, q=wanted.get("categories", "")[:200].replace("\0", "")),
        relations=relation_panel(product, actor=actor, scope_query=address(scope) if scope else "", line=bench.line),
        history=merged(
            value_changes(product, actor, LOCALE), events_of([product.uid], actor, but=["pim.product.changed"])
        ),
    )


def _chosen(scopes: Sequence[Scope], judged: Mapping[int, tuple[int, int]], wanted: Mapping[str, str]) -> Scope | None:
    if any(wanted.get(part) for part in PARTS):
        return choose_scope(scopes, wanted)
    placed = [scope for scope in scopes if scope.pk in judged]
    return min(placed, key=lambda one: judged[one.pk][1] / judged[one.pk][0], default=next(iter(scopes), None))


def _ring(scope: Scope, judged: tuple[int, int], *, is_current: bool) -> ScopeRing:
    required, filled = judged
    return ScopeRing(label(scope), 100 * filled / required, required - filled, address(scope), is_current)


def _head(
    product: Product, line: Sequence[Product], pictures: Gallery, scope: Scope | None, actor: Actor
) -> ProductHead:
    query = address(scope) if scope else ""
    titles = labels_of([one.pk for one in line], LOCALE)
    above = line[1] if len(line) > 1 else None
    identifiers = product.identifiers.within(clearance_of(actor)).order_by("scheme", "value")
    return ProductHead(
        uid=product.uid,
        sku=product.sku,
        title=titles[product.pk],
        family=product.family.label(LOCALE),
        family_url=f"{reverse('product_list')}?family={product.family.code}",
        level=_level(product),
        parent=Parent(above.sku, titles[above.pk], reverse("product", args=[above.uid]) + query) if above else None,
        picture_url=pictures.first_picture_url,
        identifiers=[Named(one.scheme.upper(), one.value) for one in identifiers],
    )


def _level(product: Product) -> str:
    if product.parent_id is not None:
        return "Variant"
    return "Model" if product.family.depth else "Product"
