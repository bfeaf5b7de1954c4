from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from dam.choices import AssetState, Kind, VersionState
from dam.registry import ASSET_RULES
from foundation.blobs.models import Blob
from foundation.core.actors import CATEGORY, Actor, Limits
from foundation.core.ids import uuid7


def _in_own(markets: frozenset[str]) -> Q:
    return Q(markets=[]) | Q(markets__overlap=sorted(markets))


def _within(cut: Limits) -> Q:
    """What a reach leaves: markets of one's own open an asset, but for who ends in a branch."""
    shared = Q(markets=[]) if CATEGORY not in cut else _in_own(cut["market"]) if "market" in cut else Q()
    for rule in ASSET_RULES:
        shared &= rule(cut)
    return shared if CATEGORY in cut else shared | Q(markets__overlap=sorted(cut["market"]))


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, actor: Actor) -> AssetQuerySet:
        """All; for who is limited those for one of their markets, and those for every market, each as far as the rooms
        above let it be seen (`dam.registry`); deleted ones for nobody.
        """
        if not actor.may("dam.view"):
            return self.none()
        cuts = actor.within("dam.view").cuts("market", CATEGORY)
        if cuts == [{}]:
            return self.present()
        found = Q(pk__in=[])
        for cut in cuts:
            found |= _within(cut)
        return self.present().filter(found)

    def within(self, limits: Limits) -> AssetQuerySet:
        """Those that limits of markets and categories leave."""
        return self.present().filter(_within(limits) if limits else Q())

    def in_own_markets_of(self, actor: Actor) -> AssetQuerySet:
        """Those that would be visible if nothing were said of them by the rooms above."""
        if not actor.may("dam.view"):
            return self.none()
        return self.present().filter(actor.within("dam.view").where(market=_in_own))

    def present(self) -> AssetQuerySet:
        return self.filter(deleted_at=None)

    def approved(self) -> AssetQuerySet:
        return self.present().filter(state=AssetState.APPROVED)


class Asset(models.Model):
    """One work: a picture, a graphic, a document.

    `current_version` is the last approved version, or the newest one while none was approved. Only an
    approved asset goes out, and then only in that version.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    kind = models.TextField(choices=Kind)
    title = models.TextField()
    first_sha256 = models.CharField(max_length=64)
    current_version = models.ForeignKey("AssetVersion", null=True, on_delete=models.PROTECT, related_name="+")
    metadata = models.JSONField(default=dict)
    state = models.TextField(choices=AssetState, default=AssetState.DRAFT)
    markets = ArrayField(models.TextField(), default=list, blank=True, help_text="Empty means every market")
    edition = models.IntegerField(default=1, help_text="Grows with each change; the ETag of the API")
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first_sha256"], condition=Q(deleted_at=None), name="one_asset_per_first_bytes"
            ),
            models.CheckConstraint(condition=Q(state__in=AssetState.values), name="asset_state_known"),
        ]
        indexes = [
            # the library by state, newest first
            models.Index(fields=["state", "-id"], condition=Q(deleted_at=None), name="assets_by_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        """May its current version leave the house, as far as approval goes? Rights are asked besides."""
        version = self.current_version
        return (
            self.state == AssetState.APPROVED
            and self.deleted_at is None
            and version is not None
            and version.state == VersionState.APPROVED
        )


class AssetVersionQuerySet(models.QuerySet["AssetVersion"]):
    def visible_to(self, actor: Actor) -> AssetVersionQuerySet:
        return self.filter(asset__in=Asset.objects.visible_to(actor))

    def present(self) -> AssetVersionQuerySet:
        return self.filter(asset__deleted_at=None)


class AssetVersion(models.Model):
    """One state of an asset's file, with what the file says of itself."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.TextField()
    media_type = models.TextField()
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    embedded = models.JSONField(default=dict, help_text="EXIF, IPTC and XMP as the file carries them")
    identifiers = models.JSONField(default=list, help_text="List of {source, scheme, value}")
    pixel_sha256 = models.CharField(max_length=64, blank=True, help_text="Digest of the decoded picture")
    phash = models.CharField(max_length=16, blank=True, help_text="Difference hash, 64 bits in hex")
    state = models.TextField(choices=VersionState, default=VersionState.DRAFT)
    approved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = AssetVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "number"], name="one_version_per_number"),
            models.CheckConstraint(
                condition=Q(state=VersionState.APPROVED, approved_at__isnull=False)
                | Q(state=VersionState.DRAFT, approved_at=None),
                name="approved_at_a_moment",
            ),
        ]
        # the same picture under other metadata
        indexes = [models.Index(fields=["pixel_sha256"], name="versions_by_pixels")]

    def __str__(self) -> str:
        return f"{self.filename} v{self.number}"

    @property
    def sha256(self) -> str:
        return self.blob_id
