from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from pim.models import Relation, RelationType


@admin.register(RelationType)
class RelationTypeAdmin(ReadOnlyAdmin):
    list_display = ["code", "is_two_way", "has_quantity", "is_market_limitable", "version"]
    search_fields = ["code"]


@admin.register(Relation)
class RelationAdmin(ReadOnlyAdmin):
    list_display = ["product", "type", "target", "market", "quantity", "position"]
    list_select_related = ["product", "type", "target", "market"]
    list_filter = ["type"]
    search_fields = ["product__sku", "target__sku"]
