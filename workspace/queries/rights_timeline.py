"""When licences allow and forbid, on a line of time: past, now, future. Places are in percent of its width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dam.models import Licence, LicenceTerm
from workspace.queries.rights import ChannelNames, moment_text, term_sentence

FARTHEST = timedelta(days=36525)
SHORTEST = timedelta(days=120)
TICKS = 4
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)


@dataclass(frozen=True)
class Tick:
    x: str
    label: str


@dataclass(frozen=True)
class Bar:
    """One term. `kind` is grant or exclusion; `past` ends where now is; its edges are marked where they are drawn.

    What has not begun is waited for from `wait_x` on.
    """

    kind: str
    x: str
    width: str
    past_width: str
    start_x: str
    end_x: str
    wait_x: str
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
    now: datetime

    def place(self, at: datetime) -> float:
        share = (at - self.start) / (self.end - self.start)
        return 100 * min(1.0, max(0.0, share))

    def percent(self, at: datetime) -> str:
        return _percent(self.place(at))


Held = Sequence[tuple[Licence, str, Sequence[LicenceTerm]]]


def rights_timeline(held: Held, at: datetime, channels: ChannelNames) -> RightsTimeline | None:
    """Each licence (with its page's address and its terms) as a row; None where there is nothing to draw."""
    if not any(terms for _, _, terms in held):
        return None
    span = _span(held, at)
    rows = [
        TimelineRow(
            licence.name,
            url,
            licence.revoked_at is not None,
            [_bar(one, licence.revoked_at, span, channels) for one in terms],
        )
        for licence, url, terms in held
        if terms
    ]
    return RightsTimeline(list(_ticks(span)), span.percent(at), rows)


def _span(held: Held, at: datetime) -> Span:
    near = [
        moment
        for licence, _, terms in held
        for moment in (licence.revoked_at, *(edge for term in terms for edge in (term.starts_at, term.ends_at)))
        if moment is not None and abs(moment - at) <= FARTHEST
    ]
    first, last = min([at, *near]), max([at, *near])
    spread = max(last - first, SHORTEST)
    return Span(first - spread / 8, max(last, first + SHORTEST) + spread / 6, at)


def _bar(term: LicenceTerm, revoked_at: datetime | None, span: Span, channels: ChannelNames) -> Bar:
    starts, ends = term.starts_at, min((one for one in (term.ends_at, revoked_at) if one is not None), default=None)
    left, now = span.place(starts or span.start), span.place(span.now)
    right = max(left, span.place(ends or span.end))
    return Bar(
        kind="grant" if term.is_grant else "exclusion",
        x=_percent(left),
        width=_percent(right - left),
        past_width=_percent(min(right, max(left, now)) - left),
        start_x=_percent(left) if starts and starts > span.start else "",
        end_x=_percent(right) if ends and ends < span.end else "",
        wait_x=_percent(now) if starts and starts > span.now else "",
        sentence=term_sentence(term, channels),
        from_text=moment_text(starts) if starts else "always",
        until_text=("revoked " if ends == revoked_at else "") + moment_text(ends) if ends else "no end",
        state=_state(starts, ends, span.now),
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
    while year < 9999:
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
