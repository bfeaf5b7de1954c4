"""Endpoints of pim, below `api/v1/`. A SKU may hold a slash."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from pim.api.attributes import AttributeViewSet
from pim.api.families import FamilyViewSet
from pim.api.imports import ImportViewSet
from pim.api.options import OptionListView, OptionView
from pim.api.placements import PlacementListView
from pim.api.products import ProductBulkView, ProductListView, ProductView
from pim.api.records import RecordListView, RecordTypeListView, RecordTypeView, RecordView
from pim.api.rules import FindingListView, RuleListView, RuleView

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("attributes", AttributeViewSet)
router.register("families", FamilyViewSet)
router.register("imports", ImportViewSet)

urlpatterns = [
    path("products", ProductListView.as_view(), name="product-list"),
    path("products/bulk", ProductBulkView.as_view(), name="product-bulk"),
    path("products/<path:sku>/placements", PlacementListView.as_view(), name="product-placements"),
    path("validation-rules", RuleListView.as_view(), name="rule-list"),
    path("validation-rules/<str:code>", RuleView.as_view(), name="rule-detail"),
    path("findings", FindingListView.as_view(), name="finding-list"),
    path("attributes/<str:code>/options", OptionListView.as_view(), name="option-list"),
    path("options/<path:key>", OptionView.as_view(), name="option-detail"),
    path("record-types", RecordTypeListView.as_view(), name="record-type-list"),
    path("record-types/<str:code>", RecordTypeView.as_view(), name="record-type-detail"),
    path("record-types/<str:code>/records", RecordListView.as_view(), name="record-list"),
    path("records/<path:key>", RecordView.as_view(), name="record-detail"),
    path("", include(router.urls)),
    path("products/<path:sku>", ProductView.as_view(), name="product-detail"),
]
