"""Attributes, with the first of their options. Those above the caller's clearance are not there."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Prefetch, Window
from django.db.models.functions import RowNumber
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from pim.api.records import LabelsField
from pim.api.requests import IF_MATCH, IF_NONE, ToldByVersion, actor_of, read_expected, read_object, read_parameters
from pim.choices import AttributeType, Sensitivity
from pim.models import Attribute, Option
from pim.services import define_attribute

MOST_OPTIONS = 100


class OptionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Option
        fields = ["code", "labels", "synonyms", "external_codes", "swatch", "is_retired"]


class AttributeSerializer(serializers.ModelSerializer):
    options = OptionSerializer(many=True, help_text=f"The first {MOST_OPTIONS}; the others are at …/options")
    option_count = serializers.IntegerField()

    class Meta:
        model = Attribute
        fields = [
            "code", "type", "labels", "group", "is_localizable", "is_market_overridable", "sensitivity", "unit",
            "validation", "is_unique", "version", "option_count", "options",
        ]  # fmt: skip


class AttributeChangeSerializer(serializers.Serializer):
    """What is not named is as with a new one. Options are written at …/options."""

    type = serializers.ChoiceField(AttributeType.choices)
    labels = LabelsField(required=False)
    group = serializers.CharField(required=False, allow_blank=True)
    is_localizable = serializers.BooleanField(required=False)
    is_market_overridable = serializers.BooleanField(required=False)
    sensitivity = serializers.ChoiceField(Sensitivity.choices, required=False)
    unit = serializers.CharField(required=False, allow_blank=True)
    validation = serializers.DictField(required=False)
    is_unique = serializers.BooleanField(required=False)


class AttributeViewSet(ToldByVersion, viewsets.ReadOnlyModelViewSet):
    """Attributes by code, with the first of their options; those of a class you may not see are not there."""

    serializer_class = AttributeSerializer
    queryset = Attribute.objects.none()
    keyset_order = ("code",)
    lookup_field = "code"

    def get_queryset(self) -> Any:
        read_parameters(self.request)
        numbered = Option.objects.annotate(
            nth=Window(RowNumber(), partition_by=F("attribute_id"), order_by=("position", "code"))
        )
        first = Prefetch("options", queryset=numbered.filter(nth__lte=MOST_OPTIONS))
        seen = Attribute.objects.visible_to(actor_of(self.request))
        return seen.annotate(option_count=Count("options")).prefetch_related(first)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One attribute. The ETag is its version, for `If-Match`."""
        return self.told()

    @extend_schema(
        parameters=[IF_MATCH, IF_NONE],
        request=AttributeChangeSerializer,
        responses={200: AttributeSerializer, 201: AttributeSerializer},
    )
    def update(self, request: Request, code: str) -> Response:
        """Make the attribute, or make it exactly this. Where values exist, its type and places stay."""
        actor = actor_of(request)
        given = AttributeChangeSerializer(data=read_object(request))
        given.is_valid(raise_exception=True)
        is_new = not Attribute.objects.filter(code=code).exists() if "\0" not in code else True
        define_attribute(code=code, **given.validated_data, expected_version=read_expected(request), actor=actor)
        return self.told(201 if is_new else 200)
