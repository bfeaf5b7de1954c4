"""Change requests, shown."""

from django.contrib import admin

from foundation.approval.models import ChangeRequest
from foundation.core.admin import ReadOnlyAdmin


@admin.register(ChangeRequest)
class ChangeRequestAdmin(ReadOnlyAdmin):
    list_display = ["concerns", "kind", "state", "proposed_by", "proposed_at", "decided_by"]
    list_select_related = ["proposed_by", "decided_by"]
    list_filter = ["state", "kind"]
    search_fields = ["concerns"]
