from __future__ import annotations

from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.markets.models import Channel
from syndication.models.feeds import Feed
from syndication.models.listings import Listing, listings_seen


class RejectionQuerySet(models.QuerySet["Rejection"]):
    def visible_to(self, actor: Actor) -> RejectionQuerySet:
        return self.filter(listings_seen(actor, by="listing__"))

    def unresolved(self) -> RejectionQuerySet:
        return self.filter(closed_at=None)


class Rejection(models.Model):
    """A channel refused a listing for something in it, traced to what of the product caused it.

    `attribute` is an attribute's code, `media:role`, `identifier:scheme`, or what the channel said where the profile
    does not know the field.
    """

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="rejections")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+", help_text="Whose report said so last")
    sku = models.TextField()
    attribute = models.TextField()
    target = models.TextField(blank=True, help_text="The channel's field")
    code = models.TextField()
    message = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True)

    objects = RejectionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "attribute", "code"], condition=Q(closed_at=None), name="one_open_rejection"
            )
        ]
        indexes = [models.Index(fields=["listing"], condition=Q(closed_at=None), name="open_rejections")]

    def __str__(self) -> str:
        return f"{self.sku} {self.attribute}: {self.code}"

    @property
    def cause_key(self) -> str:
        """Of the work item: one per listing and attribute, however many complaints there are."""
        return f"rejection:{self.listing.uid}:{self.attribute}"
