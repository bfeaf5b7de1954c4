"""Taking in a marketplace's report: what it holds now, and what it complains of."""

from __future__ import annotations

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow.choices import Priority
from foundation.workflow.services import close_work_items, open_work_item
from syndication import events
from syndication.choices import FEED_TROUBLE, QUEUE, FeedState, Operation, Outcome
from syndication.mapping import read_profile
from syndication.models import ChannelProfile, Feed, FeedCursor, FeedMessage, RemoteCopy
from syndication.queries.reports import Complaint, Json, complaints_of, sort_issues
from syndication.services.rejections import settle_rejections


def settle_feed(feed: Feed, *, report: Json, actor: Actor) -> Feed:
    """Move the cursor past a feed and act on its report. A second time it changes nothing."""
    with recorded(actor):
        cursor = FeedCursor.objects.select_for_update().get(channel=feed.channel)
        feed = Feed.objects.select_for_update(of=("self",)).select_related("channel").get(pk=feed.pk)
        if feed.state != FeedState.SENT:
            return feed
        messages = list(feed.messages.order_by("message_id"))
        issues, stray = sort_issues(report, messages)
        for message in messages:
            message.outcome = Outcome.REJECTED if issues[message.message_id] else Outcome.ACCEPTED
        FeedMessage.objects.bulk_update(messages, ["outcome"], batch_size=500)
        _note_copies(feed, messages)
        _note_complaints(feed, messages, issues, actor)
        cursor.acknowledged, cursor.failures, cursor.not_before = feed.to_revision, 0, None
        cursor.save(update_fields=["acknowledged", "failures", "not_before"])
        feed.state, feed.report, feed.answered_at = FeedState.DONE, report, moment.now()
        feed.save(update_fields=["state", "report", "answered_at"])
        _tell(feed, messages)
        _settle_trouble(feed, stray, actor)
    return feed


def _note_copies(feed: Feed, messages: list[FeedMessage]) -> None:
    """What the marketplace holds of each product now."""
    products = {message.product_id for message in messages}
    rows = list(RemoteCopy.objects.select_for_update().filter(channel=feed.channel, product_id__in=products))
    copies = {row.product_id: row for row in rows}
    for message in messages:
        copy = copies.setdefault(message.product_id, RemoteCopy(channel=feed.channel, product_id=message.product_id))
        copy.answered = max(copy.answered, message.revision)
        if message.outcome == Outcome.ACCEPTED:
            copy.sku = message.sku if message.operation == Operation.UPDATE else ""
    known = {row.product_id for row in rows}
    new = [copy for product, copy in copies.items() if product not in known]
    RemoteCopy.objects.bulk_update(rows, ["sku", "answered"], batch_size=500)
    RemoteCopy.objects.bulk_create(new, batch_size=500)


def _note_complaints(feed: Feed, messages: list[FeedMessage], issues: dict[int, list[Json]], actor: Actor) -> None:
    row = ChannelProfile.objects.get(channel=feed.channel)
    profile = read_profile(row.body, version=row.version)
    found: dict[int, list[Complaint]] = {}
    for message in messages:
        complaints = found.setdefault(message.listing_id, [])
        complaints += [complaint for issue in issues[message.message_id] for complaint in complaints_of(profile, issue)]
    settle_rejections(found, channel_id=feed.channel_id, feed=feed, actor=actor)


def _tell(feed: Feed, messages: list[FeedMessage]) -> None:
    rejected = sum(message.outcome == Outcome.REJECTED for message in messages)
    append_event(
        events.FEED_ACCEPTED,
        feed.uid,
        channel=feed.channel.code,
        messages=len(messages),
        accepted=len(messages) - rejected,
        rejected=rejected,
    )


def _settle_trouble(feed: Feed, stray: list[Json], actor: Actor) -> None:
    """The channel takes feeds again; but what it says about the feed as a whole is for a person to read."""
    cause = f"feed:{feed.channel.code}"
    if not stray:
        close_work_items(cause_key=cause, actor=actor, outcome="feeds pass again")
        return
    open_work_item(
        queue=QUEUE,
        kind=FEED_TROUBLE,
        priority=Priority.HIGH,
        cause_key=cause,
        subject_type="feed",
        subject=feed.uid,
        title=f"{feed.channel.name} says of a feed: {stray[0].get('message', '')}",
        actor=actor,
        detail={"channel": feed.channel.code, "feed": str(feed.uid), "issues": stray[:50]},
    )
