"""Which scope a page speaks of, and how to switch it by the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from foundation.core.actors import Actor
from foundation.markets.models import Scope
from workspace.queries.shown import Tab

PARTS = ("channel", "market", "locale")


def visible_scopes(actor: Actor) -> list[Scope]:
    return list(Scope.objects.visible_to(actor).select_related("channel", "market", "locale"))


def choose_scope(scopes: Sequence[Scope], wanted: Mapping[str, str]) -> Scope | None:
    """The scope that agrees with most of what is wanted, the first such; none where there is none."""
    return max(scopes, key=lambda scope: _agreement(scope, wanted), default=None)


def codes(scope: Scope) -> dict[str, str]:
    return {"channel": scope.channel.code, "market": scope.market.code, "locale": scope.locale_id}


def address(scope: Scope) -> str:
    """The query string that chooses the scope."""
    return f"?{urlencode(codes(scope))}"


def label(scope: Scope) -> str:
    return f"{place_label(scope)} · {scope.locale_id}"


def place_label(scope: Scope) -> str:
    """Its channel and market, in any language."""
    return f"{scope.channel.name or scope.channel.code} · {scope.market.code}"


def tabs(
    scopes: Sequence[Scope], current: Scope, part: str, *, percents: Mapping[int, float] | None = None, more: str = ""
) -> list[Tab]:
    """One tab per market, or per locale of the market at hand, in the channel at hand. `more` ends each address."""
    near = [scope for scope in scopes if scope.channel_id == current.channel_id]
    if part == "locale":
        near = [scope for scope in near if scope.market_id == current.market_id]
    here, found = codes(current), {}
    for scope in near:
        value = codes(scope)[part]
        if value not in found or codes(scope)["locale"] == here["locale"]:
            found[value] = scope
    names = {scope.pk: scope.market.name if part == "market" else scope.locale_id for scope in near}
    filled = percents or {}
    return [
        Tab(names[scope.pk], address(scope) + more, value == here[part], filled.get(scope.pk), code=f"{part}-{value}")
        for value, scope in found.items()
    ]


def _agreement(scope: Scope, wanted: Mapping[str, str]) -> int:
    mine = codes(scope)
    return sum(weight for part, weight in zip(PARTS, (1, 2, 4), strict=True) if mine[part] == wanted.get(part))
