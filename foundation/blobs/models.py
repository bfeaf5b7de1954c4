from __future__ import annotations

from django.db import models


class Blob(models.Model):
    """Bytes known by their SHA-256; they never change."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    bytes = models.BigIntegerField()
    media_type = models.TextField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.media_type}, {self.bytes} bytes)"


class BlobCopy(models.Model):
    """One copy of a blob in one store, and when its checksum was last seen to hold."""

    class State(models.TextChoices):
        GOOD = "good", "good"
        DAMAGED = "damaged", "damaged"
        LOST = "lost", "lost"

    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="copies")
    store = models.TextField(default="default")
    state = models.CharField(max_length=10, choices=State, default=State.GOOD)
    verified_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "blob copies"
        constraints = [models.UniqueConstraint(fields=["blob", "store"], name="one_copy_per_store")]

    def __str__(self) -> str:
        return f"{self.blob_id[:12]} in {self.store}: {self.state}"
