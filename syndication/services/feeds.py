"""Feeds: written, then sent, then settled by the report. A step that is repeated changes nothing.

The bytes are stored under the feed's uid before they leave, and the uid is the idempotency key: after a crash at any
point the same bytes go out under the same key, and the other side takes them once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from foundation.core import moment
from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Conflict, Missing
from foundation.events.models import Dirty
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.jobs.models import Job
from foundation.jobs.services import cancel_job, start_job
from foundation.markets.models import Channel
from foundation.markets.queries import get_channel
from foundation.workflow.choices import Priority
from foundation.workflow.services import open_work_item
from syndication import events
from syndication.choices import FEED_JOB, FEED_TROUBLE, PROJECTION, QUEUE, FeedState
from syndication.errors import FeedRefused, FeedUnanswered, NoFeed
from syndication.mapping import read_profile
from syndication.models import ChannelProfile, Feed, FeedCursor, FeedMessage, Listing, RemoteCopy
from syndication.queries.feeds import Delta, has_unready_media, open_feed_job, read_delta, write_feed
from syndication.services.marketplaces import await_report, post_feed
from syndication.services.reports import settle_feed

MAX_MESSAGES = 500
MAX_BYTES = 4_000_000
QUIET = timedelta(seconds=10)  # how long a change waits for others that are being projected
PATIENCE = timedelta(seconds=60)  # how long for its pictures
POLL_AGAIN = timedelta(seconds=3)
LONGEST_PAUSE = timedelta(minutes=15)
Fence = Callable[[int], None]


def _unfenced(done: int) -> None:
    """Nobody else can have taken over."""


def start_feed(*, channel: Channel | str, actor: Actor, full: bool = False, skus: Sequence[str] = ()) -> Job:
    """Send a marketplace now what it has not answered for; with `full` everything, with `skus` these products again.

    Asked again while everything is being sent, it answers with the job that does so: nothing goes out twice.
    """
    actor = actor.require("syndication.publish")
    row = get_channel(channel) if isinstance(channel, str) else channel
    if not actor.beyond("market", CATEGORY).sees("channel", row.code):
        raise Missing(f"There is no channel {row.code!r} for you to send to", path="channel")
    if row.kind != Channel.Kind.MARKETPLACE or not row.endpoint:
        raise NoFeed(f"{row.code} has no endpoint: it reads its listings itself", path="channel")
    sending = open_feed_job(row)
    if full and sending is not None and sending.payload.get("full"):
        return sending
    with recorded(actor):
        # the job before the cursor, as the job itself takes them
        payload = {"channel": row.code, "full": full}
        job = start_job(kind=FEED_JOB, queue="feeds", payload=payload, actor=actor, unique_key=row.code)
        if full or skus:
            _forget_answers(row, skus)
        return job


def cancel_feed(*, channel: Channel | str, actor: Actor) -> Job:
    """Ask the job that sends to a channel to stop after the feed at hand; what has been sent stays sent."""
    actor = actor.require("syndication.publish")
    row = get_channel(channel) if isinstance(channel, str) else channel
    if not actor.beyond("market", CATEGORY).sees("channel", row.code):
        raise Missing(f"There is no channel {row.code!r} for you to send to", path="channel")
    sending = open_feed_job(row)
    if sending is None:
        raise Conflict("Nothing is being sent there", path="channel")
    return cancel_job(uid=sending.uid, actor=actor)


def start_due_feeds(*, actor: Actor) -> list[Job]:
    """A job for each marketplace that has something to hear and whose moment it is."""
    at, jobs = moment.now(), []
    channels = Channel.objects.filter(kind=Channel.Kind.MARKETPLACE, profile__isnull=False).exclude(endpoint="")
    for channel in channels.order_by("code"):
        cursor = FeedCursor.objects.filter(channel=channel).first()
        if cursor is not None and cursor.not_before is not None and cursor.not_before > at:
            continue
        acknowledged = cursor.acknowledged if cursor else 0
        is_open = Feed.objects.filter(channel=channel, state__in=[FeedState.PREPARED, FeedState.SENT]).exists()
        if is_open or (channel.last_revision > acknowledged and _is_settled(channel, acknowledged)):
            jobs.append(start_feed(channel=channel, actor=actor))
    return jobs


def carry_feeds(channel: Channel, *, actor: Actor, fence: Fence = _unfenced) -> dict[str, Any]:
    """Send feed after feed until the marketplace has answered for everything, or does not answer.

    `fence` is called inside each transaction that moves a feed on, with the number of feeds done; it raises when
    somebody else has taken over. Raises `FeedUnanswered` when it is worth trying again.
    """
    done = 0
    while True:
        with recorded(actor):
            fence(done)
            feed = _prepare(channel)
        if feed is None:
            return {"feeds": done}
        try:
            report = _deliver(feed, actor, fence, done)
        except FeedRefused as refusal:
            _give_up(feed, refusal.detail, actor)
            return {"feeds": done, "error": refusal.detail}
        if report is None:
            return {"feeds": done, "waiting": str(feed.uid)}
        with recorded(actor):
            fence(done + 1)
            settle_feed(feed, report=report, actor=actor)
        done += 1


def _deliver(feed: Feed, actor: Actor, fence: Fence, done: int) -> dict[str, Any] | None:
    """The report of a feed, sent now if that is not known to have happened; None while it is being processed."""
    try:
        if feed.state == FeedState.PREPARED:
            Feed.objects.filter(pk=feed.pk).update(attempts=feed.attempts + 1)
            remote_id = post_feed(feed)
            with recorded(actor):
                fence(done)
                _mark_sent(feed, remote_id)
        report = await_report(feed)
    except FeedUnanswered as trouble:
        _put_off(feed, trouble.detail, actor)
        raise
    if report is None:
        FeedCursor.objects.filter(channel=feed.channel).update(not_before=moment.now() + POLL_AGAIN)
    return report


def _prepare(channel: Channel) -> Feed | None:
    """The open feed of the channel, else the next one, written; None when the marketplace has answered for all."""
    cursor = _cursor_of(channel)
    waiting = Feed.objects.filter(channel=channel, state__in=[FeedState.PREPARED, FeedState.SENT]).first()
    if waiting is not None:
        return waiting
    row = ChannelProfile.objects.filter(channel=channel).first()
    if row is None:
        raise NoFeed(f"{channel.code} has no profile", path="channel")
    profile, limit = read_profile(row.body, version=row.version), MAX_MESSAGES
    locale = channel.scopes.order_by("pk").values_list("locale_id", flat=True).first() or "en-GB"
    while delta := read_delta(channel, acknowledged=cursor.acknowledged, limit=limit):
        body = write_feed(profile, delta.messages, locale=locale)
        if len(body.encode()) > MAX_BYTES and limit > 1:
            limit //= 2
        elif delta.messages:
            return _write(channel, cursor, delta, body)
        else:
            cursor.acknowledged = delta.to_revision
            cursor.save(update_fields=["acknowledged"])
    return None


def _write(channel: Channel, cursor: FeedCursor, delta: Delta, body: str) -> Feed:
    feed = Feed.objects.create(
        channel=channel,
        from_revision=cursor.acknowledged,
        to_revision=delta.to_revision,
        body=body,
        created_at=moment.now(),
    )
    FeedMessage.objects.bulk_create(
        [
            FeedMessage(
                feed=feed,
                message_id=number,
                listing=message.listing,
                product_id=message.listing.product_id,
                sku=message.sku,
                operation=message.operation,
                revision=message.revision,
            )
            for number, message in enumerate(delta.messages, 1)
        ]
    )
    return feed


def _mark_sent(feed: Feed, remote_id: str) -> None:
    feed.state, feed.remote_id, feed.sent_at = FeedState.SENT, remote_id, moment.now()
    feed.error = ""
    feed.save(update_fields=["state", "remote_id", "sent_at", "error"])
    append_event(events.FEED_SENT, feed.uid, channel=feed.channel.code, messages=feed.messages.count())


def _put_off(feed: Feed, detail: str, actor: Actor) -> None:
    """No answer: the job tries again soon; when it gives up, the next one comes after a longer pause."""
    pause = min(timedelta(seconds=2 ** min(feed.attempts + 1, 12)), LONGEST_PAUSE)
    with recorded(actor):
        Feed.objects.filter(pk=feed.pk).update(error=detail)
        FeedCursor.objects.filter(channel=feed.channel).update(not_before=moment.now() + pause)
        if feed.attempts + 1 >= 5:
            _report_trouble(feed, detail, actor)


def _give_up(feed: Feed, detail: str, actor: Actor) -> None:
    """The marketplace will not have this feed. What is in it goes out in the next one, after a pause."""
    with recorded(actor):
        cursor = FeedCursor.objects.select_for_update().get(channel=feed.channel)
        cursor.failures += 1
        cursor.not_before = moment.now() + min(timedelta(minutes=2 ** min(cursor.failures, 8)), LONGEST_PAUSE)
        cursor.save(update_fields=["failures", "not_before"])
        feed.state, feed.error, feed.answered_at = FeedState.FAILED, detail, moment.now()
        feed.save(update_fields=["state", "error", "answered_at"])
        append_event(
            events.FEED_FAILED, feed.uid, channel=feed.channel.code, messages=feed.messages.count(), detail=detail
        )
        _report_trouble(feed, detail, actor)


def _report_trouble(feed: Feed, detail: str, actor: Actor) -> None:
    open_work_item(
        queue=QUEUE,
        kind=FEED_TROUBLE,
        priority=Priority.HIGH,
        cause_key=f"feed:{feed.channel.code}",
        subject_type="feed",
        subject=feed.uid,
        title=f"{feed.channel.name} takes no feed: {detail}",
        actor=actor,
        detail={"channel": feed.channel.code, "feed": str(feed.uid), "error": detail},
    )


def _cursor_of(channel: Channel) -> FeedCursor:
    """The channel's cursor, locked: one hand at a time moves it."""
    FeedCursor.objects.get_or_create(channel=channel)
    return FeedCursor.objects.select_for_update().get(channel=channel)


def _forget_answers(channel: Channel, skus: Sequence[str]) -> None:
    """Let the delta begin again: for these products, or for all."""
    cursor = _cursor_of(channel)
    listings = Listing.objects.told().filter(channel=channel)
    copies = RemoteCopy.objects.filter(channel=channel)
    if skus:
        listings = listings.filter(sku__in=skus)
        copies = copies.filter(product_id__in=listings.values("product_id"))
        if missing := sorted(set(skus) - set(listings.values_list("sku", flat=True))):
            raise Missing(f"{channel.code} has no listing of {', '.join(missing[:20])}", path="skus")
    copies.update(answered=0)
    first = listings.order_by("revision").values_list("revision", flat=True).first()
    if first is not None and first <= cursor.acknowledged:
        cursor.acknowledged = first - 1
    cursor.not_before = None
    cursor.save(update_fields=["acknowledged", "not_before"])


def _is_settled(channel: Channel, acknowledged: int) -> bool:
    """Nothing more is about to change, and the pictures are there; but nothing waits for ever."""
    newer = Listing.objects.filter(channel=channel, revision__gt=acknowledged)
    oldest = newer.order_by("revision").values_list("changed_at", flat=True).first()
    if oldest is None:
        return True
    age = moment.now() - oldest
    if age < QUIET and Dirty.objects.filter(projection=PROJECTION, attempts=0).exists():
        return False
    return age > PATIENCE or not has_unready_media(channel, acknowledged=acknowledged, limit=MAX_MESSAGES)
