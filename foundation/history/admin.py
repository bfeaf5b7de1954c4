"""Revisions, shown."""

from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from foundation.history.models import Revision


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ["id", "at", "table_name", "row_key", "op", "actor"]
    ordering = ["-id"]
    search_fields = ["=table_name", "=row_key"]
