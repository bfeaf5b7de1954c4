"""Endpoints of work items, below `api/v1/`."""

from rest_framework.routers import SimpleRouter

from foundation.workflow.api import WorkItemViewSet

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("work-items", WorkItemViewSet)

urlpatterns = router.urls
