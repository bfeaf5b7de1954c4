from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from dam.choices import UploadState
from dam.models.ingests import Ingest, IngestFile
from foundation.core.actors import Actor
from foundation.core.ids import uuid7


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, actor: Actor) -> UploadQuerySet:
        """One's own."""
        return self.filter(owner_id=actor.user_id or -1) if actor.may("dam.ingest") else self.none()

    def receiving(self) -> UploadQuerySet:
        return self.filter(state=UploadState.RECEIVING)


class Upload(models.Model):
    """A file on its way in, by the tus protocol. `offset` counts the bytes that are really kept.

    One request at a time holds it, by a lease; one that lost its lease can count nothing any more.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    ingest = models.ForeignKey(Ingest, on_delete=models.PROTECT, related_name="uploads")
    file = models.OneToOneField(IngestFile, null=True, on_delete=models.SET_NULL, related_name="upload")
    is_alone = models.BooleanField(default=False, help_text="Its ingest starts as soon as it is up")
    path = models.TextField(help_text="Its sender's name for it, made harmless")
    metadata = models.TextField(blank=True, help_text="Upload-Metadata as it came, to be told again")
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    state = models.TextField(choices=UploadState, default=UploadState.RECEIVING)
    holder = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(offset__gte=0, offset__lte=F("length")), name="upload_offset_in_length"),
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_known"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="uploads_to_collect")]

    def __str__(self) -> str:
        return f"{self.path}: {self.offset} of {self.length}"

    @property
    def folder(self) -> str:
        """Where the store keeps its parts."""
        return f"uploads/{self.uid}"


class UploadPart(models.Model):
    """Bytes of an upload as one file of the store; all parts but the last are of one size."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.IntegerField()
    name = models.TextField()
    length = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="one_part_per_number")]

    def __str__(self) -> str:
        return self.name
