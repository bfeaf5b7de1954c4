"""The words that rows of syndication are made of."""

from __future__ import annotations

from django.db import models


class ListingState(models.TextChoices):
    """What a listing is now. Only a live one is out; to those outside the other two look the same: withdrawn."""

    LIVE = "live", "live"
    HELD = "held", "held back"
    TOMBSTONE = "tombstone", "withdrawn"


class HeroPolicy(models.TextChoices):
    """What to do when no hero has the rights: a rule of the channel."""

    HOLD = "hold", "hold back until a picture has the rights"
    WITHDRAW = "withdraw", "withdraw"
    PUBLISH_WITHOUT = "publish-without", "publish without"


class FeedState(models.TextChoices):
    PREPARED = "prepared", "written, not known to be received"
    SENT = "sent", "received, being processed"
    DONE = "done", "processed"
    FAILED = "failed", "refused as a whole"


class Operation(models.TextChoices):
    UPDATE = "UPDATE", "put up or replace"
    DELETE = "DELETE", "take down"


class Outcome(models.TextChoices):
    PENDING = "pending", "not known yet"
    ACCEPTED = "accepted", "accepted"
    REJECTED = "rejected", "rejected"


QUEUE = "rejections"
REJECTION = "rejection"
FEED_TROUBLE = "feed"
PROJECTION = "syndication.listings"
FEED_JOB = "syndication.send_feed"
BINDING_TIMER = "syndication.bindings"
