"""Addresses of keys and roles, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from foundation.accounts.api.keys import ApiKeyViewSet
from foundation.accounts.api.roles import RoleViewSet

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("api-keys", ApiKeyViewSet, basename="api-key")
router.register("roles", RoleViewSet, basename="role")
urlpatterns = router.urls
