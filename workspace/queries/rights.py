"""Verdicts as badges, and terms in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from dam.models import LicenceTerm
from dam.queries.rights import verdicts
from dam.verdict import Code, TermFacts, Verdict
from foundation.core.territories import territory_name
from foundation.markets.models import Channel, Scope
from workspace.queries.shown import Rights

SOON = timedelta(days=30)
NAMED = 12
ChannelNames = Mapping[str, str]


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


def channel_names() -> ChannelNames:
    """What channels are called, by code. One query."""
    return {code: name or code for code, name in Channel.objects.values_list("code", "name")}


def term_sentence(term: LicenceTerm | TermFacts, channels: ChannelNames) -> str:
    """A term in words: `Allowed in Germany and Austria for web from 1 March 2026 until 31 August 2026`."""
    words = ["Allowed" if term.is_grant else "Never"]
    words.append(f"in {listed(territory_name(one) for one in term.territories)}" if term.territories else "everywhere")
    if term.uses:
        words.append(f"for {listed(term.uses)}")
    if term.channels:
        words.append(f"on {listed(channels.get(one, one) for one in term.channels)}")
    if term.starts_at:
        words.append(f"from {moment_text(term.starts_at)}")
    if term.ends_at:
        words.append(f"until {moment_text(term.ends_at)}")
    return " ".join(words)


def listed(words: Iterable[str]) -> str:
    """`Austria, Germany and Japan`, in order; of many the first."""
    named = sorted(words)
    if len(named) > NAMED:
        named = [*named[: NAMED - 1], f"{len(named) - NAMED + 1} more"]
    return " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))


def moment_text(at: datetime) -> str:
    """A date; with the time, where the day does not begin then."""
    day = f"{at.day} {at:%B} {at.year}"
    return day if (at.hour, at.minute) == (0, 0) else f"{day}, {at:%H:%M}"
