"""Completeness: the heat table, what is missing most in a cell of it, which products miss that, and the days before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.markets.models import Scope
from pim.models import Completeness, Family, FamilyAttribute, Product
from pim.queries.products import labels_of
from pim.queries.summaries import MissingAttribute, Sums, lacking, missing_most, trend
from workspace.queries.heat import Board, Place, heat_table, read_board
from workspace.queries.scopes import address as scope_address
from workspace.queries.scopes import codes, label, visible_scopes
from workspace.queries.shown import LOCALE, Choice, HeatTable, Select, Tab
from workspace.queries.words import anchor

DAYS = 90
BARS = 12
PAGE = 50
SPELT = 4
FILTERS = ("market", "channel", "locale", "family")


@dataclass(frozen=True)
class Asked:
    """What the address says. Filters narrow the table; `cell` and `attribute` go down into it."""

    market: str = ""
    channel: str = ""
    locale: str = ""
    family: str = ""
    sort: str = ""
    cell: str = ""
    attribute: str = ""
    show: str = ""  # "all": every attribute; "incomplete": the products that miss anything
    cursor: str = ""

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> Asked:
        return cls(**{name: parameters.get(name, "") for name in cls.__dataclass_fields__})

    def address(self, **changes: str) -> str:
        """The page with some of it changed, and nothing that is empty."""
        said = {name: value for name, value in vars(replace(self, cursor="", **changes)).items() if value}
        return f"{reverse('completeness')}?{urlencode(said)}" if said else reverse("completeness")

    @property
    def is_filtered(self) -> bool:
        return any(getattr(self, name) for name in FILTERS)


@dataclass(frozen=True)
class Bar:
    key: str
    label: str
    count: int
    share: int  # percent of the longest
    url: str
    is_current: bool


@dataclass(frozen=True)
class Panel:
    """One cell of the table, or everything."""

    title: str
    sums: Sums
    incomplete_url: str
    everything_url: str
    locales: list[Tab]
    bars: list[Bar]
    more: int
    more_url: str


@dataclass(frozen=True)
class MissingLink:
    label: str
    url: str


@dataclass(frozen=True)
class LackingRow:
    uid: UUID
    title: str
    sku: str
    scope: str
    url: str
    missing: list[MissingLink]
    others: int


@dataclass(frozen=True)
class LackingList:
    heading: str
    total: int
    rows: list[LackingRow]
    next_cursor: str
    close_url: str


@dataclass(frozen=True)
class TrendRow:
    day: date
    filled: float
    complete: float
    products: int


@dataclass(frozen=True)
class CompletenessPage:
    filters: list[Select]
    heat: HeatTable | None
    panel: Panel | None
    lacking: LackingList | None
    trend: list[TrendRow]
    since: str
    sort_urls: dict[str, str]
    is_filtered: bool


@dataclass(frozen=True)
class Cell:
    """The families and scopes that one place of the table stands for, and the languages that there are in it."""

    place: Place
    sums: Sums
    families: Sequence[Family]
    scopes: Sequence[Scope]
    locales: Sequence[str]

    @property
    def family_ids(self) -> list[int]:
        return [one.pk for one in self.families]

    @property
    def scope_ids(self) -> list[int]:
        return [one.pk for one in self.scopes]


def completeness_page(asked: Asked, *, actor: Actor) -> CompletenessPage:
    """A constant number of queries, none of which reads more products than are listed."""
    scopes = visible_scopes(actor)
    at_hand = [one for one in scopes if all(getattr(asked, part) in ("", code) for part, code in codes(one).items())]
    board = read_board(actor, scopes=at_hand, family=asked.family)
    cell = _cell(Place.read(asked.cell), board, scopes)

    def into(wanted: Place) -> str:
        return asked.address(cell="" if wanted == Place() else str(wanted), attribute="", show="")

    missing = missing_most(actor, families=cell.family_ids, scopes=cell.scope_ids, locale=LOCALE)
    return CompletenessPage(
        filters=_selects(asked, scopes, actor),
        heat=heat_table(board, into, chosen=cell.place, by_name=asked.sort == "name"),
        panel=_panel(asked, cell, missing, board) if board.families else None,
        lacking=_lacking(asked, cell, missing, actor),
        trend=_trend(cell, actor),
        since=f"{DAYS} days",
        sort_urls={"name": asked.address(sort="name"), "worst": asked.address(sort="")},
        is_filtered=asked.is_filtered,
    )


def _selects(asked: Asked, scopes: Sequence[Scope], actor: Actor) -> list[Select]:
    markets = {one.market.code: one.market.name for one in scopes}
    channels = {one.channel.code: one.channel.name or one.channel.code for one in scopes}
    locales = {one.locale_id: one.locale.name or one.locale_id for one in scopes}
    families = {one.code: one.label(LOCALE) for one in Family.objects.visible_to(actor)}
    found = []
    every = {"market": markets, "channel": channels, "locale": locales, "family": families}
    for (name, options), word in zip(
        every.items(), ("All markets", "All channels", "All languages", "All families"), strict=True
    ):
        chosen = getattr(asked, name)
        ordered = sorted(options.items(), key=lambda one: one[1].lower())
        choices = [Choice("", word, not chosen), *(Choice(code, text, code == chosen) for code, text in ordered)]
        found.append(Select(name, name.capitalize() if name != "locale" else "Language", choices))
    return found


def _panel(asked: Asked, cell: Cell, missing: Sequence[MissingAttribute], board: Board) -> Panel:
    shown = missing if asked.show == "all" else missing[:BARS]
    longest = missing[0].products if missing else 1
    return Panel(
        title=_title(cell),
        sums=cell.sums,
        incomplete_url=asked.address(show="incomplete", attribute=""),
        everything_url="" if cell.place == Place() else asked.address(cell="", attribute="", show=""),
        locales=_locales(asked, cell, board),
        bars=[
            Bar(
                key=f"bar-{one.code}",
                label=one.label,
                count=one.products,
                share=max(1, 100 * one.products // longest),
                url=asked.address(attribute=one.code, show="all" if asked.show == "all" else ""),
                is_current=one.code == asked.attribute,
            )
            for one in shown
        ],
        more=len(missing) - len(shown),
        more_url=asked.address(show="all"),
    )


def _cell(place: Place, board: Board, scopes: Sequence[Scope]) -> Cell:
    return Cell(
        place,
        board.of(place),
        [one for one in board.families if place.has_family(one)],
        [one for one in board.scopes if place.has_scope(one)],
        sorted({one.locale_id for one in scopes if place.has_scope(one)}),
    )


def _title(cell: Cell) -> str:
    """`Coats in Japan, Web shop`, as far as the place says."""
    place = cell.place
    if not cell.sums.products:
        return "Nothing is offered there"
    if place == Place():
        return "Everything shown"
    family = cell.families[0].label(LOCALE) if place.family == cell.families[0].code else "All families"
    scope = cell.scopes[0]
    where = [scope.market.name] if place.market == scope.market.code else []
    where += [scope.channel.name or scope.channel.code] if place.channel == scope.channel.code else []
    return f"{family} in {', '.join(where)}" if where else f"{family} everywhere"


def _locales(asked: Asked, cell: Cell, board: Board) -> list[Tab]:
    """The languages of the cell, each with its percentage; nothing where there is but one."""
    if len(cell.locales) < 2 or cell.place == Place():
        return []
    percents = {}
    for locale in cell.locales:
        inside = [one for one in cell.scopes if one.locale_id == locale]
        sums = Board(cell.families, inside, board.sums).of(Place())
        percents[locale] = sums.percent if sums.products else None
    return [
        Tab("All languages", asked.address(locale=""), not asked.locale),
        *(Tab(one, asked.address(locale=one), one == asked.locale, percents[one]) for one in cell.locales),
    ]


def _lacking(asked: Asked, cell: Cell, missing: Sequence[MissingAttribute], actor: Actor) -> LackingList | None:
    """The products that miss the chosen attribute, or anything; none where nothing was chosen."""
    chosen = next((one for one in missing if one.code == asked.attribute), None)
    if chosen is None and asked.show != "incomplete":
        return None
    found = lacking(
        actor, families=cell.family_ids, scopes=cell.scope_ids, attribute=chosen.code if chosen else ""
    ).select_related("scope__channel", "scope__market")
    page = keyset_page(found, order=("product_id", "scope_id"), cursor=asked.cursor, limit=PAGE)
    return LackingList(
        heading=f"{chosen.label} is missing" if chosen else "Not complete",
        total=chosen.products if chosen else cell.sums.incomplete,
        rows=_rows(page.rows, cell, actor, first=chosen.code if chosen else ""),
        next_cursor=page.next_cursor,
        close_url=asked.address(attribute="", show=""),
    )


def _rows(found: Sequence[Completeness], cell: Cell, actor: Actor, *, first: str) -> list[LackingRow]:
    ids = {row.product_id for row in found}
    products = Product.objects.in_bulk(ids)
    titles = labels_of(list(ids), LOCALE)
    members = FamilyAttribute.objects.visible_to(actor).filter(family__in=cell.family_ids).select_related("attribute")
    names = {(one.family_id, one.index): (one.attribute.code, one.attribute.label(LOCALE)) for one in members}
    return [
        _row(row, products[row.product_id], titles[row.product_id], names, first)
        for row in found
        if row.product_id in products
    ]


def _row(
    row: Completeness, product: Product, title: str, names: Mapping[tuple[int, int], tuple[str, str]], first: str
) -> LackingRow:
    page = reverse("product", args=[product.uid]) + scope_address(row.scope)
    known = [names[at] for index in row.missing_positions if (at := (row.family_id, index)) in names]
    known.sort(key=lambda one: one[0] != first)  # what was asked for comes first
    links = [MissingLink(text, page + anchor(code)) for code, text in known]
    return LackingRow(
        uid=product.uid,
        title=title or product.sku,
        sku=product.sku,
        scope=label(row.scope),
        url=links[0].url if links else page,
        missing=links[:SPELT],
        others=max(0, len(links) - SPELT),
    )


def _trend(cell: Cell, actor: Actor) -> list[TrendRow]:
    today = moment.now().date()
    days = trend(
        actor, families=cell.family_ids, scopes=cell.scope_ids, since=today - timedelta(days=DAYS - 1), until=today
    )
    return [
        TrendRow(one.day, _tenths(one.sums.percent), _tenths(_share(one.sums)), one.sums.products)
        for one in days
        if one.sums.products
    ]


def _share(sums: Sums) -> float:
    return 100 * sums.complete / sums.products


def _tenths(percent: float) -> float:
    """Rounded down, so that only what is whole is shown as 100."""
    return int(10 * percent) / 10
