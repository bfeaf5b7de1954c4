"""Trees and categories, shown."""

from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from foundation.taxonomy.models import Category, Tree


@admin.register(Tree)
class TreeAdmin(ReadOnlyAdmin):
    list_display = ["code", "kind", "labels"]


@admin.register(Category)
class CategoryAdmin(ReadOnlyAdmin):
    list_display = ["code", "tree", "parent", "position", "is_retired"]
    list_select_related = ["tree", "parent"]
    list_filter = ["tree", "is_retired"]
    search_fields = ["code"]
