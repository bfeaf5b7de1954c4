"""The admin shows bindings; deciding is the services' work."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from associations.models import Binding


@admin.register(Binding)
class BindingAdmin(admin.ModelAdmin):
    list_display = ["product", "asset", "role", "axis", "position", "status", "source", "settled_by", "sentence"]
    list_filter = ["status", "role", "source", "settled_by"]
    search_fields = ["product__sku", "asset__title", "uid"]
    list_select_related = ["product", "asset"]
    show_full_result_count = False
    ordering = ["-pk"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False
