"""Endpoints of pim, below `api/v1/`. A SKU may hold a slash."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from pim.api.attributes import AttributeViewSet
from pim.api.external_categories import ExternalCategoryListView
from pim.api.families import FamilyViewSet
from pim.api.imports import ImportViewSet
from pim.api.placements import PlacementListView
from pim.api.products import ProductBulkView, ProductListView, ProductView

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("attributes", AttributeViewSet)
router.register("families", FamilyViewSet)
router.register("imports", ImportViewSet)

urlpatterns = [
    path("products", ProductListView.as_view(), name="product-list"),
    path("products/bulk", ProductBulkView.as_view(), name="product-bulk"),
    path("products/<path:sku>/external-categories", ExternalCategoryListView.as_view(), name="product-external"),
    path("products/<path:sku>/placements", PlacementListView.as_view(), name="product-placements"),
    path("", include(router.urls)),
    path("products/<path:sku>", ProductView.as_view(), name="product-detail"),
]
