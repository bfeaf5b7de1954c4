"""Endpoints under /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from associations.api.bindings import BindingViewSet
from associations.api.media import ProductMediaView

router = SimpleRouter(trailing_slash=False)
router.register("bindings", BindingViewSet, basename="binding")
urlpatterns = [
    *router.urls,
    path("products/<path:sku>/media", ProductMediaView.as_view(), name="product-media"),
]
