"""Which asset comes before and after another one in the list that one came from."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from dam.models import Asset
from foundation.core.actors import Actor
from workspace.queries.assets import listed_assets, trail_of
from workspace.queries.facets import Wanted


@dataclass(frozen=True)
class Trail:
    """`query` carries the list's filters from page to page, empty without any."""

    query: str
    list_url: str
    previous_url: str
    next_url: str


def trail(asset: Asset, wanted: Wanted, *, actor: Actor) -> Trail:
    """The neighbours by the list's order, newest first; an asset that left the list keeps its place. Two queries."""
    query, rows = trail_of(wanted), listed_assets(wanted, actor=actor).values_list("uid", flat=True)
    before = rows.filter(pk__gt=asset.pk).order_by("pk").first()
    after = rows.filter(pk__lt=asset.pk).order_by("-pk").first()
    return Trail(
        query=query,
        list_url=reverse("asset_list") + query,
        previous_url=reverse("asset", args=[before]) + query if before else "",
        next_url=reverse("asset", args=[after]) + query if after else "",
    )
