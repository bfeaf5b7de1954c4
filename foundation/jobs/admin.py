"""Jobs and timers, shown."""

from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from foundation.jobs.models import Job, Timer


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["uid", "kind", "queue", "state", "done", "total", "attempt", "created_at", "finished_at"]
    list_filter = ["state", "kind"]


@admin.register(Timer)
class TimerAdmin(ReadOnlyAdmin):
    list_display = ["kind", "subject", "due_at"]
