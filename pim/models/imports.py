from __future__ import annotations

from django.conf import settings
from django.db import models

from foundation.blobs.models import Blob
from foundation.core.actors import Actor
from foundation.core.ids import uuid7
from pim.choices import ImportState


class ImportQuerySet(models.QuerySet["ProductImport"]):
    def visible_to(self, actor: Actor) -> ImportQuerySet:
        """One's own; all for who is neither limited nor barred from what a file may hold."""
        if not actor.may("pim.import"):
            return self.none()
        if actor.limits("market") is None and actor.may("pim.view_secret"):
            return self
        return self.filter(owner_id=actor.user_id or -1)


class ProductImport(models.Model):
    """One file of products on its way in: what it was, how far it is, and what came of its rows."""

    uid = models.UUIDField(default=uuid7, unique=True)
    filename = models.TextField()
    source = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict)
    state = models.TextField(choices=ImportState, default=ImportState.WAITING)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor = models.TextField()
    job_uid = models.UUIDField(null=True, blank=True)
    rows = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    error = models.TextField(blank=True, help_text="Why the file as a whole was given up")
    error_file = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "-id"], name="import_of_owner")]

    def __str__(self) -> str:
        return f"{self.filename} ({self.state})"


class ImportRowErrorQuerySet(models.QuerySet["ImportRowError"]):
    def visible_to(self, actor: Actor) -> ImportRowErrorQuerySet:
        return self.filter(product_import__in=ProductImport.objects.visible_to(actor))

    def unresolved(self) -> ImportRowErrorQuerySet:
        return self.filter(resolved_at=None)


class ImportRowError(models.Model):
    """One reason why a row stayed out, beside the cell that caused it. Resolved when a later file brings the row in."""

    product_import = models.ForeignKey(ProductImport, on_delete=models.CASCADE, related_name="errors")
    row = models.IntegerField(help_text="As a spreadsheet counts, the header being 1")
    sku = models.TextField(blank=True)
    column = models.TextField(blank=True, help_text="The file's own header; empty for the row as a whole")
    code = models.TextField()
    detail = models.TextField()
    value = models.TextField(blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = ImportRowErrorQuerySet.as_manager()

    class Meta:
        ordering = ["product_import_id", "row", "id"]
        indexes = [
            models.Index(fields=["product_import", "row"], name="import_error_row"),
            models.Index(fields=["sku"], name="import_error_open", condition=models.Q(resolved_at=None)),
        ]

    def __str__(self) -> str:
        return f"row {self.row} {self.column}: {self.code}"
