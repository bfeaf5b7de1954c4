from __future__ import annotations

from typing import Self, TypeVar

from django.conf import settings
from django.db import models

from foundation.blobs.models import Blob
from foundation.core.actors import Actor
from foundation.core.ids import uuid7
from pim.choices import ImportState, RowOutcome

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class ColumnMappingQuerySet(models.QuerySet["ColumnMapping"]):
    def visible_to(self, actor: Actor) -> ColumnMappingQuerySet:
        """One's own."""
        return self.filter(owner_id=actor.user_id or -1)


class ImportQuerySet(models.QuerySet["ProductImport"]):
    def visible_to(self, actor: Actor) -> ImportQuerySet:
        """One's own; all for who is neither limited nor barred from what a file may hold."""
        if not actor.may("pim.import"):
            return self.none()
        if not actor.within("pim.import").within("pim.view_secret").is_limited("market", "category"):
            return self
        return self.filter(owner_id=actor.user_id or -1)


class ProductImport(models.Model):
    """One file of products on its way in: what it was, how far it is, and what came of its rows.

    While `dry_run` holds, its rows are only checked: the counts say what would come of them. `reading` says how the
    file was understood: its kind, encoding, delimiter, sheet, headers, those `unmapped`, and what is in the way.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    filename = models.TextField()
    source = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict)
    dry_run = models.BooleanField(default=False)
    reading = models.JSONField(default=dict)
    continues = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="The import whose refused rows this file brings back",
    )  # fmt: skip
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


class OfImportQuerySet(models.QuerySet[M_co]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(product_import__in=ProductImport.objects.visible_to(actor))


class ImportRow(models.Model):
    """What became of one row of a file, or what a check says that would. `changes` has what differs, cell by cell."""

    product_import = models.ForeignKey(ProductImport, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    row = models.IntegerField(help_text="As a spreadsheet counts, the header being 1")
    sku = models.TextField(blank=True)
    outcome = models.TextField(choices=RowOutcome)
    changes = models.JSONField(default=list, help_text="List of {attribute, cell, before, after}")

    objects = OfImportQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product_import", "row"], name="one_outcome_per_row")]
        # the rows of one outcome, in the file's order
        indexes = [models.Index(fields=["product_import", "outcome", "row"], name="import_rows_by_outcome")]

    def __str__(self) -> str:
        return f"row {self.row}: {self.outcome}"


class ColumnMapping(models.Model):
    """What somebody has said that a header means, for the next file that has it. An empty target leaves it out."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    header = models.TextField()
    target = models.TextField(blank=True)

    objects = ColumnMappingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "header"], name="one_mapping_per_header")]

    def __str__(self) -> str:
        return f"{self.header} → {self.target or 'nothing'}"


class ImportRowErrorQuerySet(models.QuerySet["ImportRowError"]):
    def visible_to(self, actor: Actor) -> ImportRowErrorQuerySet:
        return self.filter(product_import__in=ProductImport.objects.visible_to(actor))

    def unresolved(self) -> ImportRowErrorQuerySet:
        """Of rows that stayed out; what a check found was never to come in."""
        return self.filter(resolved_at=None, product_import__dry_run=False)


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
