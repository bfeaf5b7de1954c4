"""What is placed on a channel: by whom, since when, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.markets.models import Market
from pim.choices import PlacementState
from pim.models import Placement
from pim.queries.placements import decisions_of
from pim.queries.products import find_products, labels_of
from syndication.queries.channels import get_visible_channel
from workspace.queries.facets import Filter, Rows, Wanted, counted, narrowed
from workspace.queries.shown import LOCALE, Facet, State
from workspace.queries.words import person

PAGE = 50
STATES = {PlacementState.PLACED: State("Placed", "ok"), PlacementState.WITHDRAWN: State("Withdrawn")}


@dataclass(frozen=True)
class PlacementRow:
    """One decision; what is below a model follows it."""

    url: str
    title: str
    sku: str
    level: str
    market: str
    state: State
    since: datetime | None
    by: str
    reason: str


@dataclass(frozen=True)
class AssortmentPage:
    channel: str
    channel_url: str
    total: int
    facets: list[Facet]
    placements: list[PlacementRow]
    next_cursor: str


def assortment_page(code: str, wanted: Wanted, *, actor: Actor) -> AssortmentPage:
    """One page of a channel's placements in the actor's markets, the newest first."""
    channel = get_visible_channel(code, actor=actor)
    rows: Rows = Placement.objects.visible_to(actor).filter(channel=channel)
    for word in wanted.q.lower().split()[:8]:
        rows = rows.filter(product__in=find_products(word, actor=actor).values("pk"))
    filters = _filters(actor)
    total, found = counted(rows, filters, wanted)
    kept = narrowed(rows, filters, wanted)
    page = keyset_page(
        kept.select_related("product__family", "market"), order=("-pk",), cursor=wanted.cursor, limit=PAGE
    )
    return AssortmentPage(
        channel=channel.name or channel.code,
        channel_url=reverse("channel", args=[channel.code]),
        total=total,
        facets=found,
        placements=_rows(page.rows),
        next_cursor=page.next_cursor,
    )


def _rows(placements: list[Placement]) -> list[PlacementRow]:
    decisions = decisions_of({one.pk: one.state for one in placements})
    titles = labels_of([one.product_id for one in placements], LOCALE)
    return [
        PlacementRow(
            url=reverse("product", args=[one.product.uid]) + "#placements-title",
            title=titles[one.product_id],
            sku=one.product.sku,
            level="Model and its variants" if one.product.level < one.product.family.depth else "",
            market=one.market.name or one.market.code,
            state=STATES[PlacementState(one.state)],
            since=decision.at if decision else None,
            by=person(decision.actor) if decision else "",
            reason=one.reason,
        )
        for one in placements
        for decision in [decisions.get(one.pk)]
    ]


def _filters(actor: Actor) -> list[Filter]:
    def by_market(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = dict(rows.order_by().values_list("market_id").annotate(Count("pk")))
        return [(one.code, one.name or one.code, counts.get(one.pk, 0)) for one in Market.objects.visible_to(actor)]

    def by_state(rows: Rows) -> Iterable[tuple[str, str, int]]:
        counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
        return [(state.value, STATES[state].label, counts.get(state.value, 0)) for state in PlacementState]

    return [
        Filter("market", "Market", lambda rows, values: rows.filter(market__code__in=values), by_market),
        Filter("state", "State", lambda rows, values: rows.filter(state__in=values), by_state),
    ]
