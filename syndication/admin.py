"""Listings, feeds and rejections, shown. What changes them are services."""

from __future__ import annotations

from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from syndication.models import ChannelProfile, Feed, FeedCursor, FeedMessage, Listing, Rejection, RemoteCopy


@admin.register(ChannelProfile)
class ChannelProfileAdmin(ReadOnlyAdmin):
    list_display = ["channel", "version"]
    list_select_related = ["channel"]


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    list_display = ["sku", "scope", "state", "revision", "mapping_version", "changed_at", "uid"]
    list_filter = ["state", "channel"]
    list_select_related = ["scope__channel", "scope__market", "scope__locale"]
    search_fields = ["sku", "uid"]
    show_full_result_count = False


@admin.register(Feed)
class FeedAdmin(ReadOnlyAdmin):
    list_display = ["uid", "channel", "state", "from_revision", "to_revision", "attempts", "sent_at", "answered_at"]
    list_filter = ["state", "channel"]
    list_select_related = ["channel"]
    search_fields = ["uid", "remote_id"]


@admin.register(FeedMessage)
class FeedMessageAdmin(ReadOnlyAdmin):
    list_display = ["feed", "message_id", "sku", "operation", "revision", "outcome"]
    list_filter = ["outcome", "operation"]
    list_select_related = ["feed"]
    search_fields = ["sku"]
    show_full_result_count = False


@admin.register(FeedCursor)
class FeedCursorAdmin(ReadOnlyAdmin):
    list_display = ["channel", "acknowledged", "failures", "not_before"]
    list_select_related = ["channel"]


@admin.register(RemoteCopy)
class RemoteCopyAdmin(ReadOnlyAdmin):
    list_display = ["channel", "sku", "answered"]
    list_filter = ["channel"]
    list_select_related = ["channel"]
    search_fields = ["sku"]


@admin.register(Rejection)
class RejectionAdmin(ReadOnlyAdmin):
    list_display = ["sku", "channel", "attribute", "target", "code", "message", "opened_at", "closed_at", "outcome"]
    list_filter = ["channel", "outcome", "code"]
    list_select_related = ["channel"]
    search_fields = ["sku", "attribute"]
