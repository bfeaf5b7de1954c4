"""The first page: what waits, what is due, what changed, how complete the assortment is; in the order of one's role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from associations.models import Binding
from dam.choices import AssetState
from dam.models import Asset, LicenceTerm
from foundation.core.actors import Actor
from pim.queries.summaries import Sums
from syndication.choices import ListingState
from syndication.models import Listing, Rejection
from workspace.queries.counts import MOST, Capped, capped_count
from workspace.queries.due import SOON, DueRow, due_list, terms_ending
from workspace.queries.heat import Board, Place, heat_table, read_board
from workspace.queries.history import recent_changes
from workspace.queries.home_cards import Card, cards_of
from workspace.queries.inbox import Wish, waiting
from workspace.queries.shown import HeatTable, TimelineEntry
from workspace.queries.work_items import WorkRow

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
    work_total: str
    work_url: str
    works: bool
    due: list[DueRow]
    cards: list[Card]
    changes: list[TimelineEntry]
    heat: HeatTable | None
    shows_heat: bool


def home_page(*, actor: Actor) -> HomePage:
    """A constant number of queries; none counts beyond some hundreds."""
    work, work_total = waiting(actor, WORK)
    board, terms = read_board(actor), terms_ending(actor)
    return HomePage(
        figures=_figures(actor, board, terms),
        work=work,
        work_total=str(work_total),
        work_url=Wish(tab="all").address(),
        works=actor.may("workflow.work"),
        due=due_list(actor, terms),
        cards=cards_of(actor),
        changes=recent_changes(actor, CHANGES),
        heat=heat_table(board, _cell_address),
        shows_heat=actor.may("pim.view"),
    )


def _cell_address(place: Place) -> str:
    page = reverse("completeness")
    return page if place == Place() else f"{page}?{urlencode({'cell': str(place)})}"


def _figures(actor: Actor, board: Board, terms: Sequence[LicenceTerm]) -> list[Figure]:
    """What one wants to know before coffee; only what the actor may look at."""
    rows: list[tuple[str, Callable[[Actor], Figure]]] = [
        ("pim.view", lambda _: _complete(board.of(Place()))),
        ("associations.decide", _proposals),
        ("dam.approve", _unapproved),
        ("dam.view", lambda _: _ending(terms)),
        ("syndication.view", _live),
        ("syndication.view", _held),
        ("syndication.view", _rejected),
    ]
    return [make(actor) for permission, make in rows if actor.may(permission)]


def _complete(sums: Sums) -> Figure:
    if not sums.products:
        return Figure("Complete", "–", "nothing is placed yet", "", reverse("completeness"))
    percent = 100 * sums.complete // sums.products
    note = f"{sums.complete:,} of {sums.products:,}, in all scopes"
    return Figure("Complete", f"{percent}%", note, _tone(percent), reverse("completeness"))


def _tone(percent: int) -> str:
    if percent >= READY:
        return "ok"
    return "attention" if percent >= NEARLY else "bad"


def _proposals(actor: Actor) -> Figure:
    waiting = capped_count(Binding.objects.visible_to(actor).proposed())
    tone = "attention" if waiting else "ok"
    return Figure("Proposals", str(waiting), "wait for a decision", tone, reverse("proposals"))


def _unapproved(actor: Actor) -> Figure:
    states = (AssetState.DRAFT, AssetState.REVIEW)
    waiting = capped_count(Asset.objects.visible_to(actor).filter(state__in=states))
    query = urlencode({"state": states}, doseq=True)
    return Figure(
        "To approve", str(waiting), "assets not out yet", "attention" if waiting else "ok",
        f"{reverse('asset_list')}?{query}",
    )  # fmt: skip


def _ending(terms: Sequence[LicenceTerm]) -> Figure:
    ending = Capped(min(len(terms), MOST), len(terms) > MOST)
    return Figure(
        "Licences ending", str(ending), f"within {SOON} days", "attention" if ending else "ok",
        f"{reverse('asset_list')}?licence=licensed",
    )  # fmt: skip


def _live(actor: Actor) -> Figure:
    live = capped_count(Listing.objects.visible_to(actor).filter(state=ListingState.LIVE))
    return Figure("Live listings", str(live), "out on your channels", "", f"{reverse('listing_list')}?state=live")


def _held(actor: Actor) -> Figure:
    held = capped_count(Listing.objects.visible_to(actor).filter(state=ListingState.HELD))
    tone = "attention" if held else "ok"
    return Figure("Held listings", str(held), "kept back until mended", tone, f"{reverse('listing_list')}?state=held")


def _rejected(actor: Actor) -> Figure:
    refused = capped_count(Rejection.objects.visible_to(actor).unresolved())
    return Figure(
        "Rejections", str(refused), "by channels, open", "bad" if refused else "ok", reverse("listing_list")
    )  # fmt: skip
