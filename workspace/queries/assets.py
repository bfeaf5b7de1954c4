"""The library of assets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.urls import reverse

from associations.models import Binding, LibraryEntry
from dam.choices import AssetState, Kind
from dam.models import Asset, Licence
from foundation.bulk.registry import verbs_for
from foundation.core import moment
from foundation.core.actors import CATEGORY, Actor
from foundation.core.pages import keyset_page
from pim.models import CatalogueEntry
from workspace.queries.facets import Cell, Filter, Narrow, Rows, Wanted, any_of, counted, narrowed, seen_now, wanted_of
from workspace.queries.pictures import addresses
from workspace.queries.rights import badges
from workspace.queries.scopes import visible_scopes
from workspace.queries.shown import Facet, State, Tile

PAGE = 60
ORDER = ("-pk",)
CELL = ("kind", "state", "is_bound", "is_proposed", "is_bare")
TONES = {
    AssetState.DRAFT: "",
    AssetState.REVIEW: "blue",
    AssetState.APPROVED: "ok",
    AssetState.RETIRED: "attention",
}


@dataclass(frozen=True)
class AssetList:
    total: int
    facets: list[Facet]
    tiles: list[Tile]
    next_cursor: str
    has_any: bool


def state_chip(asset: Asset) -> State:
    state = AssetState(asset.state)
    return State(state.label.capitalize(), TONES[state])


def asset_list(wanted: Wanted, *, actor: Actor) -> AssetList:
    """One page of the assets that the actor may see and asked for, newest first."""
    entries = _entries(wanted.q, actor)
    total, found = counted(entries, library_filters(), wanted, _cells)
    page = keyset_page(listed_assets(wanted, actor=actor), order=ORDER, cursor=wanted.cursor, limit=PAGE)
    shown = seen_now(page.rows, Asset.objects.visible_to(actor), actor)
    return AssetList(
        total,
        found,
        asset_tiles(shown, actor, trail=trail_of(wanted)),
        page.next_cursor,
        bool(shown) or Asset.objects.visible_to(actor).exists(),
    )


def listed_assets(wanted: Wanted, *, actor: Actor) -> Rows:
    """What the list shows, by its entries: quick to page through, and as true as those."""
    rows = Asset.objects.present().select_related("current_version") if actor.may("dam.view") else Asset.objects.none()
    if actor.within("dam.view").is_limited("market", CATEGORY) or wanted.q:
        rows = rows.filter(pk__in=_entries(wanted.q, actor).values("asset_id"))
    return narrowed(rows, library_filters(), wanted)


def wanted_assets(wanted: Wanted, *, actor: Actor) -> Rows:
    """Those that the list would show, in no order."""
    return narrowed(matching(Asset.objects.visible_to(actor), wanted.q, actor), library_filters(), wanted)


def selected_assets(given: Mapping[str, Sequence[str]], actor: Actor) -> Rows:
    """What the library shows for a query string: the meaning of "all that match"."""
    return wanted_assets(wanted_of(given, library_filters()), actor=actor)


def trail_of(wanted: Wanted) -> str:
    """The list's filters as a query string, so that an asset's page knows what comes next; empty without any."""
    pairs = [("q", wanted.q)] if wanted.q else []
    pairs += [(name, value) for name, values in (wanted.values or {}).items() for value in values]
    return f"?{urlencode(pairs)}" if pairs else ""


def matching(rows: Rows, q: str, actor: Actor) -> Rows:
    """Assets that have every word in their title, file names or keywords, or in the SKU of a product that they show."""
    return rows.filter(pk__in=_entries(q, actor).values("asset_id")) if q.strip() else rows


def _entries(q: str, actor: Actor) -> Rows:
    """The entries of the library that have every word. The limited find no SKU that they do not see."""
    rows = LibraryEntry.objects.visible_to(actor)
    seen = CatalogueEntry.objects.visible_to(actor).values("root_id")
    for word in q.lower().split()[:8]:
        shown = Q(shows__contains=word)
        if actor.within("pim.view").within("dam.view").is_limited("market", CATEGORY):
            bound = Binding.objects.active().in_markets_of(actor)
            told = bound.filter(product__sku__icontains=word, product__root_id__in=seen)
            shown &= Q(asset_id__in=told.values("asset_id"))
        rows = rows.filter(Q(words__contains=word) | shown)
    return rows


def _cells(entries: Rows) -> Iterable[Cell]:
    """Entries by all that the library is filtered by. One query."""
    grouped: Iterable[Cell] = entries.order_by().annotate(is_bare=_bare()).values(*CELL).annotate(rows=Count("pk"))
    return grouped


def _bare() -> Any:
    """Without a licence that still holds: all that it has are among the revoked, as is nothing at all."""
    revoked = ArraySubquery(Licence.objects.exclude(revoked_at=None).values("pk"))
    return ExpressionWrapper(Q(licences__contained_by=revoked), output_field=BooleanField())


def library_filters() -> list[Filter]:
    """How the library is narrowed, and what of a cell each facet reads."""

    def among(tests: Mapping[str, Any]) -> Narrow:
        def narrow(rows: Rows, values: Sequence[str]) -> Rows:
            chosen = any_of(tests[value] for value in values if value in tests)
            entries = LibraryEntry.objects.annotate(is_bare=_bare()).filter(chosen)
            return rows.filter(pk__in=entries.values("asset_id"))

        return narrow

    binding = {
        "bound": Q(is_bound=True),
        "proposed": Q(is_proposed=True),
        "loose": Q(is_bound=False, is_proposed=False),
    }
    return [
        Filter(
            "state", "State", lambda rows, values: rows.filter(state__in=values), of=lambda cell: [cell["state"]],
            options=[(one.value, one.label.capitalize()) for one in AssetState],
        ),
        Filter(
            "kind", "Kind", lambda rows, values: rows.filter(kind__in=values), of=lambda cell: [cell["kind"]],
            options=[(one.value, one.label.capitalize()) for one in Kind],
        ),
        Filter(
            "binding", "Products", among(binding), of=_bindings_of,
            options=[("bound", "Bound"), ("proposed", "Proposed"), ("loose", "Bound to none")],
        ),
        Filter(
            "licence", "Licence", among({"licensed": Q(is_bare=False), "none": Q(is_bare=True)}),
            of=lambda cell: ["none" if cell["is_bare"] else "licensed"],
            options=[("licensed", "On record"), ("none", "None")],
        ),
    ]  # fmt: skip


def _bindings_of(cell: Cell) -> list[str]:
    """An asset may be bound to one product and proposed for another."""
    said = {"bound": cell["is_bound"], "proposed": cell["is_proposed"]}
    return [name for name, holds in said.items() if holds] or ["loose"]


def tiles_of(ids: Iterable[int], *, actor: Actor, trail: str = "") -> list[Tile]:
    """Some assets as the library draws them, as far as the actor sees them."""
    rows = Asset.objects.visible_to(actor).filter(pk__in=ids).select_related("current_version")
    return asset_tiles(list(rows), actor, trail=trail)


def asset_tiles(assets: Sequence[Asset], actor: Actor, *, trail: str = "") -> list[Tile]:
    """Rights are those for the actor's first scope: a library shows one badge, the asset's page shows all."""
    urls = addresses(assets, actor)
    may_select = bool(verbs_for("asset", actor))
    rights = badges([asset.pk for asset in assets], next(iter(visible_scopes(actor)), None), moment.now())
    return [
        Tile(
            url=reverse("asset", args=[asset.uid]) + trail,
            name=asset.title,
            picture_url=urls.get(asset.pk, ""),
            tag="" if asset.state == AssetState.APPROVED else state_chip(asset).label,
            meta=[pixels(asset)],
            rights=rights.get(asset.pk),
            uid=str(asset.uid) if may_select else "",
        )
        for asset in assets
    ]


def pixels(asset: Asset) -> str:
    """How large the picture is; of what has no size its kind."""
    version = asset.current_version
    if version is None or version.width is None:
        return asset.get_kind_display()
    return f"{version.width} × {version.height}"
