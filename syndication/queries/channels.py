"""How things stand on a channel: what is live, held and rejected where, what is sent and what waits.

Counting stops at a bound, so that no answer grows with the assortment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Missing
from foundation.markets.models import Channel, Scope
from syndication.choices import ListingState
from syndication.models import Feed, FeedCursor, Listing, Rejection

AT_MOST = 100_000
# By the index (scope, state, id); a rejection has an index of its own while it is open.
COUNT = """
SELECT one.scope, state.name, counted.n
  FROM unnest(%(scopes)s::bigint[]) AS one(scope)
 CROSS JOIN unnest(%(states)s::text[]) AS state(name)
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM (
       SELECT 1 FROM syndication_listing l WHERE l.scope_id = one.scope AND l.state = state.name LIMIT %(limit)s
     ) AS bounded) AS counted
"""


@dataclass(frozen=True)
class ScopeCounts:
    """Listings of one scope by state, and those that the channel refuses now, whatever their state."""

    live: int = 0
    held: int = 0
    withdrawn: int = 0
    rejected: int = 0

    @property
    def is_capped(self) -> bool:
        return max(self.live, self.held, self.withdrawn, self.rejected) > AT_MOST


@dataclass(frozen=True)
class Standing:
    """Where a channel's marketplace is. What speaks of all markets is not for those who see some: None then."""

    revision: int
    acknowledged: int | None
    waiting: int | None
    failures: int
    last_feed: Feed | None


def visible_channels(actor: Actor) -> QuerySet[Channel]:
    """The actor's channels; for who is limited to markets those that serve one of them."""
    actor = actor.within("syndication.view")
    if actor.limits("market") is None:
        return Channel.objects.visible_to(actor)
    return Channel.objects.filter(pk__in=Scope.objects.visible_to(actor).values("channel_id"))


def get_visible_channel(code: str, *, actor: Actor) -> Channel:
    channel = visible_channels(actor).filter(code=code).first() if actor.may("syndication.view") else None
    if channel is None:
        raise Missing(f"There is no channel {code!r} in your markets", path="channel")
    return channel


def count_listings(scope_ids: Sequence[int], *, actor: Actor) -> dict[int, ScopeCounts]:
    """Each of the actor's scopes' listings, counted up to `AT_MOST` and one more. Two queries."""
    states = {
        ListingState.LIVE.value: "live",
        ListingState.HELD.value: "held",
        ListingState.TOMBSTONE.value: "withdrawn",
    }
    found: dict[int, dict[str, int]] = {pk: {} for pk in scope_ids}
    ends_in_branches = actor.within("syndication.view").is_anywhere_limited(CATEGORY)
    rows = Listing.objects.visible_to(actor) if ends_in_branches else Listing.objects.all()
    if ends_in_branches:
        grouped = rows.filter(scope__in=scope_ids).order_by().values_list("scope_id", "state")
        counts: Any = grouped.annotate(number=Count("*"))
    else:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, {"scopes": list(scope_ids), "states": list(states), "limit": AT_MOST + 1})
            counts = cursor.fetchall()
    for scope, state, count in counts:
        found[scope][states[state]] = count
    for scope, rejected in _rejected(scope_ids, rows).items():
        found[scope]["rejected"] = rejected
    return {scope: ScopeCounts(**counts) for scope, counts in found.items()}


def _rejected(scope_ids: Sequence[int], rows: QuerySet[Listing]) -> dict[int, int]:
    refused = Rejection.objects.unresolved().filter(listing__scope__in=scope_ids).order_by()
    listings = rows.filter(pk__in=refused.values("listing_id")[: AT_MOST + 1]).order_by()
    return dict(listings.values_list("scope_id").annotate(number=Count("*")))


def channel_standing(channel: Channel, *, actor: Actor) -> Standing:
    """Revision and cursor; of a marketplace what waits to be sent, and the newest feed."""
    if not actor.within("syndication.view").beyond("market", CATEGORY).sees("channel", channel.code):
        told = Listing.objects.visible_to(actor).told().filter(channel=channel).order_by("-revision")
        return Standing(told.values_list("revision", flat=True).first() or 0, None, None, 0, None)
    cursor = FeedCursor.objects.filter(channel=channel).first()
    acknowledged = cursor.acknowledged if cursor else 0
    newer = Listing.objects.filter(channel=channel, revision__gt=acknowledged).order_by()
    return Standing(
        revision=channel.last_revision,
        acknowledged=acknowledged,
        waiting=newer.values("pk")[: AT_MOST + 1].count(),
        failures=cursor.failures if cursor else 0,
        last_feed=Feed.objects.filter(channel=channel).defer("body", "report").order_by("-pk").first(),
    )
