"""Families: attributes with their levels, axes, requirements."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from pim.api.requests import actor_of, read_parameters
from pim.models import Family, FamilyAttribute, FamilyAxis, Requirement


class FamilyMemberSerializer(serializers.ModelSerializer):
    attribute = serializers.CharField(source="attribute.code")

    class Meta:
        model = FamilyAttribute
        fields = ["attribute", "level", "may_override_below"]


class FamilySerializer(serializers.ModelSerializer):
    label_attribute = serializers.CharField(source="label_attribute.code", allow_null=True, default=None)
    visual_axis = serializers.CharField(source="visual_axis.code", allow_null=True, default=None)
    attributes = FamilyMemberSerializer(source="members", many=True)
    axes = serializers.SerializerMethodField()
    required = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = Family
        fields = [
            "code", "labels", "label_attribute", "visual_axis", "depth", "attributes", "axes", "required",
            "required_media",
        ]  # fmt: skip

    @extend_schema_field({"type": "array", "items": {"type": "array", "items": {"type": "string"}}})
    def get_axes(self, family: Family) -> list[list[str]]:
        levels: list[list[str]] = [[] for _ in range(family.depth)]
        for axis in family.axes.all():
            levels[axis.level - 1].append(axis.attribute.code)
        return levels

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}})
    def get_required(self, family: Family) -> dict[str, list[str]]:
        required: dict[str, list[str]] = {}
        for row in family.requirements.all():
            required.setdefault(row.channel.code, []).append(row.attribute.code)
        return {channel: sorted(codes) for channel, codes in sorted(required.items())}


class FamilyViewSet(viewsets.ReadOnlyModelViewSet):
    """Families by code: their attributes, axes, and what each channel requires."""

    serializer_class = FamilySerializer
    queryset = Family.objects.none()
    keyset_order = ("code",)
    lookup_field = "code"

    def get_queryset(self) -> Any:
        read_parameters(self.request)
        actor = actor_of(self.request)
        members = FamilyAttribute.objects.visible_to(actor).filter(is_active=True).select_related("attribute")
        axes = FamilyAxis.objects.visible_to(actor).select_related("attribute")
        requirements = Requirement.objects.visible_to(actor).select_related("attribute", "channel")
        return (
            Family.objects.visible_to(actor)
            .select_related("label_attribute", "visual_axis")
            .prefetch_related(
                Prefetch("members", queryset=members),
                Prefetch("axes", queryset=axes),
                Prefetch("requirements", queryset=requirements),
            )
        )
