from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from pim.models import Attribute, AttributeGroup, Family, FamilyAttribute, Option, Requirement, ValidationRule


@admin.register(Attribute)
class AttributeAdmin(ReadOnlyAdmin):
    list_display = ["code", "type", "is_localizable", "is_market_overridable", "sensitivity", "unit"]
    list_filter = ["type", "sensitivity"]
    search_fields = ["code"]


@admin.register(Option)
class OptionAdmin(ReadOnlyAdmin):
    list_display = ["code", "attribute", "swatch", "position"]
    list_select_related = ["attribute"]
    search_fields = ["code", "attribute__code"]


@admin.register(AttributeGroup)
class AttributeGroupAdmin(ReadOnlyAdmin):
    list_display = ["code", "position"]
    search_fields = ["code"]


@admin.register(Family)
class FamilyAdmin(ReadOnlyAdmin):
    list_display = ["code", "depth", "label_attribute", "visual_axis"]
    list_select_related = ["label_attribute", "visual_axis"]
    search_fields = ["code"]


@admin.register(FamilyAttribute)
class FamilyAttributeAdmin(ReadOnlyAdmin):
    list_display = ["family", "attribute", "index", "level", "may_override_below", "is_active"]
    list_select_related = ["family", "attribute"]
    list_filter = ["family"]


@admin.register(Requirement)
class RequirementAdmin(ReadOnlyAdmin):
    list_display = ["family", "channel", "attribute"]
    list_select_related = ["family", "channel", "attribute"]
    list_filter = ["family", "channel"]


@admin.register(ValidationRule)
class ValidationRuleAdmin(ReadOnlyAdmin):
    list_display = ["code", "family", "severity", "expression", "is_active"]
    list_select_related = ["family"]
    list_filter = ["severity", "is_active"]
