"""What must be true of listings, feeds and rejections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db.models import Exists, F, OuterRef, Q

from delivery.models import Publication
from foundation.archive.registry import fsck_check
from foundation.core import moment
from foundation.core.hashing import sha256_bytes
from foundation.events.models import Dirty
from foundation.workflow.models import WorkItem
from syndication.choices import PROJECTION, REJECTION, FeedState, ListingState
from syndication.models import Feed, FeedCursor, Listing, PublishedRevision, Rejection
from syndication.queries.documents import draft_listings
from syndication.services.listings import model_ids

BATCH = 50


@fsck_check("every listing is as its product is")
def listings_are_current() -> Iterator[str]:
    """Documents made again from truth have the hashes of the listings; publications are the live listings' assets."""
    at = moment.now()
    waiting = set(Dirty.objects.filter(projection=PROJECTION).values_list("subject_id", flat=True))
    roots = iter(model_ids())
    while batch := list(islice(roots, BATCH)):
        yield from _compare([root for root in batch if root not in waiting], at)


def _compare(roots: list[int], at: datetime) -> Iterator[str]:
    drafts = {(one.product.pk, one.scope.pk): one for one in draft_listings(roots, at=at)}
    listings = list(Listing.objects.filter(root_id__in=roots).select_related("scope__channel"))
    used: dict[object, set[int]] = {}
    rows = Publication.objects.filter(listing__in=[one.uid for one in listings])
    for uid, asset in rows.values_list("listing", "asset_id"):
        used.setdefault(uid, set()).add(asset)
    for listing in listings:
        draft = drafts.pop((listing.product_id, listing.scope_id), None)
        state, digest = (draft.state, draft.hash) if draft else (ListingState.TOMBSTONE, "")
        if (listing.state, listing.hash) != (state, digest):
            yield f"listing {listing.uid} of {listing.sku} is {listing.state} and not what truth makes of it, {state}"
        elif used.get(listing.uid, set()) != set(draft.asset_ids if draft else ()):
            yield f"listing {listing.uid} of {listing.sku} does not use the assets that delivery serves for it"
    for draft in drafts.values():
        yield f"{draft.product.sku} is placed in {draft.scope} and has no listing"


@fsck_check("no revision is ahead of its channel")
def revisions_are_counted() -> Iterator[str]:
    for listing in Listing.objects.filter(revision__gt=F("channel__last_revision")).select_related("channel")[:20]:
        yield f"listing {listing.uid} has revision {listing.revision}; {listing.channel.code} counts less"
    for cursor in FeedCursor.objects.filter(acknowledged__gt=F("channel__last_revision")).select_related("channel"):
        yield f"{cursor.channel.code} acknowledged {cursor.acknowledged}, more than there ever was"


@fsck_check("what was published can be had again")
def revisions_are_kept() -> Iterator[str]:
    """Each listing's revision has its row, each document of the past its text, each text its hash."""
    same = PublishedRevision.objects.filter(
        listing=OuterRef("pk"), revision=OuterRef("revision"), hash=OuterRef("hash")
    )
    for listing in Listing.objects.told().exclude(Exists(same)).defer("body")[:20]:
        yield f"listing {listing.uid} is at revision {listing.revision}, which is not kept"
    moved = PublishedRevision.objects.filter(listing=OuterRef("listing"), replaced_hash=OuterRef("hash"))
    past = PublishedRevision.objects.exclude(hash="").exclude(hash=F("listing__hash")).exclude(Exists(moved))
    for row in past.select_related("listing")[:20]:
        yield f"the document of listing {row.listing.uid} at revision {row.revision} is gone"
    texts = (
        PublishedRevision.objects.exclude(replaced="")
        .order_by("pk")
        .values_list("listing_id", "revision", "replaced_hash", "replaced")
    )
    for pk, revision, digest, text in texts.iterator():
        if sha256_bytes(text.encode()) != digest:
            yield f"the text that revision {revision} of listing {pk} replaced is not what its hash says"


@fsck_check("every open rejection has its work item, and the other way round")
def rejections_have_work_items() -> Iterator[str]:
    wanted = {row.cause_key for row in Rejection.objects.unresolved().select_related("listing")}
    asked = set(WorkItem.objects.unfinished().filter(kind=REJECTION).values_list("cause_key", flat=True))
    for cause in sorted(asked - wanted):
        yield f"a work item asks about {cause}, which is not open"
    for cause in sorted(wanted - asked):
        # a person may have dismissed it: then there was one
        if not WorkItem.objects.filter(cause_key=cause).exists():
            yield f"{cause} is open and nobody was asked"


@fsck_check("every processed feed has an outcome for each message")
def feeds_are_settled() -> Iterator[str]:
    undecided = Q(messages__outcome="pending")
    for feed in Feed.objects.filter(undecided, state=FeedState.DONE).distinct()[:20]:
        yield f"feed {feed.uid} is done and has messages without outcome"
