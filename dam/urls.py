"""Addresses of the media API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from dam.api.assets import AssetViewSet
from dam.api.ingests import IngestViewSet
from dam.api.licences import LicenceViewSet
from dam.api.presets import PresetViewSet
from dam.api.uploads import UploadViewSet

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("assets", AssetViewSet, basename="asset")
router.register("ingests", IngestViewSet, basename="ingest")
router.register("licences", LicenceViewSet, basename="licence")
router.register("presets", PresetViewSet, basename="preset")
router.register("uploads", UploadViewSet, basename="upload")
urlpatterns = router.urls
