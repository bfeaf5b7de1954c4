"""Completeness as a table: families down, markets and their channels across, each number an address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from foundation.core.actors import Actor
from foundation.markets.models import Scope
from pim.models import Family
from pim.queries.summaries import Sums, summaries, total
from workspace.queries.scopes import visible_scopes
from workspace.queries.shown import LOCALE, HeatCell, HeatColumn, HeatGroup, HeatRow, HeatTable

ANY = "*"


@dataclass(frozen=True)
class Place:
    """A cell of the table: codes of a family, a channel and a market, or any."""

    family: str = ANY
    channel: str = ANY
    market: str = ANY

    def __str__(self) -> str:
        return f"{self.family}/{self.channel}/{self.market}"

    @classmethod
    def read(cls, text: str) -> Place:
        """From an address; anything that is no place is all of them."""
        parts = text.rsplit("/", 2)
        return cls(*(part or ANY for part in parts)) if len(parts) == 3 else cls()

    def has_family(self, family: Family) -> bool:
        return self.family in (ANY, family.code)

    def has_scope(self, scope: Scope) -> bool:
        return self.channel in (ANY, scope.channel.code) and self.market in (ANY, scope.market.code)


@dataclass(frozen=True)
class Board:
    """The sums of the families and scopes at hand."""

    families: Sequence[Family]
    scopes: Sequence[Scope]
    sums: Mapping[tuple[int, int], Sums]

    def of(self, place: Place) -> Sums:
        families = [one.pk for one in self.families if place.has_family(one)]
        scopes = [one.pk for one in self.scopes if place.has_scope(one)]
        return total(self.sums[at] for family in families for scope in scopes if (at := (family, scope)) in self.sums)


def read_board(actor: Actor, *, scopes: Sequence[Scope] | None = None, family: str = "") -> Board:
    """What the actor may see of it, without families and scopes in which nothing is offered. Three queries at most."""
    scopes = visible_scopes(actor) if scopes is None else scopes
    families = [one for one in Family.objects.visible_to(actor) if family in ("", one.code)]
    sums = summaries(actor, families=[one.pk for one in families], scopes=[one.pk for one in scopes])
    in_families, in_scopes = {key[0] for key in sums}, {key[1] for key in sums}
    return Board(
        [one for one in families if one.pk in in_families], [one for one in scopes if one.pk in in_scopes], sums
    )


def heat_table(
    board: Board, address: Callable[[Place], str], *, chosen: Place | None = None, by_name: bool = False
) -> HeatTable | None:
    """Worst family first, or by name; none where nothing is offered. With a chosen place it can be drawn again."""
    if not board.families:
        return None
    columns = _columns(board.scopes)
    names = {Place(channel=scope.channel.code, market=scope.market.code): _channel_name(scope) for scope in columns}

    def cell(place: Place, where: str) -> HeatCell:
        sums = board.of(place)
        if not sums.products:
            return HeatCell(None)
        words = f"{where}: {sums.missing:,} values missing, {sums.incomplete:,} of {sums.products:,} not complete"
        return HeatCell(sums.percent, address(place), words, _key(place, chosen), is_current=chosen == place != Place())

    def row(code: str, name: str) -> HeatRow:
        places = [Place(code, scope.channel.code, scope.market.code) for scope in columns]
        cells = [
            cell(place, f"{name}, {scope.channel.name or scope.channel.code} in {scope.market.name}")
            for place, scope in zip(places, columns, strict=True)
        ]
        whole = cell(Place(code), f"{name} everywhere")
        return HeatRow(name, "", cells, whole.percent or 0, whole)

    rows = [row(one.code, one.label(LOCALE)) for one in board.families]
    if not by_name:
        rows.sort(key=lambda one: (one.mean, one.label))
    return HeatTable(
        caption="Completeness by family, market and channel",
        corner="Family",
        groups=[HeatGroup(name, len(list(some))) for name, some in groupby(columns, key=lambda one: one.market.name)],
        columns=[
            HeatColumn(name, f"{name} in {scope.market.name}")
            for name, scope in zip(names.values(), columns, strict=True)
        ],
        rows=rows,
        totals=row(ANY, "All families") if len(rows) > 1 else None,
    )


def _key(place: Place, chosen: Place | None) -> str:
    return f"cell-{place}" if chosen else ""


def _columns(scopes: Iterable[Scope]) -> list[Scope]:
    """One scope for each channel in each market, market by market."""
    found = {(one.market.name, one.market.code, one.channel.code): one for one in reversed(list(scopes))}
    return [found[key] for key in sorted(found)]


def _channel_name(scope: Scope) -> str:
    return scope.channel.name or scope.channel.code
