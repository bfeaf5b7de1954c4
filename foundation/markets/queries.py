"""Reading cells, scopes and chains."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.core.errors import Invalid
from foundation.markets.models import Channel, Locale, Market, Scope, ScopeCell


@dataclass(frozen=True)
class ChainCell:
    """One place where a scope looks for a value; see `ScopeCell`."""

    cell_id: int
    step: int
    rank: int
    market: str | None
    locale: str
    counts: bool


def locale_chain(locale: Locale) -> list[tuple[Locale, bool]]:
    """The locale and its fallbacks, each with whether a value found there counts as translated."""
    chain: list[tuple[Locale, bool]] = []
    current: Locale | None = locale
    counts = True
    while current is not None and current not in [step for step, _ in chain]:
        chain.append((current, counts))
        counts = counts and current.fallback_counts
        current = current.fallback
    return chain


def scope_chain(scope_id: int) -> list[ChainCell]:
    """The cells of a scope in their order."""
    rows = ScopeCell.objects.filter(scope_id=scope_id).select_related("cell__market").order_by("rank")
    return [
        ChainCell(
            row.cell_id,
            row.step,
            row.rank,
            row.cell.market.code if row.cell.market else None,
            row.cell.locale,
            row.counts,
        )
        for row in rows
    ]


def get_scope(channel: str, market: str, locale: str) -> Scope:
    """The scope of these codes; raises `Invalid` naming what is wrong."""
    scope = (
        Scope.objects.select_related("channel", "market", "locale")
        .filter(channel__code=channel, market__code=market, locale_id=locale)
        .first()
    )
    if scope is None:
        raise Invalid(f"{channel}/{market}/{locale} is not published: no such scope", path="scope")
    return scope


def get_market(code: str) -> Market:
    market = Market.objects.filter(code=code).first()
    if market is None:
        raise Invalid(f"There is no market {code!r}; there are {_codes(Market)}", path="market")
    return market


def get_channel(code: str) -> Channel:
    channel = Channel.objects.filter(code=code).first()
    if channel is None:
        raise Invalid(f"There is no channel {code!r}; there are {_codes(Channel)}", path="channel")
    return channel


def _codes(model: type[Market | Channel]) -> str:
    return ", ".join(model.objects.values_list("code", flat=True)[:20]) or "none yet"
