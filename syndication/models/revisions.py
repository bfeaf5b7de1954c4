from __future__ import annotations

from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from syndication.models.listings import Listing, listings_seen


class PublishedRevisionQuerySet(models.QuerySet["PublishedRevision"]):
    def visible_to(self, actor: Actor) -> PublishedRevisionQuerySet:
        return self.filter(listings_seen(actor, by="listing__"))


class PublishedRevision(models.Model):
    """What a listing said from one of its revisions on: the document of this hash, or (no hash) that there is none.

    The newest revision's document is the listing's own. A text moves here when it is replaced, into the row of the
    revision that replaces it, once for each content. Rows are only ever added, by the transaction that publishes.
    """

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="revisions", db_index=False)
    revision = models.BigIntegerField()
    hash = models.CharField(max_length=64, blank=True)
    mapping_version = models.IntegerField()
    at = models.DateTimeField()
    replaced_hash = models.CharField(max_length=64, blank=True)
    replaced = models.TextField(blank=True, help_text="The document that was out before, unless it is kept already")

    objects = PublishedRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["listing_id", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "revision"], name="published_once"),
            # finds a text by the hash of its document
            models.UniqueConstraint(
                fields=["listing", "replaced_hash"], condition=~Q(replaced_hash=""), name="one_text_per_document"
            ),
            models.CheckConstraint(
                condition=Q(replaced="", replaced_hash="") | ~Q(replaced="") & ~Q(replaced_hash=""),
                name="replaced_text_has_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} at {self.revision}"
