"""Addresses of keys, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from foundation.accounts.api import ApiKeyViewSet

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("api-keys", ApiKeyViewSet, basename="api-key")
urlpatterns = router.urls
