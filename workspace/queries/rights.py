"""Verdicts as badges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from dam.queries.rights import verdicts
from dam.verdict import Code, Verdict
from foundation.markets.models import Scope
from workspace.queries.shown import Rights

SOON = timedelta(days=30)


def badge(verdict: Verdict, at: datetime) -> Rights:
    """The verdict in a word or two; what ends within 30 days asks for attention."""
    if verdict.allowed:
        if verdict.boundary is not None and verdict.boundary - at <= SOON:
            return Rights("attention", f"Ends {_in(verdict.boundary - at)}")
        return Rights("ok", "Cleared")
    if verdict.code is Code.NO_LICENCE:
        return Rights("bad", "No licence")
    if verdict.code is Code.EMBARGOED and verdict.boundary is not None:
        return Rights("attention", f"Embargo {_until(verdict.boundary, at)}")
    return Rights("bad", f"Refused: {verdict.code.value}")


def badge_with_end(verdict: Verdict, at: datetime) -> Rights:
    """The badge, with the day of the next end however far it is."""
    shown = badge(verdict, at)
    if verdict.allowed and verdict.boundary is not None and shown.tone == "ok":
        return Rights("ok", f"To {verdict.boundary.day} {verdict.boundary:%b %Y}")
    return shown


def badges(asset_ids: Iterable[int], scope: Scope | None, at: datetime) -> dict[int, Rights]:
    """A badge per asset for the scope; without one nothing is asked and nothing said."""
    ids = list(dict.fromkeys(asset_ids))
    if scope is None or not ids:
        return {}
    found = verdicts(ids, scope.channel.code, frozenset(scope.market.territories), scope.channel.use, at)
    return {asset_id: badge(verdict, at) for asset_id, verdict in found.items()}


def _until(moment: datetime, at: datetime) -> str:
    """Days while they can be counted on a calendar's two pages, else the date."""
    span = moment - at
    return f"ends {_in(span)}" if span <= 2 * SOON else f"to {moment.day} {moment:%b %Y}"


def _in(span: timedelta) -> str:
    if span.days >= 2:
        return f"in {span.days} days"
    hours = max(1, round(span.total_seconds() / 3600))
    return f"in {hours} hour{'s' if hours > 1 else ''}"
