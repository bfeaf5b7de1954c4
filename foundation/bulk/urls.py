"""Addresses of bulk changes, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from foundation.bulk.api import BulkChangeViewSet

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("bulk-changes", BulkChangeViewSet, basename="bulk-change")
urlpatterns = router.urls
