"""When licences allow and forbid, on a line of time: past, now, future. Places are in percent of its width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dam.models import Licence, LicenceTerm
from workspace.queries.rights import moment_text, term_sentence

FARTHEST = timedelta(days=3650)
SHORTEST = timedelta(days=120)
TICKS = 4
MONTHS = (1, 2, 3, 6, 12, 24, 60)


@dataclass(frozen=True)
class Tick:
    x: str
    label: str


@dataclass(frozen=True)
class Bar:
    """One term. `kind` is grant or exclusion; `past` ends where now is; edges that are marked begin or end it."""

    kind: str
    x: str
    width: str
    past_width: str
    start_x: str
    end_x: str
    sentence: str
    from_text: str
    until_text: str
    state: str


@dataclass(frozen=True)
class TimelineRow:
    name: str
    url: str
    is_revoked: bool
    bars: list[Bar]


@dataclass(frozen=True)
class RightsTimeline:
    ticks: list[Tick]
    now_x: str
    rows: list[TimelineRow]


@dataclass(frozen=True)
class Span:
    """The stretch of time that is drawn."""

    start: datetime
    end: datetime

    def place(self, at: datetime) -> float:
        share = (at - self.start) / (self.end - self.start)
        return 100 * min(1.0, max(0.0, share))


Held = Sequence[tuple[Licence, str, Sequence[LicenceTerm]]]


def rights_timeline(held: Held, at: datetime) -> RightsTimeline | None:
    """Each licence (with its page's address and its terms) as a row; None where there is nothing to draw."""
    if not any(terms for _, _, terms in held):
        return None
    span = _span(held, at)
    rows = [
        TimelineRow(licence.name, url, licence.revoked_at is not None, [_bar(one, licence, span, at) for one in terms])
        for licence, url, terms in held
        if terms
    ]
    return RightsTimeline(list(_ticks(span)), _percent(span.place(at)), rows)


def _span(held: Held, at: datetime) -> Span:
    near = [
        moment
        for licence, _, terms in held
        for moment in (licence.revoked_at, *(edge for term in terms for edge in (term.starts_at, term.ends_at)))
        if moment is not None and abs(moment - at) <= FARTHEST
    ]
    first, last = min([at, *near]), max([at, *near])
    spread = max(last - first, SHORTEST)
    return Span(first - spread / 8, max(last, first + SHORTEST) + spread / 6)


def _bar(term: LicenceTerm, licence: Licence, span: Span, at: datetime) -> Bar:
    ends = min((one for one in (term.ends_at, licence.revoked_at) if one is not None), default=None)
    left = span.place(term.starts_at or span.start)
    right = max(left, span.place(ends or span.end))
    now = span.place(at)
    return Bar(
        kind="grant" if term.is_grant else "exclusion",
        x=_percent(left),
        width=_percent(right - left),
        past_width=_percent(min(right, max(left, now)) - left),
        start_x=_percent(left) if term.starts_at and term.starts_at > span.start else "",
        end_x=_percent(right) if ends and ends < span.end else "",
        sentence=term_sentence(term),
        from_text=moment_text(term.starts_at) if term.starts_at else "always",
        until_text=("revoked " if ends == licence.revoked_at else "") + moment_text(ends) if ends else "no end",
        state=_state(term.starts_at, ends, at),
    )


def _state(starts: datetime | None, ends: datetime | None, at: datetime) -> str:
    if ends is not None and ends <= at:
        return "Over"
    return "To come" if starts is not None and starts > at else "Now"


def _ticks(span: Span) -> Iterable[Tick]:
    """First days of months, far enough apart to be read."""
    months = (span.end - span.start).days / 30.4
    step = next((one for one in MONTHS if months / one <= TICKS), MONTHS[-1])
    year, month = span.start.year, span.start.month
    for _ in range(200):
        month += 1
        year, month = (year + 1, 1) if month > 12 else (year, month)
        day = span.start.replace(year=year, month=month, day=1, hour=0, minute=0, second=0, microsecond=0)
        if day >= span.end:
            return
        place = span.place(day)
        if (year * 12 + month - 1) % step == 0 and 4 < place < 92:
            yield Tick(_percent(place), f"{day:%b %Y}" if step < 12 else f"{day.year}")


def _percent(number: float) -> str:
    return f"{number:.2f}%"
