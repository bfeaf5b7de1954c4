"""Channels: what is out in each market, what is sent, and the rules in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from foundation.core.actors import CATEGORY, Actor
from foundation.jobs.models import Job
from foundation.markets.models import Channel, Scope
from syndication.mapping import read_profile
from syndication.models import ChannelProfile
from syndication.queries.channels import (
    AT_MOST,
    ScopeCounts,
    Standing,
    channel_standing,
    count_listings,
    get_visible_channel,
    visible_channels,
)
from syndication.queries.feeds import open_feed_job
from workspace.queries.feeds import FeedRow, feed_rows, newest_feeds
from workspace.queries.listings import REFUSED
from workspace.queries.profiles import ProfileInWords, profile_in_words
from workspace.queries.scopes import visible_scopes
from workspace.queries.words import grouped, person

KINDS = {Channel.Kind.D2C: "Own shop", Channel.Kind.MARKETPLACE: "Marketplace"}


@dataclass(frozen=True)
class Amount:
    """A number that leads to what it counts; `text` ends in + where counting stopped."""

    text: str
    url: str
    tone: str = ""


@dataclass(frozen=True)
class MarketRow:
    market: str
    locale: str
    live: Amount
    held: Amount
    rejected: Amount
    withdrawn: Amount


@dataclass(frozen=True)
class ChannelCard:
    url: str
    code: str
    name: str
    kind: str
    is_sent: bool
    has_profile: bool
    rows: list[MarketRow]


@dataclass(frozen=True)
class Sending:
    """What is going on between us and a marketplace. `wait` is how long a page waits to ask again; 0: not at all."""

    can_send: bool
    is_sending: bool
    is_stopping: bool
    can_cancel: bool
    by: str
    since: datetime | None
    done: int
    waiting: int
    total: int
    waiting_text: str
    outcome: str
    outcome_tone: str
    job: str
    wait: int

    @property
    def sent(self) -> int:
        return self.total - self.waiting


@dataclass(frozen=True)
class ChannelPage:
    channel: ChannelCard
    standing: Standing
    last_feed: FeedRow | None
    sending: Sending | None
    feeds: list[FeedRow]
    next_cursor: str
    sees_feeds: bool
    profile: ProfileInWords | None
    api_path: str


def channel_list(*, actor: Actor) -> list[ChannelCard]:
    """Every channel that serves the actor, with its markets. Four queries."""
    scopes, profiles = visible_scopes(actor), set(ChannelProfile.objects.values_list("channel_id", flat=True))
    counts = count_listings([one.pk for one in scopes], actor=actor)
    return [
        _card(one, [scope for scope in scopes if scope.channel_id == one.pk], counts, has_profile=one.pk in profiles)
        for one in visible_channels(actor)
    ]


def channel_page(code: str, *, actor: Actor, cursor: str = "") -> ChannelPage:
    channel = get_visible_channel(code, actor=actor)
    scopes = [scope for scope in visible_scopes(actor) if scope.channel_id == channel.pk]
    row = ChannelProfile.objects.visible_to(actor).filter(channel=channel).first()
    card = _card(channel, scopes, count_listings([one.pk for one in scopes], actor=actor), has_profile=row is not None)
    standing = channel_standing(channel, actor=actor)
    feeds = newest_feeds(channel, actor=actor, cursor=cursor)
    return ChannelPage(
        channel=card,
        standing=standing,
        last_feed=feed_rows([standing.last_feed])[0] if standing.last_feed else None,
        sending=sending(channel, standing, actor=actor) if card.is_sent and standing.waiting is not None else None,
        feeds=feed_rows(feeds.rows),
        next_cursor=feeds.next_cursor,
        sees_feeds=actor.within("syndication.view").beyond("market", CATEGORY).sees("channel", channel.code),
        profile=profile_in_words(read_profile(row.body, version=row.version)) if row else None,
        api_path=reverse("channel-listings", args=[channel.code]),
    )


def sending(channel: Channel, standing: Standing, *, actor: Actor, job: str = "", total: int = 0) -> Sending:
    """Where a marketplace stands; `job` is the one that the page has started or seen, whose end it wants to tell."""
    running = open_feed_job(channel)
    waiting = standing.waiting or 0
    over = Job.objects.filter(uid=job, unique_key=channel.code).first() if job and running is None else None
    outcome, tone = _outcome(over) if over else ("", "")
    return Sending(
        can_send=actor.may("syndication.publish") and ChannelProfile.objects.filter(channel=channel).exists(),
        is_sending=running is not None,
        is_stopping=running is not None and running.cancel_requested,
        can_cancel=running is not None and Job.objects.visible_to(actor).filter(pk=running.pk).exists(),
        by=person(str(running.actor.get("label", ""))) if running else "",
        since=running.created_at if running else None,
        done=running.done if running else 0,
        waiting=waiting,
        total=max(total, waiting),
        waiting_text=_capped(waiting),
        outcome=outcome,
        outcome_tone=tone,
        job=str(running.uid) if running else "",
        wait=1000 if running else 0,
    )


def _outcome(job: Job) -> tuple[str, str]:
    """How a job that is over went, in a sentence."""
    feeds = job.result.get("feeds", 0)
    many = f"{feeds:,} feed{'' if feeds == 1 else 's'}"
    if job.state == Job.State.CANCELLED:
        return "Stopped. What was sent until then stays sent.", "attention"
    if job.state == Job.State.FAILED:
        return "The channel did not answer. It is tried again by itself.", "bad"
    if error := job.result.get("error"):
        return f"The channel refused the feed: {error}", "bad"
    if job.result.get("waiting"):
        return "Sent. The channel is still working on it; its report follows.", "attention"
    return (f"Sent and answered: {many}.", "ok") if feeds else ("Nothing had changed, so nothing was sent.", "ok")


def _card(
    channel: Channel, scopes: Sequence[Scope], counts: dict[int, ScopeCounts], *, has_profile: bool
) -> ChannelCard:
    return ChannelCard(
        url=reverse("channel", args=[channel.code]),
        code=channel.code,
        name=channel.name or channel.code,
        kind=KINDS[Channel.Kind(channel.kind)],
        is_sent=channel.kind == Channel.Kind.MARKETPLACE and bool(channel.endpoint),
        has_profile=has_profile,
        rows=[_market_row(channel, scope, counts.get(scope.pk, ScopeCounts())) for scope in scopes],
    )


def _market_row(channel: Channel, scope: Scope, counts: ScopeCounts) -> MarketRow:
    def amount(count: int, state: str, tone: str) -> Amount:
        where = {"state": state, "channel": channel.code, "market": scope.market.code, "locale": scope.locale_id}
        return Amount(_capped(count), f"{reverse('listing_list')}?{urlencode(where)}", tone if count else "")

    return MarketRow(
        market=scope.market.name or scope.market.code,
        locale=scope.locale_id,
        live=amount(counts.live, "live", "ok"),
        held=amount(counts.held, "held", "attention"),
        rejected=amount(counts.rejected, REFUSED, "bad"),
        withdrawn=amount(counts.withdrawn, "tombstone", ""),
    )


def _capped(count: int) -> str:
    return f"{AT_MOST:,}+" if count > AT_MOST else grouped(str(count))
