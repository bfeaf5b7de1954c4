"""Locales, markets, channels and scopes, shown."""

from django.contrib import admin

from foundation.core.admin import ReadOnlyAdmin
from foundation.markets.models import Channel, Locale, Market, Scope


@admin.register(Locale)
class LocaleAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "fallback", "fallback_counts"]


@admin.register(Market)
class MarketAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "territories", "currency", "units"]


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "kind", "use", "last_revision", "endpoint"]


@admin.register(Scope)
class ScopeAdmin(ReadOnlyAdmin):
    list_display = ["channel", "market", "locale"]
    list_select_related = ["channel", "market", "locale"]
    list_filter = ["channel", "market"]
