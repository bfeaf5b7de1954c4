"""May this be shown: here, through this channel, for this use, at this moment? One function decides.

Licences unite: a territory is open when any licence that stands grants it. Exclusions intersect: one that
matches closes it, whichever licence it comes from. Every territory asked for must be open. Asking for no
territory asks for the whole world. A revoked licence neither grants nor excludes. No tables, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# A territory that no term can name: it stands for all the others when the whole world is asked for.
ELSEWHERE = "*"


class Code(StrEnum):
    GRANTED = "granted"
    NO_LICENCE = "no-licence"
    REVOKED = "revoked"
    EXPIRED = "expired"
    EMBARGOED = "embargoed"
    TERRITORY = "territory"
    CHANNEL = "channel"
    USE = "use"
    EXCLUDED = "excluded"


# How near a grant came to covering the question; the nearest miss gives the reason.
NEARNESS = (Code.USE, Code.CHANNEL, Code.TERRITORY, Code.EXPIRED, Code.EMBARGOED)


@dataclass(frozen=True)
class TermFacts:
    """One grant or exclusion. Empty sets mean all; it holds from `starts_at` until just before `ends_at`."""

    is_grant: bool = True
    territories: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def miss(self, channel: str, territory: str, use: str, at: datetime) -> Code:
        """GRANTED when the term covers the question, else the first thing that it does not cover."""
        if self.uses and use not in self.uses:
            return Code.USE
        if self.channels and channel not in self.channels:
            return Code.CHANNEL
        if self.territories and territory not in self.territories:
            return Code.TERRITORY
        if self.ends_at is not None and at >= self.ends_at:
            return Code.EXPIRED
        if self.starts_at is not None and at < self.starts_at:
            return Code.EMBARGOED
        return Code.GRANTED


@dataclass(frozen=True)
class LicenceFacts:
    """A licence as the engine sees it."""

    uid: str
    terms: tuple[TermFacts, ...]
    revoked_at: datetime | None = None
    credit: str = ""

    def is_revoked(self, at: datetime) -> bool:
        return self.revoked_at is not None and at >= self.revoked_at


@dataclass(frozen=True)
class Verdict:
    """The answer. Until `boundary` neither `allowed` nor `code` changes; without one they never do.

    `licence_uids` are the licences that grant it, or on a refusal those that the reason comes from.
    """

    allowed: bool
    code: Code
    reason: str
    boundary: datetime | None = None
    licence_uids: tuple[str, ...] = ()


def decide(
    licences: Sequence[LicenceFacts], *, channel: str, territories: frozenset[str], use: str, at: datetime
) -> Verdict:
    """Decide for one asset. `channel` is empty for what does not pass through a channel."""
    code, where, uids = _answer(licences, channel, territories, use, at)
    boundary = None
    for moment in _later_moments(licences, at):
        if _answer(licences, channel, territories, use, moment)[0] is not code:
            boundary = moment
            break
    reason = _explain(code, where, channel, use)
    return Verdict(code is Code.GRANTED, code, reason, boundary, uids)


def boundaries(licences: Iterable[LicenceFacts]) -> list[datetime]:
    """Every moment at which some answer about these licences could change, in order."""
    moments = set()
    for licence in licences:
        moments |= {term.starts_at for term in licence.terms} | {term.ends_at for term in licence.terms}
        moments.add(licence.revoked_at)
    return sorted(moment for moment in moments if moment is not None)


def _later_moments(licences: Sequence[LicenceFacts], at: datetime) -> list[datetime]:
    return [moment for moment in boundaries(licences) if moment > at]


def _answer(
    licences: Sequence[LicenceFacts], channel: str, territories: frozenset[str], use: str, at: datetime
) -> tuple[Code, str, tuple[str, ...]]:
    """The code, the territory that it comes from, and the licences."""
    if not licences:
        return Code.NO_LICENCE, "", ()
    granting: set[str] = set()
    for territory in sorted(territories or _whole_world(licences)):
        code, uids = _answer_for(licences, channel, territory, use, at)
        if code is not Code.GRANTED:
            return code, "" if territory == ELSEWHERE else territory, uids
        granting.update(uids)
    return Code.GRANTED, "", tuple(sorted(granting))


def _whole_world(licences: Sequence[LicenceFacts]) -> frozenset[str]:
    named = (term.territories for licence in licences for term in licence.terms)
    return frozenset({ELSEWHERE}).union(*named)


def _answer_for(
    licences: Sequence[LicenceFacts], channel: str, territory: str, use: str, at: datetime
) -> tuple[Code, tuple[str, ...]]:
    found: dict[Code, set[str]] = {}
    for licence in licences:
        for term in licence.terms:
            miss = term.miss(channel, territory, use, at)
            if licence.is_revoked(at):
                # only what it would have granted is worth saying
                code = Code.REVOKED if term.is_grant and miss is Code.GRANTED else None
            elif term.is_grant:
                code = miss
            else:
                code = Code.EXCLUDED if miss is Code.GRANTED else None
            if code is not None:
                found.setdefault(code, set()).add(licence.uid)
    for code in (Code.EXCLUDED, Code.GRANTED, Code.REVOKED, *reversed(NEARNESS)):
        if code in found:
            return code, tuple(sorted(found[code]))
    revoked = tuple(sorted(licence.uid for licence in licences if licence.is_revoked(at)))
    return (Code.REVOKED, revoked) if revoked else (Code.NO_LICENCE, ())


def _explain(code: Code, territory: str, channel: str, use: str) -> str:
    place = f" in {territory}" if territory else ""
    return {
        Code.GRANTED: "A licence grants it",
        Code.NO_LICENCE: "No licence grants anything for this asset; assign one",
        Code.REVOKED: f"The licence that granted it{place} is revoked",
        Code.EXPIRED: f"The licence has ended{place}",
        Code.EMBARGOED: f"The licence has not begun{place}",
        Code.TERRITORY: f"No licence covers {territory or 'the whole world'}",
        Code.CHANNEL: f"No licence covers {f'the channel {channel}' if channel else 'use outside channels'}{place}",
        Code.USE: f"No licence covers the use {use!r}{place}",
        Code.EXCLUDED: f"A licence excludes it{place}",
    }[code]
