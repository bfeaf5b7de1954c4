from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from dam.models.assets import Asset
from foundation.core.actors import CATEGORY, Actor
from foundation.core.ids import uuid7


class LicenceQuerySet(models.QuerySet["Licence"]):
    def visible_to(self, actor: Actor) -> LicenceQuerySet:
        """All; for who is limited those that hold for an asset which they see, or for none yet."""
        if not actor.may("dam.view"):
            return self.none()
        if not actor.within("dam.view").is_limited("market", CATEGORY):
            return self
        seen = _assets_of().filter(asset__in=Asset.objects.visible_to(actor).values("pk"))
        return self.filter(~Exists(_assets_of()) | Exists(seen))

    def held_by_none_but(self, ids: Collection[int]) -> LicenceQuerySet:
        """Those that hold for no asset, and these."""
        return self.filter(~Exists(_assets_of()) | Q(pk__in=ids))

    def not_all_seen_by(self, actor: Actor) -> LicenceQuerySet:
        """Those that hold for an asset which the actor does not see."""
        foreign = AssetLicence.objects.filter(asset__deleted_at=None)
        foreign = foreign.exclude(asset__in=Asset.objects.visible_to(actor).values("pk"))
        return self.filter(pk__in=foreign.values("licence"))


def _assets_of() -> AssetLicenceQuerySet:
    return AssetLicence.objects.filter(licence=OuterRef("pk"), asset__deleted_at=None)


class Licence(models.Model):
    """What somebody allowed us to do with some assets. Its terms say where, how and when."""

    uid = models.UUIDField(default=uuid7, unique=True)
    name = models.TextField(unique=True)
    credit = models.TextField(blank=True)
    version = models.IntegerField(default=1, help_text="Grows when the terms change")
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = LicenceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TermQuerySet(models.QuerySet["LicenceTerm"]):
    def visible_to(self, actor: Actor) -> TermQuerySet:
        return self.filter(licence__in=Licence.objects.visible_to(actor))


class LicenceTerm(models.Model):
    """One grant or exclusion. An empty list means all; the span holds its start and not its end."""

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="terms")
    is_grant = models.BooleanField(default=True)
    territories = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    uses = ArrayField(models.TextField(), default=list, blank=True)
    channels = ArrayField(models.TextField(), default=list, blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=F("ends_at")), name="term_has_a_span"
            )
        ]

    def __str__(self) -> str:
        where = ",".join(self.territories) or "everywhere"
        return f"{'grants' if self.is_grant else 'excludes'} {where}"


class AssetLicenceQuerySet(models.QuerySet["AssetLicence"]):
    def visible_to(self, actor: Actor) -> AssetLicenceQuerySet:
        return self.filter(asset__in=Asset.objects.visible_to(actor))


class AssetLicence(models.Model):
    """A licence holds for an asset."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="asset_licences")
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="asset_licences")

    objects = AssetLicenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "licence"], name="licence_once_per_asset")]

    def __str__(self) -> str:
        return f"{self.licence_id} for {self.asset_id}"
