"""Each check finds what it is for, and is silent in a sound house."""

from __future__ import annotations

import pytest
from django.db import connection

from delivery.models import Publication
from foundation.archive.registry import CHECKS
from foundation.core import moment
from foundation.workflow.services import close_work_items
from pim.services import set_values
from syndication.models import ChannelCredential, Feed, FeedCursor, FeedMessage, Listing, PublishedRevision, Rejection
from syndication.services.rejections import Complaint, settle_rejections

from . import factories as make

CURRENT = "every listing is as its product is"
COUNTED = "no revision is ahead of its channel"
ASKED = "every open rejection has its work item, and the other way round"
KEPT = "what was published can be had again"
SETTLED = "every processed feed has an outcome for each message"


def found(name: str) -> list[str]:
    return list(CHECKS[name].find())


def going_around_us() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tandem.retiring', 'on', true)")


def test_a_sound_house_has_nothing_to_say(coat):
    assert [sentence for name in (CURRENT, COUNTED, ASKED, SETTLED, KEPT) for sentence in found(name)] == []


def test_a_listing_that_is_not_what_truth_makes_of_it(coat):
    row = make.listing("COAT-red-s")
    Listing.objects.filter(pk=row.pk).update(hash="0" * 64)
    assert len(found(CURRENT)) == 1
    assert str(row.uid) in found(CURRENT)[0]


def test_a_listing_that_is_missing_and_one_too_many(coat):
    row = make.listing("COAT-red-s")
    Publication.objects.filter(listing=row.uid).delete()
    assert "does not use the assets" in found(CURRENT)[0]
    going_around_us()
    row.revisions.all().delete()
    row.delete()
    assert "has no listing" in found(CURRENT)[0]


def test_a_revision_ahead_of_its_channel(coat):
    type(coat.world.shop).objects.filter(code="shop").update(last_revision=1)
    FeedCursor.objects.create(channel=coat.world.bazaar, acknowledged=99)
    assert len(found(COUNTED)) == 3


def test_a_revision_that_is_not_kept_or_has_lost_its_document(coat):
    row = make.listing("COAT-red-s")
    set_values(coat.model, values={"name": "Warm coat"}, locale="en-GB", actor=make.HOUSE)
    make.settle()
    assert found(KEPT) == []
    going_around_us()
    kept = PublishedRevision.objects.get(listing=row, replaced_hash=row.hash)
    PublishedRevision.objects.filter(pk=kept.pk).update(replaced=kept.replaced + " ")
    assert found(KEPT) == [
        f"the text that revision {kept.revision} of listing {row.pk} replaced is not what its hash says"
    ]
    PublishedRevision.objects.filter(pk=kept.pk).update(replaced="", replaced_hash="")
    assert found(KEPT) == [f"the document of listing {row.uid} at revision {row.revision} is gone"]
    row.revisions.all().delete()
    assert found(KEPT) == [f"listing {row.uid} is at revision {kept.revision}, which is not kept"]


@pytest.fixture
def rejected(coat):
    feed = Feed.objects.create(
        channel=coat.world.bazaar, from_revision=0, to_revision=1, body="{}", state="done", created_at=moment.now()
    )
    listing = make.listing("COAT-red-s", "bazaar/GB/en-GB")
    complaints = {listing.pk: [Complaint("name", "title", "LONG", "Too long.")]}
    settle_rejections(complaints, channel_id=feed.channel_id, feed=feed, actor=make.HOUSE)
    return feed, listing


def test_rejections_and_work_items_go_together(rejected):
    assert found(ASKED) == []
    Rejection.objects.update(closed_at=moment.now())
    assert "which is not open" in found(ASKED)[0]
    Rejection.objects.update(closed_at=None)
    close_work_items(cause_key="rejection:*", actor=make.HOUSE, outcome="dismissed")
    assert found(ASKED) == []
    Rejection.objects.update(attribute="colour")
    assert "nobody was asked" in found(ASKED)[0]


def test_a_done_feed_with_open_messages(rejected):
    feed, listing = rejected
    FeedMessage.objects.create(
        feed=feed, message_id=1, listing=listing, product_id=listing.product_id, sku="A", operation="UPDATE", revision=1
    )
    assert len(found(SETTLED)) == 1


def test_keys_of_channels_do_not_leave_with_an_export(coat, tmp_path):
    from foundation.archive.registry import EXPORTERS

    assert ChannelCredential._meta.label not in EXPORTERS
