"""Addresses of the pages' own API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from workspace.api.saved_views import SavedViewViewSet

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("saved-views", SavedViewViewSet, basename="api-saved-view")
urlpatterns = router.urls
