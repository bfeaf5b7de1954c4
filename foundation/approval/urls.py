"""Endpoints of change requests, below `api/v1/`."""

from rest_framework.routers import SimpleRouter

from foundation.approval.api import ChangeRequestViewSet

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("change-requests", ChangeRequestViewSet)

urlpatterns = router.urls
