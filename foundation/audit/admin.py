"""Batches of the chain, shown."""

from django.contrib import admin

from foundation.audit.models import Batch
from foundation.core.admin import ReadOnlyAdmin


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ["number", "first", "last", "made_at"]
    ordering = ["-number"]
