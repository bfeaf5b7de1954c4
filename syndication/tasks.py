"""What workers and timers call, by name."""

from __future__ import annotations

from typing import Any

from foundation.jobs.registry import job_kind, timer_kind
from foundation.jobs.running import JobRun
from foundation.markets.queries import get_channel
from syndication.choices import BINDING_TIMER, FEED_JOB
from syndication.services.feeds import carry_feeds
from syndication.services.listings import renew_listings_of_model


@job_kind(FEED_JOB)
def send_feed(run: JobRun) -> dict[str, Any]:
    """Carry a channel's feeds; a worker that lost its lease cannot move one on."""
    return carry_feeds(get_channel(run.payload["channel"]), actor=run.actor, fence=run.advance)


@timer_kind(BINDING_TIMER)
def pass_binding(subject: str) -> None:
    """A binding of the model begins or ends."""
    renew_listings_of_model(int(subject))
