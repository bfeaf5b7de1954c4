"""The outbox, the events and what is parked, shown."""

from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from foundation.events.models import Cursor, Dirty, Event, OutboxEvent, Parked


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["position", "at", "type", "subject", "actor"]
    ordering = ["-position"]
    search_fields = ["=type", "=subject"]


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ["id", "at", "type", "subject", "actor"]


@admin.register(Parked)
class ParkedAdmin(ReadOnlyAdmin):
    list_display = ["consumer", "subject", "position", "attempts", "next_at"]


@admin.register(Dirty)
class DirtyAdmin(ReadOnlyAdmin):
    list_display = ["projection", "subject_id", "generation", "attempts", "not_before"]


@admin.register(Cursor)
class CursorAdmin(ReadOnlyAdmin):
    list_display = ["consumer", "shard", "position"]
