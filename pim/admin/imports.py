from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from pim.models import ImportRowError, ProductImport


@admin.register(ProductImport)
class ProductImportAdmin(ReadOnlyAdmin):
    list_display = ["filename", "state", "actor", "rows", "created", "changed", "unchanged", "failed", "created_at"]
    list_filter = ["state"]
    search_fields = ["filename", "actor"]


@admin.register(ImportRowError)
class ImportRowErrorAdmin(ReadOnlyAdmin):
    list_display = ["product_import", "row", "sku", "column", "code", "detail", "resolved_at"]
    list_select_related = ["product_import"]
    list_filter = ["code"]
    search_fields = ["sku"]
