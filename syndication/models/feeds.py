from __future__ import annotations

from django.db import models
from django.db.models import Q

from foundation.core.actors import CATEGORY, Actor
from foundation.core.ids import uuid7
from foundation.markets.models import Channel
from syndication.choices import FeedState, Operation, Outcome
from syndication.models.profiles import OfChannelQuerySet


class FeedCursor(models.Model):
    """How much of a channel's listings its marketplace has answered for. Its row lock lets one feed pass at a time."""

    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="+")
    acknowledged = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0, help_text="Feeds that failed in a row")
    not_before = models.DateTimeField(null=True, blank=True)

    objects = OfChannelQuerySet["FeedCursor"].as_manager()

    def __str__(self) -> str:
        return f"{self.channel_id} up to {self.acknowledged}"


class FeedQuerySet(models.QuerySet["Feed"]):
    def visible_to(self, actor: Actor) -> FeedQuerySet:
        """Feeds of the actor's channels. One feed speaks of all the channel's markets and products, so who is limited
        to some sees none.
        """
        whole = actor.within("syndication.view").beyond("market", CATEGORY)
        return self.filter(channel__in=Channel.objects.visible_to(whole)) if whole.reaches else self.none()


class Feed(models.Model):
    """One delta on its way to a marketplace. Written before it is sent, so that a repeat sends the same bytes under the
    same key, which is its `uid`.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    from_revision = models.BigIntegerField()
    to_revision = models.BigIntegerField()
    state = models.TextField(choices=FeedState, default=FeedState.PREPARED)
    body = models.TextField()
    remote_id = models.TextField(blank=True)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], condition=Q(state__in=["prepared", "sent"]), name="one_open_feed_per_channel"
            )
        ]

    def __str__(self) -> str:
        return f"{self.uid} ({self.state})"


class FeedMessageQuerySet(models.QuerySet["FeedMessage"]):
    def visible_to(self, actor: Actor) -> FeedMessageQuerySet:
        return self.filter(feed__in=Feed.objects.visible_to(actor))


class FeedMessage(models.Model):
    """One product in a feed, and what the marketplace made of it.

    `revision` is the newest revision among the product's listings when the feed was written, `listing` the
    listing that a rejection is told of.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="messages")
    message_id = models.IntegerField()
    listing = models.ForeignKey("syndication.Listing", on_delete=models.PROTECT, related_name="+")
    product_id = models.BigIntegerField()
    sku = models.TextField()
    operation = models.TextField(choices=Operation)
    revision = models.BigIntegerField()
    outcome = models.TextField(choices=Outcome, default=Outcome.PENDING)

    objects = FeedMessageQuerySet.as_manager()

    class Meta:
        ordering = ["feed_id", "message_id"]
        constraints = [models.UniqueConstraint(fields=["feed", "message_id"], name="one_message_per_number")]
        # a product's story on its marketplaces
        indexes = [models.Index(fields=["product_id", "-id"], name="messages_of_product")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.operation} {self.sku}: {self.outcome}"


class RemoteCopy(models.Model):
    """What a marketplace holds of a product, as far as it has answered: under which SKU, and of which revision.

    `sku` is empty when it holds nothing; `answered` is the newest revision that it has accepted or rejected.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    product_id = models.BigIntegerField()
    sku = models.TextField(blank=True)
    answered = models.BigIntegerField(default=0)

    objects = OfChannelQuerySet["RemoteCopy"].as_manager()

    class Meta:
        verbose_name_plural = "remote copies"
        constraints = [models.UniqueConstraint(fields=["channel", "product_id"], name="one_copy_per_channel")]

    def __str__(self) -> str:
        return f"{self.sku or 'nothing'} of {self.product_id} on {self.channel_id}"
