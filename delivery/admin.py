"""Refusals and publications, shown."""

from django.contrib import admin

from delivery.models import DeliveryRefusal, Publication
from foundation.core.admin import ReadOnlyAdmin


@admin.register(DeliveryRefusal)
class DeliveryRefusalAdmin(ReadOnlyAdmin):
    list_display = ["at", "status", "code", "asset_uid", "channel", "market", "audience", "detail"]
    list_filter = ["code", "channel"]
    search_fields = ["=asset_uid"]
    ordering = ["-id"]


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ["asset", "channel", "market", "listing"]
    list_filter = ["channel", "market"]
    list_select_related = ["asset"]
    search_fields = ["=listing", "=asset__uid"]
