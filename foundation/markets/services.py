"""Defining locales, markets, channels and scopes. Reference data: the configuration file calls these."""

from __future__ import annotations

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.markets import events
from foundation.markets.models import ANY_LOCALE, Cell, Channel, Locale, Market, Scope, ScopeCell
from foundation.markets.queries import get_channel, get_market, locale_chain


def define_locale(
    *, code: str, name: str, actor: Actor, fallback: str | None = None, fallback_counts: bool = False
) -> Locale:
    """Create or change a locale. Scopes that pass through it get their chains anew."""
    actor.require("markets.define")
    with recorded(actor):
        locale, _ = Locale.objects.update_or_create(
            code=code, defaults={"name": name, "fallback_id": fallback, "fallback_counts": fallback_counts}
        )
        for scope in Scope.objects.select_related("market", "locale"):
            _write_chain(scope)
    return locale


def define_market(
    *, code: str, name: str, territories: list[str], locales: list[str], currency: str, actor: Actor,
    units: str = Market.Units.METRIC,
) -> Market:  # fmt: skip
    """Create or change a market."""
    actor.require("markets.define")
    if not territories:
        raise Invalid("A market needs at least one territory", path="territories")
    with recorded(actor):
        market, _ = Market.objects.update_or_create(
            code=code,
            defaults={"name": name, "territories": sorted(territories), "currency": currency, "units": units},
        )
        market.locales.set(Locale.objects.filter(code__in=locales))
    return market


def define_channel(
    *, code: str, name: str, kind: str, actor: Actor, use: str = "web", asks_restricted: bool = False,
    endpoint: str = "",
) -> Channel:  # fmt: skip
    """Create or change a channel."""
    actor.require("markets.define")
    with recorded(actor):
        channel, _ = Channel.objects.update_or_create(
            code=code,
            defaults={
                "name": name,
                "kind": kind,
                "use": use,
                "asks_restricted": asks_restricted,
                "endpoint": endpoint,
            },
        )
    return channel


def define_scope(*, channel: str, market: str, locale: str, actor: Actor) -> Scope:
    """Publish a channel in a market and a locale, with the chain of cells that its readers fall back on."""
    actor.require("markets.define")
    with recorded(actor):
        row = get_market(market)
        if not row.locales.filter(code=locale).exists():
            raise Invalid(f"{locale} is not a locale of the market {market}", path="locale")
        scope, _ = Scope.objects.get_or_create(channel=get_channel(channel), market=row, locale_id=locale)
        _write_chain(scope)
    return scope


def get_or_make_cell(market: Market | None, locale: str) -> Cell:
    """The cell of a market (None: any) and a locale (`*`: any). Chains of scopes make theirs beforehand."""
    if locale != ANY_LOCALE and not Locale.objects.filter(code=locale).exists():
        raise Invalid(f"There is no locale {locale!r}", path="locale")
    cell, _ = Cell.objects.get_or_create(market=market, locale=locale)
    return cell


def _write_chain(scope: Scope) -> None:
    steps = [(locale.code, counts) for locale, counts in locale_chain(scope.locale)] + [(ANY_LOCALE, True)]
    wanted: list[ScopeCell] = []
    for step, (locale, counts) in enumerate(steps):
        for market in (scope.market, None):
            cell = get_or_make_cell(market, locale)
            wanted.append(ScopeCell(scope=scope, rank=len(wanted), step=step, cell=cell, counts=counts))
    present = list(scope.cells.order_by("rank").values_list("rank", "step", "cell_id", "counts"))
    if present == [(one.rank, one.step, one.cell_id, one.counts) for one in wanted]:
        return
    scope.cells.all().delete()
    ScopeCell.objects.bulk_create(wanted)
    append_event(events.SCOPE_CHANGED, scope.uid, scope=str(scope))
