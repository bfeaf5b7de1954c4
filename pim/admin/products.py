from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from pim.models import Classification, Completeness, Identifier, Override, Placement, Product


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ["sku", "family", "parent", "level", "axis_key", "state", "version"]
    list_select_related = ["family", "parent"]
    list_filter = ["family", "state", "level"]
    search_fields = ["sku", "identifiers__value"]


@admin.register(Identifier)
class IdentifierAdmin(ReadOnlyAdmin):
    list_display = ["scheme", "value", "product"]
    list_select_related = ["product"]
    search_fields = ["value", "product__sku"]


@admin.register(Placement)
class PlacementAdmin(ReadOnlyAdmin):
    list_display = ["product", "channel", "market", "state", "reason"]
    list_select_related = ["product", "channel", "market"]
    list_filter = ["channel", "market", "state"]
    search_fields = ["product__sku"]


@admin.register(Classification)
class ClassificationAdmin(ReadOnlyAdmin):
    list_display = ["product", "category", "is_primary"]
    list_select_related = ["product", "category"]
    list_filter = ["is_primary"]
    search_fields = ["product__sku", "category__code"]


@admin.register(Override)
class OverrideAdmin(ReadOnlyAdmin):
    list_display = ["product", "attribute", "cell", "reason", "actor", "at", "expires_at"]
    list_select_related = ["product", "attribute", "cell__market"]
    search_fields = ["product__sku"]


@admin.register(Completeness)
class CompletenessAdmin(ReadOnlyAdmin):
    list_display = ["product_id", "scope", "filled", "required", "percent", "is_placed"]
    list_select_related = ["scope__channel", "scope__market"]
    list_filter = ["is_placed"]
