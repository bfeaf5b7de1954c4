"""Defining locales, markets, channels and scopes. Reference data: the configuration file calls these."""

from __future__ import annotations

import re
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from django.db.models import Model

from foundation.core.actors import Actor
from foundation.core.codes import CODE
from foundation.core.errors import Conflict, Invalid
from foundation.core.territories import TERRITORIES
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.markets import events
from foundation.markets.models import ANY_LOCALE, Cell, Channel, Locale, Market, Scope, ScopeCell
from foundation.markets.queries import get_channel, get_market, locale_chain

HOUSE = UUID("b7f1a3f2-5d53-5c0e-8f0a-0d6d6f3c9a41")  # what has a code and no UUID is the subject of events by it
M = TypeVar("M", bound=Model)
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # BCP 47, as far as goods are described in it
CURRENCY = re.compile(r"[A-Z]{3}")


def define_locale(
    *, code: str, name: str, actor: Actor, fallback: str | None = None, fallback_counts: bool = False
) -> Locale:
    """Create or change a locale. Scopes that pass through it get their chains anew; the same again changes nothing."""
    actor = actor.require("markets.define")
    _require(LOCALE.fullmatch(code), f"{code[:40]!r} is no language tag: write de, de-AT or zh-Hant-TW", "code")
    _require(name.strip(), "Give the locale a name", "name")
    with recorded(actor):
        _check_fallback(code, fallback)
        given = {"name": name, "fallback_id": fallback, "fallback_counts": fallback_counts}
        locale, is_changed = _written(Locale, code, given)
        for scope in Scope.objects.select_related("market", "locale"):
            _write_chain(scope)
        if is_changed:
            append_event(events.LOCALE_CHANGED, _subject("locale", code=code), locale=code)
    return locale


def define_market(
    *, code: str, name: str, territories: list[str], locales: list[str], currency: str, actor: Actor,
    units: str = Market.Units.METRIC,
) -> Market:  # fmt: skip
    """Create or change a market; the same again changes nothing."""
    actor = actor.require("markets.define")
    _require(CODE.fullmatch(code), "A code has letters, digits, - and _, forty at most", "code")
    _require(name.strip(), "Give the market a name", "name")
    _require(territories, "A market needs at least one territory", "territories")
    for one in territories:
        _require(
            one in TERRITORIES, f"{one[:40]!r} is no territory of ISO 3166-1: write two letters, as DE", "territories"
        )
    _require(CURRENCY.fullmatch(currency), "A currency has three letters, as EUR", "currency")
    _require(units in Market.Units.values, "Units are metric or imperial", "units")
    if unknown := set(locales) - set(Locale.objects.filter(code__in=locales).values_list("code", flat=True)):
        raise Invalid(f"There is no locale {min(unknown)[:40]!r}", path="locales")
    with recorded(actor):
        if missing := _published(code) - set(locales):
            raise Conflict(f"{min(missing)} is published in this market, so it has to keep it", path="locales")
        given = {"name": name, "territories": sorted(territories), "currency": currency, "units": units}
        market, is_changed = _written(Market, code, given)
        if set(market.locales.values_list("code", flat=True)) != set(locales):
            is_changed = True
            market.locales.set(Locale.objects.filter(code__in=locales))
        if is_changed:
            append_event(events.MARKET_CHANGED, _subject("market", code=code), market=code)
    return market


def define_channel(
    *, code: str, name: str, kind: str, actor: Actor, use: str = "web", asks_restricted: bool = False,
    endpoint: str = "",
) -> Channel:  # fmt: skip
    """Create or change a channel; the same again changes nothing."""
    actor = actor.require("markets.define")
    _require(CODE.fullmatch(code), "A code has letters, digits, - and _, forty at most", "code")
    _require(name.strip(), "Give the channel a name", "name")
    _require(kind in Channel.Kind.values, f"A channel is one of: {', '.join(Channel.Kind.values)}", "kind")
    _require(use.strip(), "Say which use of licences publishing here is, for example web", "use")
    _require(not endpoint or _is_web(endpoint), "Feeds are sent to an address that begins with https://", "endpoint")
    with recorded(actor):
        given = {"name": name, "kind": kind, "use": use, "asks_restricted": asks_restricted, "endpoint": endpoint}
        channel, is_changed = _written(Channel, code, given)
        if is_changed:
            append_event(events.CHANNEL_CHANGED, _subject("channel", code=code), channel=code)
    return channel


def define_scope(*, channel: str, market: str, locale: str, actor: Actor) -> Scope:
    """Publish a channel in a market and a locale, with the chain of cells that its readers fall back on."""
    actor = actor.require("markets.define")
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


def _written(model: type[M], code: str, given: dict[str, Any]) -> tuple[M, bool]:
    """The row of this code with these fields, and whether that is news.

    It is written in either case: what depends on it is made anew, also where a setting has changed meanwhile.
    """
    known = model._default_manager.filter(code=code).values(*given).first()
    row, _ = model._default_manager.update_or_create(code=code, defaults=given)
    return row, known != given


def _subject(kind: str, *, code: str) -> UUID:
    """The same UUID for the same code on every instance: the subject of its events."""
    return uuid5(HOUSE, f"{kind}:{code}")


def _require(holds: object, words: str, path: str) -> None:
    if not holds:
        raise Invalid(words, path=path)


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _check_fallback(code: str, fallback: str | None) -> None:
    """It exists, and does not lead back here."""
    step, seen = fallback, {code}
    while step is not None:
        if step in seen:
            raise Invalid(f"Then the fallbacks of {code} go round in a circle", path="fallback")
        row = Locale.objects.filter(code=step).first()
        if row is None:
            raise Invalid(f"There is no locale {step[:40]!r}", path="fallback")
        seen.add(step)
        step = row.fallback_id


def _published(market: str) -> set[str]:
    return set(Scope.objects.filter(market__code=market).values_list("locale_id", flat=True))


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
