"""Presets, to read."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers, viewsets

from dam.api.acting import actor_of
from dam.models import Preset


class PresetSerializer(serializers.ModelSerializer):
    class Meta:
        model = Preset
        fields = ["code", "label", "body"]


class PresetViewSet(viewsets.ReadOnlyModelViewSet):
    """Named wishes for renditions."""

    serializer_class = PresetSerializer
    lookup_field = "code"
    keyset_order = ("code",)
    queryset = Preset.objects.none()

    def get_queryset(self) -> Any:
        return Preset.objects.visible_to(actor_of(self.request))
