"""The library of assets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from associations.models import Binding
from dam.choices import AssetState, Kind
from dam.models import Asset, AssetLicence, AssetVersion
from foundation.bulk.registry import verbs_for
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from workspace.queries.facets import Filter, Rows, Wanted, facets, narrowed, wanted_of
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
    found, filters = _matching(visible, wanted.q, actor), _filters()
    kept = narrowed(found, filters, wanted)
    total = kept.count()
    page = keyset_page(kept.select_related("current_version"), order=ORDER, cursor=wanted.cursor, limit=PAGE)
    return AssetList(
        total,
        facets(found, filters, wanted),
        _tiles(page.rows, actor),
        page.next_cursor,
        bool(total) or visible.exists(),
    )


def matching_assets(given: Mapping[str, Sequence[str]], actor: Actor) -> Rows:
    """What the library shows for a query string: the meaning of "all that match"."""
    filters = _filters()
    asked = wanted_of(given, filters)
    return narrowed(_matching(Asset.objects.visible_to(actor), asked.q, actor), filters, asked)


def _matching(rows: Rows, q: str, actor: Actor) -> Rows:
    """By title, file name, or the SKU of a visible product that it shows."""
    for word in q.split()[:8]:
        versions = AssetVersion.objects.filter(asset=OuterRef("pk"), filename__icontains=word)
        shows = Binding.objects.visible_to(actor).active().filter(asset=OuterRef("pk"), product__sku__icontains=word)
        rows = rows.filter(Q(title__icontains=word) | Exists(versions) | Exists(shows))
    return rows


def _filters() -> list[Filter]:
    bound: Any = Exists(Binding.objects.active().filter(asset=OuterRef("pk")))
    asked: Any = Exists(Binding.objects.proposed().filter(asset=OuterRef("pk")))
    cleared: Any = Exists(AssetLicence.objects.filter(asset=OuterRef("pk"), licence__revoked_at=None))
    binding = {"bound": bound, "proposed": asked, "loose": ~bound & ~asked}
    licence = {"licensed": cleared, "none": ~cleared}
    return [
        Filter("state", "State", lambda rows, values: rows.filter(state__in=values), _count("state", AssetState)),
        Filter("kind", "Kind", lambda rows, values: rows.filter(kind__in=values), _count("kind", Kind)),
        _tests("binding", "Products", binding, {"bound": "Bound", "proposed": "Proposed", "loose": "Bound to none"}),
        _tests("licence", "Licence", licence, {"licensed": "On record", "none": "None"}),
    ]


def _count(field: str, choices: type[AssetState | Kind]) -> Callable[[Rows], Iterable[tuple[str, str, int]]]:
    def count(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = dict(rows.order_by().values_list(field).annotate(Count("pk")))
        return [(one.value, one.label.capitalize(), counts.get(one.value, 0)) for one in choices]

    return count


def _tests(name: str, title: str, tests: Mapping[str, Any], labels: dict[str, str]) -> Filter:
    """A facet whose values are conditions."""

    def narrow(rows: Rows, values: Sequence[str]) -> Rows:
        wanted = Q(pk__in=[])
        for value in values:
            wanted |= Q(tests[value]) if value in tests else Q(pk__in=[])
        return rows.filter(wanted)

    def count(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = rows.order_by().aggregate(**{value: Count("pk", filter=Q(test)) for value, test in tests.items()})
        return [(value, labels[value], counts[value]) for value in tests]

    return Filter(name, title, narrow, count)


def tiles_of(ids: Iterable[int], *, actor: Actor) -> list[Tile]:
    """Some assets as the library draws them, as far as the actor sees them."""
    rows = Asset.objects.visible_to(actor).filter(pk__in=ids).select_related("current_version")
    return _tiles(list(rows), actor)


def _tiles(assets: Sequence[Asset], actor: Actor) -> list[Tile]:
    """Rights are those for the actor's first scope: a library shows one badge, the asset's page shows all."""
    urls = addresses(assets, actor)
    may_select = bool(verbs_for("asset", actor))
    rights = badges([asset.pk for asset in assets], next(iter(visible_scopes(actor)), None), moment.now())
    return [
        Tile(
            url=reverse("asset", args=[asset.uid]),
            name=asset.title,
            picture_url=urls.get(asset.pk, ""),
            tag="" if asset.state == AssetState.APPROVED else state_chip(asset).label,
            meta=[_pixels(asset)],
            rights=rights.get(asset.pk),
            uid=str(asset.uid) if may_select else "",
        )
        for asset in assets
    ]


def _pixels(asset: Asset) -> str:
    version = asset.current_version
    if version is None or version.width is None:
        return asset.get_kind_display()
    return f"{version.width} × {version.height}"
