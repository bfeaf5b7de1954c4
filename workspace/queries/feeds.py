"""Feeds: what was sent to a marketplace, and what became of each product in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.pages import Page, keyset_page
from foundation.markets.models import Channel
from pim.models import Product
from syndication.choices import FeedState, Operation, Outcome
from syndication.mapping import Profile, read_profile
from syndication.models import ChannelProfile, Feed, FeedMessage
from syndication.queries.reports import Json, complaints_of, sort_issues
from workspace.queries.shown import State, Tab
from workspace.queries.words import anchor, cause

FEEDS, MESSAGES = 20, 50
STATES = {
    FeedState.PREPARED: State("Waits to be received", "attention"),
    FeedState.SENT: State("Being processed", "blue"),
    FeedState.DONE: State("Processed", "ok"),
    FeedState.FAILED: State("Refused", "bad"),
}
OUTCOMES = {
    Outcome.PENDING: State("Not known yet", "blue"),
    Outcome.ACCEPTED: State("Accepted", "ok"),
    Outcome.REJECTED: State("Rejected", "bad"),
}
OPERATIONS = {Operation.UPDATE: "Put up or replaced", Operation.DELETE: "Taken down"}


@dataclass(frozen=True)
class FeedRow:
    url: str
    state: State
    at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    from_revision: int
    to_revision: int
    messages: int
    accepted: int
    rejected: int
    attempts: int
    error: str
    remote_id: str


@dataclass(frozen=True)
class Word:
    """What the channel says, and what of ours it means; `url` leads to the field."""

    text: str
    code: str
    target: str
    attribute: str
    url: str


@dataclass(frozen=True)
class MessageRow:
    number: int
    sku: str
    url: str
    operation: str
    revision: int
    outcome: State
    words: list[Word]


@dataclass(frozen=True)
class FeedPage:
    feed: FeedRow
    channel: str
    channel_url: str
    outcomes: list[Tab]
    words: list[Word]
    sent: list[MessageRow]
    next_cursor: str


def newest_feeds(channel: Channel, *, actor: Actor, cursor: str = "") -> Page[Feed]:
    """A channel's feeds, newest first; none for who is limited to markets."""
    rows = Feed.objects.visible_to(actor).filter(channel=channel).defer("body", "report")
    return keyset_page(rows, order=("-pk",), cursor=cursor, limit=FEEDS)


def feed_rows(feeds: Sequence[Feed]) -> list[FeedRow]:
    """With what became of their messages. One query."""
    counts: dict[int, dict[str, int]] = {feed.pk: {} for feed in feeds}
    messages: Any = FeedMessage.objects.filter(feed__in=list(counts)).order_by()
    for feed, outcome, count in messages.values_list("feed_id", "outcome").annotate(Count("pk")):
        counts[feed][outcome] = count
    return [_feed_row(feed, counts[feed.pk]) for feed in feeds]


def _feed_row(feed: Feed, counts: Mapping[str, int]) -> FeedRow:
    return FeedRow(
        url=reverse("feed", args=[feed.uid]),
        state=STATES[FeedState(feed.state)],
        at=feed.created_at,
        sent_at=feed.sent_at,
        answered_at=feed.answered_at,
        from_revision=feed.from_revision,
        to_revision=feed.to_revision,
        messages=sum(counts.values()),
        accepted=counts.get(Outcome.ACCEPTED, 0),
        rejected=counts.get(Outcome.REJECTED, 0),
        attempts=feed.attempts,
        error=feed.error,
        remote_id=feed.remote_id,
    )


def feed_page(uid: UUID, *, actor: Actor, outcome: str = "", cursor: str = "") -> FeedPage:
    """One feed, and a page of its messages with the channel's words about each."""
    feed = Feed.objects.visible_to(actor).select_related("channel").defer("body").filter(uid=uid).first()
    if feed is None:
        raise Missing("There is no such feed, or it is not for you", path="uid")
    row, every = feed_rows([feed])[0], FeedMessage.objects.filter(feed=feed)
    chosen = every.filter(outcome=outcome) if outcome in Outcome.values else every
    page = keyset_page(chosen.select_related("listing"), order=("message_id",), cursor=cursor, limit=MESSAGES)
    profile = _profile(feed.channel)
    issues, stray = sort_issues(feed.report, page.rows)
    # what names no message of any page is about the feed as a whole
    named = set(every.values_list("message_id", flat=True)) if stray else set()
    skus = set(every.values_list("sku", flat=True)) if stray else set()
    whole = [one for one in stray if one.get("messageId") not in named and str(one.get("sku", "")) not in skus]
    return FeedPage(
        feed=row,
        channel=feed.channel.name or feed.channel.code,
        channel_url=reverse("channel", args=[feed.channel.code]),
        outcomes=_tabs(row, outcome),
        words=[word for issue in whole for word in _words(profile, issue, "")],
        sent=_messages(page.rows, issues, profile, actor),
        next_cursor=page.next_cursor,
    )


def _tabs(row: FeedRow, chosen: str) -> list[Tab]:
    known = (("", "All", row.messages), (Outcome.REJECTED.value, "Rejected", row.rejected),
             (Outcome.ACCEPTED.value, "Accepted", row.accepted))  # fmt: skip
    return [
        Tab(label, f"?outcome={value}" if value else "?", value == chosen, count=count) for value, label, count in known
    ]


def _profile(channel: Channel) -> Profile | None:
    row = ChannelProfile.objects.filter(channel=channel).first()
    return read_profile(row.body, version=row.version) if row else None


def _messages(
    rows: Sequence[FeedMessage], issues: Mapping[int, list[Json]], profile: Profile | None, actor: Actor
) -> list[MessageRow]:
    seen = Product.objects.visible_to(actor).filter(pk__in={row.product_id for row in rows})
    pages = {pk: reverse("product", args=[uid]) for pk, uid in seen.values_list("pk", "uid")}
    return [
        MessageRow(
            number=row.message_id,
            sku=row.sku,
            url=reverse("listing", args=[row.listing.uid]),
            operation=OPERATIONS[Operation(row.operation)],
            revision=row.revision,
            outcome=OUTCOMES[Outcome(row.outcome)],
            words=[
                word
                for issue in issues.get(row.message_id, ())
                for word in _words(profile, issue, pages.get(row.product_id, ""))
            ],
        )
        for row in rows
    ]


def _words(profile: Profile | None, issue: Json, product_url: str) -> list[Word]:
    if profile is None:
        return [Word(str(issue.get("message", "")), str(issue.get("code", "")), "", "", "")]
    return [
        Word(
            one.message, one.code, one.target, cause(one.attribute), product_url and product_url + anchor(one.attribute)
        )
        for one in complaints_of(profile, issue)
    ]
