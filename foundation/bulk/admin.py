"""Bulk changes, shown."""

from django.contrib import admin

from foundation.bulk.models import BulkChange
from foundation.core.admin import ReadOnlyAdmin


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyAdmin):
    list_display = ["uid", "verb", "actor", "state", "total", "changed", "refused", "undone", "created_at"]
    list_filter = ["state", "verb"]
