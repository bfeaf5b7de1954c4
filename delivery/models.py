from __future__ import annotations

from django.db import models
from django.db.models import Q

from dam.models import Asset
from foundation.core.actors import CATEGORY, Actor
from pim.models.classifications import of_branches

PLACE = {"channel": "channel__in", "market": "market__in"}


class PublicationQuerySet(models.QuerySet["Publication"]):
    def visible_to(self, actor: Actor) -> PublicationQuerySet:
        """Publications of the actor's channels, markets and branches."""
        if not actor.may("syndication.view"):
            return self.none()
        return self.filter(actor.within("syndication.view").where(**PLACE, category=of_branches("root_id__in")))


class Publication(models.Model):
    """A live listing uses an asset. Derived: syndication writes it in the transaction that writes the listing.

    A listing token is refused when its channel has no row for its asset.
    """

    listing = models.UUIDField(help_text="The listing's uid")
    root_id = models.BigIntegerField(default=0, db_default=0, help_text="Of the product that is listed")
    channel = models.TextField()
    market = models.TextField()
    # Derived tables have no foreign keys: they made the bare write five times slower.
    asset = models.ForeignKey(Asset, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "asset"], name="asset_once_per_listing")]
        # does any live listing of this channel use this asset? asked at each request
        indexes = [models.Index(fields=["asset", "channel"], name="publications_of_asset")]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.channel}/{self.market}"


class RefusalQuerySet(models.QuerySet["DeliveryRefusal"]):
    def visible_to(self, actor: Actor) -> RefusalQuerySet:
        """Refusals in the actor's channels and markets, of assets of their branches; those outside any (forged, grants)
        for the unlimited.
        """
        if not actor.may("dam.view"):
            return self.none()
        return self.filter(actor.within("dam.view").where(**PLACE, category=_of_branches))


class DeliveryRefusal(models.Model):
    """One media request that was refused, and why (V7). The link itself is not kept: it opens things."""

    at = models.DateTimeField()
    code = models.TextField()
    status = models.SmallIntegerField()
    asset_uid = models.UUIDField(null=True)
    channel = models.TextField(blank=True)
    market = models.TextField(blank=True)
    audience = models.TextField(blank=True)
    detail = models.TextField(blank=True)

    objects = RefusalQuerySet.as_manager()

    class Meta:
        indexes = [
            # what was refused of an asset, and for which reason, newest first
            models.Index(fields=["asset_uid", "-id"], name="refusals_of_asset"),
            models.Index(fields=["code", "-id"], name="refusals_by_code"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.code}"


def _of_branches(keys: frozenset[str]) -> Q:
    return Q(asset_uid__in=Asset.objects.within({CATEGORY: keys}).values("uid"))
