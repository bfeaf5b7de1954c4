from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from dam.choices import FileState, IngestStage
from dam.models.assets import Asset
from dam.models.licences import Licence
from foundation.blobs.models import Blob
from foundation.core.actors import CATEGORY, Actor
from foundation.core.ids import uuid7
from foundation.jobs.models import Job


class IngestQuerySet(models.QuerySet["Ingest"]):
    def visible_to(self, actor: Actor) -> IngestQuerySet:
        """All; for who is limited to markets their own, and those for one of their markets; their own alone for who is
        limited to categories, since files are of any.
        """
        if not actor.may("dam.ingest"):
            return self.none()
        ingester = actor.within("dam.ingest")
        if not ingester.is_limited("market", CATEGORY):
            return self
        mine, whole = actor.user_id or -1, ingester.beyond(CATEGORY)
        return self.filter(Q(owner_id=mine) | Q(job__owner_id=mine) | whole.where(market="markets__overlap"))

    def owned_by(self, actor: Actor) -> IngestQuerySet:
        """Those that the actor opened: nobody else adds to them."""
        return self.filter(owner_id=actor.user_id or -1)

    def still_open(self) -> IngestQuerySet:
        return self.filter(stage=IngestStage.OPEN)


class Ingest(models.Model):
    """One delivery of files: a folder on this machine, or uploads. While it is open, files may be added."""

    uid = models.UUIDField(default=uuid7, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    stage = models.TextField(choices=IngestStage, default=IngestStage.STARTED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    folder = models.TextField(blank=True)
    licence = models.ForeignKey(Licence, null=True, on_delete=models.PROTECT, related_name="+")
    markets = ArrayField(models.TextField(), default=list, blank=True)
    keywords = ArrayField(models.TextField(), default=list, blank=True, help_text="Those of each new asset")
    created_at = models.DateTimeField()

    objects = IngestQuerySet.as_manager()

    class Meta:
        # what its owner may still add to, and what was left standing
        indexes = [models.Index(fields=["owner", "-id"], condition=Q(stage="open"), name="ingests_open")]

    def __str__(self) -> str:
        return self.folder or f"upload {self.uid}"

    @property
    def state(self) -> str:
        """The job's, where there is one."""
        if self.stage != IngestStage.STARTED:
            return str(self.stage)
        return self.job.state if self.job else "forgotten"


class IngestFileQuerySet(models.QuerySet["IngestFile"]):
    def visible_to(self, actor: Actor) -> IngestFileQuerySet:
        return self.filter(ingest__in=Ingest.objects.visible_to(actor))

    def refused(self) -> IngestFileQuerySet:
        return self.filter(state=FileState.REFUSED)


class IngestFile(models.Model):
    """One file of a delivery and what became of it.

    Refused bytes stay in quarantine: the blob is kept, known by this row alone and served to nobody.
    """

    ingest = models.ForeignKey(Ingest, on_delete=models.PROTECT, related_name="files")
    path = models.TextField()
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=FileState, default=FileState.WAITING)
    code = models.TextField(blank=True, help_text="Why, in a word")
    reason = models.TextField(blank=True, help_text="Why, in a sentence")
    asset = models.ForeignKey(Asset, null=True, on_delete=models.PROTECT, related_name="ingest_files")
    finished_at = models.DateTimeField(null=True)

    objects = IngestFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ingest", "path"], name="one_row_per_ingested_path"),
            models.CheckConstraint(condition=models.Q(state__in=FileState.values), name="file_state_known"),
        ]
        # what is left to do of a delivery, and its refusals
        indexes = [models.Index(fields=["ingest", "state", "id"], name="ingest_files_by_state")]

    def __str__(self) -> str:
        return f"{self.path}: {self.state}"

    @property
    def sha256(self) -> str:
        return self.blob_id or ""
