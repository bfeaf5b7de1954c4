"""The library of assets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from associations.models import Binding
from dam.choices import AssetState, Kind
from dam.models import Asset, AssetLicence, AssetVersion
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from workspace.queries.facets import Filter, Rows, Wanted, conditions, facets, narrowed
from workspace.queries.pictures import addresses
from workspace.queries.rights import badges
from workspace.queries.scopes import visible_scopes
from workspace.queries.shown import Facet, State, Tile

PAGE = 60
ORDER = ("-pk",)
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
    visible = Asset.objects.visible_to(actor)
    found, filters = matching(visible, wanted.q, actor), library_filters()
    kept = narrowed(found, filters, wanted)
    total = kept.count()
    page = keyset_page(kept.select_related("current_version"), order=ORDER, cursor=wanted.cursor, limit=PAGE)
    return AssetList(
        total,
        facets(found, filters, wanted),
        asset_tiles(page.rows, actor, trail=trail_of(wanted)),
        page.next_cursor,
        bool(total) or visible.exists(),
    )


def wanted_assets(wanted: Wanted, *, actor: Actor) -> Rows:
    """Those that the list would show, in no order."""
    return narrowed(matching(Asset.objects.visible_to(actor), wanted.q, actor), library_filters(), wanted)


def trail_of(wanted: Wanted) -> str:
    """The list's filters as a query string, so that an asset's page knows what comes next; empty without any."""
    pairs = [("q", wanted.q)] if wanted.q else []
    pairs += [(name, value) for name, values in (wanted.values or {}).items() for value in values]
    return f"?{urlencode(pairs)}" if pairs else ""


def matching(rows: Rows, q: str, actor: Actor) -> Rows:
    """By title, file name, or the SKU of a visible product that it shows."""
    for word in q.split()[:8]:
        versions = AssetVersion.objects.filter(asset=OuterRef("pk"), filename__icontains=word)
        shows = Binding.objects.visible_to(actor).active().filter(asset=OuterRef("pk"), product__sku__icontains=word)
        rows = rows.filter(Q(title__icontains=word) | Exists(versions) | Exists(shows))
    return rows


def library_filters() -> list[Filter]:
    """How the library is narrowed."""
    bound: Any = Exists(Binding.objects.active().filter(asset=OuterRef("pk")))
    asked: Any = Exists(Binding.objects.proposed().filter(asset=OuterRef("pk")))
    cleared: Any = Exists(AssetLicence.objects.filter(asset=OuterRef("pk"), licence__revoked_at=None))
    binding = {"bound": bound, "proposed": asked, "loose": ~bound & ~asked}
    licence = {"licensed": cleared, "none": ~cleared}
    return [
        Filter("state", "State", lambda rows, values: rows.filter(state__in=values), _count("state", AssetState)),
        Filter("kind", "Kind", lambda rows, values: rows.filter(kind__in=values), _count("kind", Kind)),
        conditions(
            "binding", "Products", binding, {"bound": "Bound", "proposed": "Proposed", "loose": "Bound to none"}
        ),
        conditions("licence", "Licence", licence, {"licensed": "On record", "none": "None"}),
    ]


def _count(field: str, choices: type[AssetState | Kind]) -> Callable[[Rows], Iterable[tuple[str, str, int]]]:
    def count(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = dict(rows.order_by().values_list(field).annotate(Count("pk")))
        return [(one.value, one.label.capitalize(), counts.get(one.value, 0)) for one in choices]

    return count


def asset_tiles(assets: Sequence[Asset], actor: Actor, *, trail: str = "") -> list[Tile]:
    """Rights are those for the actor's first scope: a library shows one badge, the asset's page shows all."""
    urls = addresses(assets, actor)
    rights = badges([asset.pk for asset in assets], next(iter(visible_scopes(actor)), None), moment.now())
    return [
        Tile(
            url=reverse("asset", args=[asset.uid]) + trail,
            name=asset.title,
            picture_url=urls.get(asset.pk, ""),
            tag="" if asset.state == AssetState.APPROVED else state_chip(asset).label,
            meta=[pixels(asset)],
            rights=rights.get(asset.pk),
        )
        for asset in assets
    ]


def pixels(asset: Asset) -> str:
    """How large the picture is; of what has no size its kind."""
    version = asset.current_version
    if version is None or version.width is None:
        return asset.get_kind_display()
    return f"{version.width} × {version.height}"
