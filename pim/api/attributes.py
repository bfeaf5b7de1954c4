"""Attributes, with their options. Those above the caller's clearance are not there."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers, viewsets

from pim.api.requests import actor_of, read_parameters
from pim.models import Attribute, Option


class OptionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Option
        fields = ["code", "labels", "synonyms", "external_codes", "swatch", "is_retired"]


class AttributeSerializer(serializers.ModelSerializer):
    options = OptionSerializer(many=True)

    class Meta:
        model = Attribute
        fields = [
            "code", "type", "labels", "group", "is_localizable", "is_market_overridable", "sensitivity", "unit",
            "validation", "is_unique", "options",
        ]  # fmt: skip


class AttributeViewSet(viewsets.ReadOnlyModelViewSet):
    """Attributes by code, with their options; those of a class you may not see are not there."""

    serializer_class = AttributeSerializer
    queryset = Attribute.objects.none()
    keyset_order = ("code",)
    lookup_field = "code"

    def get_queryset(self) -> Any:
        read_parameters(self.request)
        return Attribute.objects.visible_to(actor_of(self.request)).prefetch_related("options")
