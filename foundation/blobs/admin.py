"""Blobs and their copies, shown."""

from django.contrib import admin

from foundation.blobs.models import Blob, BlobCopy
from foundation.core.admin import ReadOnlyAdmin


@admin.register(Blob)
class BlobAdmin(ReadOnlyAdmin):
    list_display = ["sha256", "media_type", "bytes", "created_at"]
    search_fields = ["=sha256"]


@admin.register(BlobCopy)
class BlobCopyAdmin(ReadOnlyAdmin):
    list_display = ["blob", "store", "state", "verified_at"]
    list_filter = ["state"]
