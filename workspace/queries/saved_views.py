"""Saved views as the lists show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from urllib.parse import parse_qs
from uuid import UUID

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from workspace.choices import LISTS
from workspace.models import SavedView
from workspace.queries.assets import wanted_assets
from workspace.queries.facets import Rows, Wanted
from workspace.queries.listings import matching_listings
from workspace.queries.products import matching_products
from workspace.queries.shown import State

SHOWN, PAGE, COUNTED = 30, 50, 1_000
# The rows that a list would show.
Matching = Callable[..., Rows]
MATCHING: dict[str, Matching] = {
    "product_list": matching_products,
    "asset_list": wanted_assets,
    "listing_list": matching_listings,
}
LABELS = {"product_list": "Products", "asset_list": "Assets", "listing_list": "Listings"}


@dataclass(frozen=True)
class ViewRow:
    uid: UUID
    name: str
    page: str
    page_label: str
    url: str
    owner: str
    is_mine: bool
    is_shared: bool
    is_current: bool

    @property
    def sharing(self) -> State | None:
        return State("Shared", "blue") if self.is_shared else None


@dataclass(frozen=True)
class ViewPanel:
    """What stands beside a list: `query` is what would be saved, `is_filtered` whether there is anything to save."""

    page: str
    query: str
    all_url: str
    mine: list[ViewRow]
    shared: list[ViewRow]
    is_filtered: bool

    @property
    def is_any(self) -> bool:
        return bool(self.mine or self.shared)

    @property
    def is_saved(self) -> bool:
        return any(view.is_current for view in chain(self.mine, self.shared))


@dataclass(frozen=True)
class ViewList:
    views: list[ViewRow]
    next_cursor: str


def view_address(view: SavedView) -> str:
    address = reverse(view.page)
    return f"{address}?{view.query}" if view.query else address


def view_panel(page: str, *, query: str, actor: Actor) -> ViewPanel:
    """One's own views of a list and those that others share, by name. `query` is spelled as services keep it."""
    rows = SavedView.objects.visible_to(actor).filter(page=page).select_related("owner")
    own = [_row(view, actor, query) for view in rows.filter(owner_id=actor.user_id).order_by("name")[:SHOWN]]
    others = [_row(view, actor, query) for view in rows.exclude(owner_id=actor.user_id).order_by("name")[:SHOWN]]
    return ViewPanel(page, query, reverse(page), own, others, bool(query))


def saved_view_list(*, actor: Actor, cursor: str = "") -> ViewList:
    """Every view that the actor may see, by list and name."""
    rows = SavedView.objects.visible_to(actor).select_related("owner")
    page = keyset_page(rows, order=("page", "name", "pk"), cursor=cursor, limit=PAGE)
    return ViewList([_row(view, actor, "") for view in page.rows], page.next_cursor)


def count_matches(page: str, *, actor: Actor) -> dict[UUID, str]:
    """How much each view of a list finds, counted no further than a thousand. One query a view."""
    if page not in LISTS or not actor.may(LISTS[page]):
        return {}
    panel = view_panel(page, query="", actor=actor)
    views = SavedView.objects.visible_to(actor).filter(uid__in=[row.uid for row in (*panel.mine, *panel.shared)])
    return {view.uid: _counted(view, actor) for view in views}


def _counted(view: SavedView, actor: Actor) -> str:
    values = parse_qs(view.query)
    values.pop("sort", None)
    wanted = Wanted(values.pop("q", [""])[0], values)
    rows = MATCHING[view.page](wanted, actor=actor).order_by().values("pk")[: COUNTED + 1]
    count = rows.count()
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"


def _row(view: SavedView, actor: Actor, query: str) -> ViewRow:
    return ViewRow(
        uid=view.uid,
        name=view.name,
        page=view.page,
        page_label=LABELS[view.page],
        url=view_address(view),
        owner=str(view.owner),
        is_mine=view.owner_id == actor.user_id,
        is_shared=view.is_shared,
        is_current=bool(query) and view.query == query,
    )
