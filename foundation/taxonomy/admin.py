"""Trees and categories, shown."""

from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from foundation.taxonomy.models import (
    Category,
    CategoryMapping,
    ExternalNode,
    ExternalSchema,
    SchemaVersion,
    Term,
    Tree,
    Vocabulary,
)


@admin.register(Tree)
class TreeAdmin(ReadOnlyAdmin):
    list_display = ["code", "kind", "labels"]


@admin.register(Category)
class CategoryAdmin(ReadOnlyAdmin):
    list_display = ["code", "tree", "parent", "position", "is_retired"]
    list_select_related = ["tree", "parent"]
    list_filter = ["tree", "is_retired"]
    search_fields = ["code"]


@admin.register(ExternalSchema)
class ExternalSchemaAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "format"]


@admin.register(SchemaVersion)
class SchemaVersionAdmin(ReadOnlyAdmin):
    list_display = ["schema", "label", "nodes", "imported_at"]
    list_select_related = ["schema"]


@admin.register(ExternalNode)
class ExternalNodeAdmin(ReadOnlyAdmin):
    list_display = ["code", "schema", "names"]
    list_select_related = ["schema"]
    list_filter = ["schema"]
    search_fields = ["text"]


@admin.register(CategoryMapping)
class CategoryMappingAdmin(ReadOnlyAdmin):
    list_display = ["category", "schema", "node", "actor", "mapped_at"]
    list_select_related = ["category__tree", "schema", "node"]
    list_filter = ["schema"]


@admin.register(Vocabulary)
class VocabularyAdmin(ReadOnlyAdmin):
    list_display = ["code", "labels"]


@admin.register(Term)
class TermAdmin(ReadOnlyAdmin):
    list_display = ["code", "vocabulary", "broader", "is_retired"]
    list_select_related = ["vocabulary", "broader"]
    list_filter = ["vocabulary", "is_retired"]
    search_fields = ["code"]
