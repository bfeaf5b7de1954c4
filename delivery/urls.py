"""Delivery's part of the API. Media itself is served by `delivery.asgi`, on its own origin."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from delivery.api.links import DeliveryLinkView
from delivery.api.refusals import RefusalViewSet

router = SimpleRouter(trailing_slash=False)
router.register("refusals", RefusalViewSet, basename="refusal")

urlpatterns = [path("delivery-links", DeliveryLinkView.as_view(), name="delivery-links"), *router.urls]
