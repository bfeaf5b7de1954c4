"""The one clock. Rules never ask for the time; they take a moment, which defaults to this at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("tandem_moment", default=None)


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Hold the clock still, for previews of another date and for tests."""
    if at.tzinfo is None:
        raise ValueError("A moment needs a time zone")
    token = _frozen.set(at)
    try:
        yield at
    finally:
        _frozen.reset(token)
