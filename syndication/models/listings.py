from __future__ import annotations

from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.ids import uuid7
from foundation.markets.models import Channel, Scope
from pim.models.classifications import of_branches
from syndication.choices import ListingState


def listings_seen(actor: Actor, *, by: str = "") -> Q:
    """What holds for listings in the actor's channels, markets and branches; `by` is the way to them, `listing__`."""
    if not actor.may("syndication.view"):
        return Q(pk__in=[])
    lookups = {name: f"{by}scope__{name}__code__in" for name in ("channel", "market")}
    return actor.within("syndication.view").where(**lookups, category=of_branches(f"{by}root_id__in"))


class ListingQuerySet(models.QuerySet["Listing"]):
    def visible_to(self, actor: Actor) -> ListingQuerySet:
        """Listings in the actor's channels, markets and branches."""
        return self.filter(listings_seen(actor))

    def live(self) -> ListingQuerySet:
        return self.filter(state=ListingState.LIVE)

    def told(self) -> ListingQuerySet:
        """Those that have ever been out; what was only held back is nobody's business outside."""
        return self.filter(revision__isnull=False)


class Listing(models.Model):
    """The one thing that leaves the house: a product's document in a scope, or the word that there is none any more.

    `body` is the document as canonical JSON and `hash` its SHA-256, both empty unless live. `revision` is the
    channel's count when what is out last changed; null while the listing was never out. `problems` say why it is
    held back, or what is less than perfect. Derived from truth but for `uid` and `revision`, which others have seen.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    product_id = models.BigIntegerField()
    root_id = models.BigIntegerField()
    sku = models.TextField()
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.TextField(choices=ListingState)
    hash = models.CharField(max_length=64, blank=True)
    revision = models.BigIntegerField(null=True)
    body = models.TextField(blank=True)
    problems = models.JSONField(default=list)
    mapping_version = models.IntegerField()
    changed_at = models.DateTimeField(help_text="When what is out last changed")

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product_id", "scope"], name="one_listing_per_scope"),
            # a subscriber reads what is newer than its cursor, in this order
            models.UniqueConstraint(fields=["channel", "revision"], name="one_listing_per_revision"),
            models.CheckConstraint(
                condition=Q(state=ListingState.LIVE, revision__isnull=False) & ~Q(hash="") & ~Q(body="")
                | Q(~Q(state=ListingState.LIVE), hash="", body=""),
                name="live_means_a_document",
            ),
        ]
        indexes = [
            # how many are out and held back of some models, without a look at their documents
            models.Index(fields=["root_id", "scope", "state"], name="listings_of_model"),
            # what is out, and what is held back, in a scope
            models.Index(fields=["scope", "state", "id"], name="listings_of_scope"),
            # the list on pages, what changed last first
            models.Index(fields=["-changed_at", "-id"], name="listings_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} in {self.scope_id}: {self.state}"

    @property
    def is_live(self) -> bool:
        return self.state == ListingState.LIVE


class FirstLiveQuerySet(models.QuerySet["FirstLive"]):
    def visible_to(self, actor: Actor) -> FirstLiveQuerySet:
        seen = Listing.objects.visible_to(actor).values("product_id")
        return self.filter(product_id__in=seen)


class FirstLive(models.Model):
    """The moment at which a product was out for the first time on any channel: a fact for the KPIs."""

    product_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()

    objects = FirstLiveQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.product_id} at {self.at}"
