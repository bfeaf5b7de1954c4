"""Groups that attributes stand together in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pim.api.records import LabelsField
from pim.api.requests import actor_of, read_object, read_parameters
from pim.models import AttributeGroup
from pim.services import define_attribute_group


class GroupChangeSerializer(serializers.Serializer):
    labels = LabelsField()
    position = serializers.IntegerField(help_text="Its place among the groups, from 0")


class AttributeGroupSerializer(GroupChangeSerializer):
    code = serializers.CharField()


class AttributeGroupListView(generics.ListAPIView):
    """Groups in their order."""

    serializer_class = AttributeGroupSerializer
    queryset = AttributeGroup.objects.none()
    keyset_order = ("position", "code")

    def get_queryset(self) -> Any:
        read_parameters(self.request)
        return AttributeGroup.objects.visible_to(actor_of(self.request))


class AttributeGroupView(APIView):
    @extend_schema(request=GroupChangeSerializer, responses=AttributeGroupSerializer)
    def put(self, request: Request, code: str) -> Response:
        """Make the group, or give it these names and this place."""
        actor = actor_of(request)
        given = GroupChangeSerializer(data=read_object(request))
        given.is_valid(raise_exception=True)
        made = define_attribute_group(code=code, **given.validated_data, actor=actor)
        return Response(AttributeGroupSerializer(made).data)
