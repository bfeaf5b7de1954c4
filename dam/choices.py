"""Closed lists of the media room."""

from __future__ import annotations

from typing import Any

from django.db import models


class Kind(models.TextChoices):
    IMAGE = "image", "image"
    GRAPHIC = "graphic", "graphic"
    DOCUMENT = "document", "document"


class AssetState(models.TextChoices):
    DRAFT = "draft", "draft"
    REVIEW = "review", "in review"
    APPROVED = "approved", "approved"
    RETIRED = "retired", "retired"


class VersionState(models.TextChoices):
    DRAFT = "draft", "draft"
    APPROVED = "approved", "approved"


class IngestStage(models.TextChoices):
    OPEN = "open", "open"
    STARTED = "started", "started"
    CANCELLED = "cancelled", "cancelled"


class UploadState(models.TextChoices):
    RECEIVING = "receiving", "on its way"
    RECEIVED = "received", "up"
    EXPIRED = "expired", "expired"


class FileState(models.TextChoices):
    WAITING = "waiting", "waiting"
    INGESTED = "ingested", "ingested"
    DUPLICATE = "duplicate", "duplicate"
    REFUSED = "refused", "refused"


class RenditionState(models.TextChoices):
    WAITING = "waiting", "waiting"
    DONE = "done", "done"
    FAILED = "failed", "failed"


# Made for every version on ingest: what pages show.
DEFAULT_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "preview": ("Preview", {"width": 400, "height": 400, "fit": "contain", "format": "webp", "quality": 78}),
    "large": ("Large", {"width": 1600, "height": 1600, "fit": "contain", "format": "webp", "quality": 82}),
}
# Made when somebody wants to look closely: as large as the original, up to the largest side.
FULL_SIZE = "full"
FULL_SIZE_PRESET: tuple[str, dict[str, Any]] = (
    "Full size",
    {"width": 8192, "height": 8192, "fit": "contain", "format": "webp", "quality": 86},
)

# The vocabulary that agrees keywords of assets, and the language in which they are kept.
KEYWORD_VOCABULARY, KEYWORDS_IN = "keywords", "en-GB"
