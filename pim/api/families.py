"""Families: attributes with their levels, axes, requirements."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.taxonomy.services.trees import checked_code
from pim.api.records import LabelsField
from pim.api.requests import IF_MATCH, IF_NONE, ToldByVersion, actor_of, read_expected, read_object, read_parameters
from pim.models import Family, FamilyAttribute, FamilyAxis, Requirement
from pim.services import define_family


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
            "required_media", "version",
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


class MemberChangeSerializer(serializers.Serializer):
    attribute = serializers.CharField()
    level = serializers.IntegerField(required=False, min_value=0, max_value=2, default=0)
    may_override_below = serializers.BooleanField(required=False, default=False)


class CodesField(serializers.DictField):
    child = serializers.ListField(child=serializers.CharField())


class FamilyChangeSerializer(serializers.Serializer):
    """All of it: an attribute that is not named leaves the family, if no product has a value of it."""

    labels = LabelsField(required=False)
    label_attribute = serializers.CharField(required=False, allow_null=True)
    visual_axis = serializers.CharField(required=False, allow_null=True)
    attributes = MemberChangeSerializer(many=True)
    axes = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="A list for each level"
    )
    required = CodesField(required=False, help_text="Channel to attributes")  # type: ignore[assignment]
    required_media = CodesField(required=False, help_text="Channel to roles of pictures")


class FamilyViewSet(ToldByVersion, viewsets.ReadOnlyModelViewSet):
    """Families by code: their attributes, axes, and what each channel requires."""

    serializer_class = FamilySerializer
    queryset = Family.objects.none()
    keyset_order = ("code",)
    lookup_field = "code"

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One family. The ETag is its version, for `If-Match`."""
        return self.told()

    @extend_schema(
        parameters=[IF_MATCH, IF_NONE],
        request=FamilyChangeSerializer,
        responses={200: FamilySerializer, 201: FamilySerializer},
    )
    def update(self, request: Request, code: str) -> Response:
        """Make the family, or make it exactly this. What you may not see of it stays."""
        actor = actor_of(request)
        given = FamilyChangeSerializer(data=read_object(request))
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        wanted["attributes"] = [{**one, "code": one["attribute"]} for one in wanted["attributes"]]
        code = checked_code(code)
        is_new = not Family.objects.filter(code=code).exists()
        define_family(code=code, **wanted, expected_version=read_expected(request), actor=actor)
        return self.told(201 if is_new else 200)

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
