"""Addresses of jobs, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from foundation.jobs.api.jobs import JobViewSet

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("jobs", JobViewSet, basename="api-job")
urlpatterns = router.urls
