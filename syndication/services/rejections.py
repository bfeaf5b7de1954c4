"""What a channel refused: told to the product and attribute that caused it, and closed when it is mended or gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.events.catalogue import EventType
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow.choices import Priority
from foundation.workflow.services import close_work_items, open_work_item
from pim.models import Product
from syndication import events
from syndication.choices import QUEUE, REJECTION
from syndication.models import Feed, Listing, Rejection
from syndication.queries.reports import Complaint


def settle_rejections(found: dict[int, list[Complaint]], *, channel_id: int, feed: Feed, actor: Actor) -> None:
    """The newest word on these listings: what is still wrong stays or opens, everything else closes.

    `found` maps listings to complaints, none for one that was accepted. A listing of the same product that is not
    named follows the one that is.
    """
    with recorded(actor):
        listings = {one.pk: one for one in Listing.objects.filter(pk__in=found).select_related("scope__market")}
        siblings = {one.product_id: one.pk for one in listings.values()}
        present: dict[int, list[Rejection]] = defaultdict(list)
        rows = Rejection.objects.unresolved().filter(channel_id=channel_id, listing__product_id__in=siblings)
        for row in rows.select_related("listing", "channel").order_by("pk"):
            present[siblings[row.listing.product_id]].append(row)
        for pk in sorted(found):
            _settle(listings[pk], found[pk], present[pk], feed, actor)


def close_rejections(listing_ids: Sequence[int], *, outcome: str, actor: Actor) -> int:
    """Close all that is open for these listings; how many there were."""
    rows = Rejection.objects.unresolved().filter(listing_id__in=listing_ids).select_related("listing", "channel")
    found = list(rows.order_by("pk"))
    for row in found:
        _close(row, outcome)
    for cause in sorted({row.cause_key for row in found}):
        close_work_items(cause_key=cause, actor=actor, outcome=outcome)
    return len(found)


def _settle(listing: Listing, complaints: list[Complaint], present: list[Rejection], feed: Feed, actor: Actor) -> None:
    wanted = {(one.attribute, one.code): one for one in complaints}
    known = {(row.attribute, row.code): row for row in present if row.listing_id == listing.pk}
    stay = {row.cause_key for key, row in known.items() if key in wanted}
    over = [row for row in present if row.listing_id != listing.pk or (row.attribute, row.code) not in wanted]
    for row in over:
        _close(row, "mended" if complaints else "accepted")
    for key, one in wanted.items():
        row = known.get(key) or _open(listing, one, feed)
        if (row.message, row.target, row.feed_id) != (one.message, one.target, feed.pk):
            row.message, row.target, row.feed = one.message, one.target, feed
            row.save(update_fields=["message", "target", "feed"])
        stay.add(row.cause_key)
    for cause in sorted({row.cause_key for row in over} - stay):
        close_work_items(cause_key=cause, actor=actor, outcome="resolved")
    by_attribute: dict[str, list[Complaint]] = defaultdict(list)
    for one in complaints:
        by_attribute[one.attribute].append(one)
    for attribute, ones in by_attribute.items():
        _ask(listing, attribute, ones, feed, actor)


def _open(listing: Listing, one: Complaint, feed: Feed) -> Rejection:
    row = Rejection.objects.create(
        listing=listing,
        channel_id=listing.channel_id,
        feed=feed,
        sku=listing.sku,
        attribute=one.attribute,
        target=one.target,
        code=one.code,
        message=one.message,
        opened_at=moment.now(),
    )
    _tell(events.REJECTION_OPENED, row)
    return row


def _close(row: Rejection, outcome: str) -> None:
    row.closed_at, row.outcome = moment.now(), outcome
    row.save(update_fields=["closed_at", "outcome"])
    _tell(events.REJECTION_CLOSED, row)


def _tell(kind: EventType, row: Rejection) -> None:
    payload = {"channel": row.channel.code, "attribute": row.attribute, "target": row.target, "code": row.code}
    append_event(kind, row.listing.uid, sku=row.sku, **payload)


def _ask(listing: Listing, attribute: str, complaints: list[Complaint], feed: Feed, actor: Actor) -> None:
    """One work item per listing and attribute, whatever the number of complaints about it."""
    product = Product.objects.get(pk=listing.product_id)
    open_work_item(
        queue=QUEUE,
        kind=REJECTION,
        priority=Priority.HIGH,
        cause_key=f"rejection:{listing.uid}:{attribute}",
        subject_type="product",
        subject=product.uid,
        title=f"{feed.channel.name} refused {listing.sku}: {complaints[0].message}",
        actor=actor,
        detail={
            "sku": listing.sku,
            "channel": feed.channel.code,
            "listing": str(listing.uid),
            "attribute": attribute,
            "issues": [{"target": one.target, "code": one.code, "message": one.message} for one in complaints],
        },
        market=listing.scope.market.code,
    )
