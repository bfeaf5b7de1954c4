from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from pim.models import Record, RecordType


@admin.register(RecordType)
class RecordTypeAdmin(ReadOnlyAdmin):
    list_display = ["code", "version"]
    search_fields = ["code"]


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    list_display = ["code", "record_type", "is_retired", "version"]
    list_select_related = ["record_type"]
    list_filter = ["record_type", "is_retired"]
    search_fields = ["code"]
