"""Users, grants and keys, shown."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

from foundation.accounts.models import ApiKey, Grant, User
from foundation.core.admin import ReadOnlyAdmin

admin.site.unregister(Group)  # roles are grants; groups would be a second word for them
# The library's own admins would write past the services, and show secrets.
admin.site.unregister([EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken])


class GrantInline(admin.TabularInline):
    """The roles of a user, on the user's page."""

    model = Grant
    extra = 0
    can_delete = False

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ["username", "email", "is_active", "is_staff", "is_service"]
    search_fields = ["username", "email"]
    exclude = ["password", "user_permissions", "groups"]
    inlines = [GrantInline]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ["name", "user", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at"]
    list_select_related = ["user", "use"]
    search_fields = ["name", "prefix"]
    exclude = ["digest"]

    @admin.display(description="last used")
    def last_used_at(self, key: ApiKey) -> datetime | None:
        return key.use.at if hasattr(key, "use") else None
