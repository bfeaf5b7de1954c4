"""Queues and work items, shown."""

from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from foundation.workflow.models import Queue, WorkItem


@admin.register(Queue)
class QueueAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "role"]


@admin.register(WorkItem)
class WorkItemAdmin(ReadOnlyAdmin):
    list_display = ["title", "queue", "kind", "market", "opened_at", "closed_at", "outcome"]
    list_select_related = ["queue"]
    list_filter = ["queue", "kind"]
    search_fields = ["title", "cause_key"]
