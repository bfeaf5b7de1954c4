"""Assets to choose from, in a dialog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from associations.models import Binding
from dam.choices import AssetState, Kind
from dam.models import Asset
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from pim.models import Product
from workspace.queries.assets import ORDER, library_filters, matching, pixels, state_chip
from workspace.queries.counts import Capped, capped_count
from workspace.queries.facets import Filter, Rows, Wanted, narrowed
from workspace.queries.pictures import addresses
from workspace.queries.rights import badges
from workspace.queries.scopes import choose_scope, visible_scopes
from workspace.queries.shown import Facet, FacetOption, Rights

PAGE = 48
OPTIONS: dict[str, dict[str, str]] = {
    "state": {one.value: one.label.capitalize() for one in AssetState},
    "kind": {one.value: one.label.capitalize() for one in Kind},
    "binding": {"bound": "Bound", "proposed": "Proposed", "loose": "Bound to none"},
    "licence": {"licensed": "On record", "none": "None"},
}


@dataclass(frozen=True)
class AssetChoice:
    """`taken` says why it cannot be chosen."""

    uid: UUID
    name: str
    picture_url: str
    tag: str
    taken: str
    meta: str
    rights: Rights | None


@dataclass(frozen=True)
class AssetChoices:
    choices: list[AssetChoice]
    next_cursor: str
    total: Capped | None
    facets: list[Facet]


def asset_choices(wanted: Wanted, *, product: Product | None, scope: Mapping[str, str], actor: Actor) -> AssetChoices:
    """One page, newest first. What a next page shows already, the counts, is not asked again."""
    found, filters = matching(Asset.objects.visible_to(actor), wanted.q, actor), library_filters()
    kept = narrowed(found, filters, wanted)
    page = keyset_page(kept.select_related("current_version"), order=ORDER, cursor=wanted.cursor, limit=PAGE)
    is_first = not wanted.cursor
    return AssetChoices(
        choices=_choices(page.rows, product, scope, actor),
        next_cursor=page.next_cursor,
        total=capped_count(kept) if is_first else None,
        facets=_facets(found, filters, wanted) if is_first else [],
    )


def _facets(found: Rows, filters: Sequence[Filter], wanted: Wanted) -> list[Facet]:
    """As those of the library, with counts that stop: the dialog must open at once, however large the library."""
    return [
        Facet(
            one.label,
            one.name,
            [
                FacetOption(label, value, capped_count(one.narrow(rows, [value])), value in wanted.of(one.name))
                for value, label in OPTIONS[one.name].items()
            ],
        )
        for one in filters
        if one.name in OPTIONS
        for rows in [narrowed(found, filters, wanted, but=one.name)]
    ]


def _choices(
    assets: Sequence[Asset], product: Product | None, wanted: Mapping[str, str], actor: Actor
) -> list[AssetChoice]:
    urls, ids = addresses(assets, actor), [asset.pk for asset in assets]
    rights = badges(ids, choose_scope(visible_scopes(actor), wanted), moment.now())
    bound = _bound(ids, product)
    return [
        AssetChoice(
            uid=asset.uid,
            name=asset.title,
            picture_url=urls.get(asset.pk, ""),
            tag="" if asset.state == AssetState.APPROVED else state_chip(asset).label,
            taken=bound.get(asset.pk) or ("Retired" if asset.state == AssetState.RETIRED else ""),
            meta=pixels(asset),
            rights=rights.get(asset.pk),
        )
        for asset in assets
    ]


def _bound(asset_ids: Sequence[int], product: Product | None) -> dict[int, str]:
    if product is None:
        return {}
    rows = Binding.objects.active().filter(product=product, asset_id__in=asset_ids).order_by("-pk")
    return {row.asset_id: f"Bound as {row.get_role_display()}" for row in rows}
