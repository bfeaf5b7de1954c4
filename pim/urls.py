"""Endpoints of pim, below `api/v1/`. A SKU may hold a slash."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from pim.api.attribute_groups import AttributeGroupListView, AttributeGroupView
from pim.api.attributes import AttributeViewSet
from pim.api.external_categories import ExternalCategoryListView
from pim.api.facets import FacetListView
from pim.api.families import FamilyViewSet
from pim.api.history import CompareView, HistoryView, RestoreView
from pim.api.imports import ImportViewSet
from pim.api.matrix import MatrixView, VariantsView
from pim.api.moves import AttachView, AttributeMoveView, AxesView, DetachView
from pim.api.options import OptionListView, OptionView
from pim.api.overrides import OverrideClearView, OverrideExtendView, OverrideKeepView, OverrideListView
from pim.api.placements import PlacementListView
from pim.api.products import ProductBulkView, ProductListView, ProductView
from pim.api.records import RecordListView, RecordTypeListView, RecordTypeView, RecordView
from pim.api.relations import IncomingRelationListView, RelationListView, RelationTypeListView, RelationTypeView
from pim.api.rules import FindingListView, RuleListView, RuleView

router = SimpleRouter(use_regex_path=False, trailing_slash=False)
router.register("attributes", AttributeViewSet)
router.register("families", FamilyViewSet)
router.register("imports", ImportViewSet)

urlpatterns = [
    path("products", ProductListView.as_view(), name="product-list"),
    path("products/facets", FacetListView.as_view(), name="product-facets"),
    path("products/bulk", ProductBulkView.as_view(), name="product-bulk"),
    path("products/<path:sku>/external-categories", ExternalCategoryListView.as_view(), name="product-external"),
    path("products/<path:sku>/placements", PlacementListView.as_view(), name="product-placements"),
    path("validation-rules", RuleListView.as_view(), name="rule-list"),
    path("validation-rules/<str:code>", RuleView.as_view(), name="rule-detail"),
    path("findings", FindingListView.as_view(), name="finding-list"),
    path("attribute-groups", AttributeGroupListView.as_view(), name="attribute-group-list"),
    path("attribute-groups/<str:code>", AttributeGroupView.as_view(), name="attribute-group-detail"),
    path("attributes/<str:code>/options", OptionListView.as_view(), name="option-list"),
    path("options/<path:key>", OptionView.as_view(), name="option-detail"),
    path("record-types", RecordTypeListView.as_view(), name="record-type-list"),
    path("record-types/<str:code>", RecordTypeView.as_view(), name="record-type-detail"),
    path("record-types/<str:code>/records", RecordListView.as_view(), name="record-list"),
    path("records/<path:key>", RecordView.as_view(), name="record-detail"),
    path("relation-types", RelationTypeListView.as_view(), name="relation-type-list"),
    path("relation-types/<str:code>", RelationTypeView.as_view(), name="relation-type-detail"),
    path("products/<path:sku>/relations", RelationListView.as_view(), name="product-relations"),
    path("products/<path:sku>/incoming-relations", IncomingRelationListView.as_view(), name="product-incoming"),
    path("products/<path:sku>/history", HistoryView.as_view(), name="product-history"),
    path("products/<path:sku>/compare", CompareView.as_view(), name="product-compare"),
    path("products/<path:sku>/restore", RestoreView.as_view(), name="product-restore"),
    path("products/<path:sku>/matrix", MatrixView.as_view(), name="product-matrix"),
    path("products/<path:sku>/variants", VariantsView.as_view(), name="product-variants"),
    path("products/<path:sku>/detach", DetachView.as_view(), name="product-detach"),
    path("products/<path:sku>/attach", AttachView.as_view(), name="product-attach"),
    path("families/<str:code>/move-attribute", AttributeMoveView.as_view(), name="family-move-attribute"),
    path("families/<str:code>/axes", AxesView.as_view(), name="family-axes"),
    path("overrides", OverrideListView.as_view(), name="override-list"),
    path("overrides/keep", OverrideKeepView.as_view(), name="override-keep"),
    path("overrides/extend", OverrideExtendView.as_view(), name="override-extend"),
    path("overrides/clear", OverrideClearView.as_view(), name="override-clear"),
    path("", include(router.urls)),
    path("products/<path:sku>", ProductView.as_view(), name="product-detail"),
]
