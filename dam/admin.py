"""Media in the stock admin, to look at."""

from __future__ import annotations

from django.contrib import admin

from dam.models import (
    Asset,
    AssetLicence,
    AssetVersion,
    Ingest,
    IngestFile,
    Licence,
    LicenceTerm,
    Preset,
    Recipe,
    Rendition,
    Upload,
)
from foundation.core.admin import ReadOnlyAdmin


@admin.register(Asset)
class AssetAdmin(ReadOnlyAdmin):
    list_display = ["title", "kind", "state", "markets", "created_at", "deleted_at"]
    list_filter = ["kind", "state"]
    search_fields = ["title", "=uid", "=first_sha256"]
    raw_id_fields = ["current_version"]


@admin.register(AssetVersion)
class AssetVersionAdmin(ReadOnlyAdmin):
    list_display = ["filename", "asset", "number", "state", "media_type", "width", "height", "created_at"]
    list_select_related = ["asset"]
    list_filter = ["state", "media_type"]
    search_fields = ["filename", "=blob__sha256"]


class TermInline(admin.TabularInline):
    """The terms of a licence, on its page."""

    model = LicenceTerm
    extra = 0
    can_delete = False

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Licence)
class LicenceAdmin(ReadOnlyAdmin):
    list_display = ["name", "credit", "version", "revoked_at", "created_at"]
    search_fields = ["name", "credit", "=uid"]
    inlines = [TermInline]


@admin.register(AssetLicence)
class AssetLicenceAdmin(ReadOnlyAdmin):
    list_display = ["asset", "licence"]
    list_select_related = ["asset", "licence"]
    search_fields = ["asset__title", "licence__name"]


@admin.register(Preset)
class PresetAdmin(ReadOnlyAdmin):
    list_display = ["code", "label", "body"]
    search_fields = ["code", "label"]


@admin.register(Recipe)
class RecipeAdmin(ReadOnlyAdmin):
    list_display = ["hash", "body"]
    search_fields = ["=hash"]


@admin.register(Rendition)
class RenditionAdmin(ReadOnlyAdmin):
    list_display = ["key", "state", "media_type", "width", "height", "bytes", "attempt", "error"]
    list_filter = ["state", "media_type"]
    search_fields = ["=key", "=source_sha256", "=sha256"]


@admin.register(Ingest)
class IngestAdmin(ReadOnlyAdmin):
    list_display = ["uid", "stage", "owner", "folder", "job", "created_at"]
    list_select_related = ["job", "owner"]
    search_fields = ["=uid", "folder"]


@admin.register(IngestFile)
class IngestFileAdmin(ReadOnlyAdmin):
    list_display = ["path", "state", "code", "reason", "asset", "finished_at"]
    list_select_related = ["asset"]
    list_filter = ["state", "code"]
    search_fields = ["path", "=blob__sha256"]


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ["path", "owner", "state", "offset", "length", "held_until", "expires_at"]
    list_select_related = ["owner"]
    list_filter = ["state"]
    search_fields = ["=uid", "path"]
