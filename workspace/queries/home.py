"""The first page: what waits, what changed, how complete the assortment is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery, Sum
from django.urls import reverse

from associations.queries import FamilyCoverage, coverage_overview, unbound_assets
from dam.models import Asset
from foundation.core.actors import Actor
from foundation.markets.models import Scope
from pim.models import Completeness, Family, Product
from pim.queries.completeness import overview
from workspace.queries.history import recent_changes
from workspace.queries.listings import listing_counts
from workspace.queries.proposals import open_proposals
from workspace.queries.scopes import label, visible_scopes
from workspace.queries.shown import LOCALE, HeatCell, HeatColumn, HeatGroup, HeatRow, HeatTable, TimelineEntry
from workspace.queries.work_items import WorkRow, work_list

WORK, CHANGES = 6, 8
READY, NEARLY = 95, 70


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    note: str
    tone: str
    url: str


@dataclass(frozen=True)
class HomePage:
    figures: list[Figure]
    work: list[WorkRow]
    work_total: int
    work_url: str
    changes: list[TimelineEntry]
    heat: HeatTable | None


def home_page(*, actor: Actor) -> HomePage:
    work = work_list(actor=actor, limit=WORK)
    return HomePage(
        figures=_figures(actor),
        work=work.items,
        work_total=work.total,
        work_url=reverse("work_items"),
        changes=recent_changes(actor, CHANGES),
        heat=heat_table(actor),
    )


def heat_table(actor: Actor) -> HeatTable | None:
    """Families by scope: the share of required values that are filled in what is sold and placed. Three queries."""
    family = Subquery(Product.objects.filter(pk=OuterRef("product_id")).values("family_id"))
    rows = Completeness.objects.filter(
        is_placed=True, product_id__in=Product.objects.visible_to(actor).sellable().values("pk")
    )
    grouped = rows.annotate(family=family).order_by().values_list("family", "scope_id")
    sums = {(row[0], row[1]): (row[2], row[3]) for row in grouped.annotate(Sum("required"), Sum("filled"))}
    scopes = [scope for scope in visible_scopes(actor) if any(key[1] == scope.pk for key in sums)]
    families = [one for one in Family.objects.visible_to(actor) if any((one.pk, scope.pk) in sums for scope in scopes)]
    if not families:
        return None
    return HeatTable(
        caption="Completeness by family, channel, market and locale",
        corner="Family",
        groups=[HeatGroup(label, len(list(some))) for label, some in groupby(scopes, key=_channel_name)],
        columns=[
            HeatColumn(f"{one.market.code} {one.locale_id}", f"{one.market.name}, {one.locale_id}") for one in scopes
        ],
        rows=[_heat_row(one, scopes, sums) for one in families],
    )


def _channel_name(scope: Scope) -> str:
    return scope.channel.name or scope.channel.code


def _heat_row(family: Family, scopes: Sequence[Scope], sums: Mapping[tuple[int, int], tuple[int, int]]) -> HeatRow:
    cells, parts = [], []
    name = family.label(LOCALE)
    for scope in scopes:
        if (found := sums.get((family.pk, scope.pk))) is None:
            cells.append(HeatCell(None))
            continue
        required, filled = found
        parts.append(found)
        query = urlencode({"family": family.code, "scope": str(scope), "complete": "incomplete"})
        note = f"{name}, {label(scope)}: {required - filled} values missing"
        cells.append(HeatCell(100 * filled / required, f"{reverse('product_list')}?{query}", note))
    mean = 100 * sum(filled for _, filled in parts) / sum(required for required, _ in parts)
    return HeatRow(name, "", cells, mean)


def _figures(actor: Actor) -> list[Figure]:
    """What one wants to know before coffee; only what the actor may look at."""
    figures = []
    if actor.may("pim.view"):
        figures += _product_figures(actor)
    if actor.may("dam.view"):
        figures += _picture_figures(actor)
    if actor.may("syndication.view"):
        figures += _listing_figures(actor)
    return figures


def _product_figures(actor: Actor) -> list[Figure]:
    scopes = overview(actor)
    placed = sum(row.products for row in scopes)
    complete = sum(row.complete for row in scopes)
    sold = Product.objects.visible_to(actor).sellable().count()
    percent = 100 * complete // placed if placed else 0
    return [
        Figure("Products to sell", f"{sold:,}", "variants and simple products", "", reverse("product_list")),
        Figure(
            "Ready to list",
            f"{percent}%" if placed else "–",
            f"{complete:,} of {placed:,} are complete" if placed else "nothing is placed yet",
            _tone(percent) if placed else "",
            f"{reverse('product_list')}?complete=incomplete",
        ),
    ]


def _tone(percent: int) -> str:
    if percent >= READY:
        return "ok"
    return "attention" if percent >= NEARLY else "bad"


def _picture_figures(actor: Actor) -> list[Figure]:
    coverage = coverage_overview(actor)
    bare = sum(row.without_picture for row in coverage)
    waiting = open_proposals(actor).count()
    loose = unbound_assets(actor).count()
    assets = Asset.objects.visible_to(actor).count()
    return [
        Figure(
            "Without a picture",
            f"{bare:,}",
            "products that nobody can see",
            "bad" if bare else "ok",
            _uncovered(coverage),
        ),
        Figure(
            "Proposals", f"{waiting:,}", "wait for a decision", "attention" if waiting else "ok", reverse("proposals")
        ),
        Figure("Assets", f"{assets:,}", f"{loose:,} bound to no product", "", f"{reverse('asset_list')}?binding=loose"),
    ]


def _uncovered(coverage: Sequence[FamilyCoverage]) -> str:
    """The products of the family that lacks most."""
    worst = max(coverage, key=lambda row: row.without_picture, default=None)
    bare = worst is not None and worst.without_picture > 0
    return reverse("product_list") + (f"?family={worst.family}" if worst and bare else "")


def _listing_figures(actor: Actor) -> list[Figure]:
    live, held = listing_counts(actor)
    note = f"{held:,} held" if held else "none is held"
    return [Figure("Live listings", f"{live:,}", note, "attention" if held else "", reverse("listing_list"))]
