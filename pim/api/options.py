"""Options of an attribute, as many as there are: read by who sees the attribute, changed by who defines it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core.errors import Invalid
from pim.api.records import LabelsField
from pim.api.requests import IF_MATCH, IF_NONE, actor_of, read_novelty, read_object, read_parameters, read_version
from pim.models import Option
from pim.queries.options import get_attribute, get_option
from pim.services import delete_option, write_option, write_options


class OptionChangeSerializer(serializers.Serializer):
    """Fields that are not named stay."""

    labels = LabelsField(required=False)
    synonyms = serializers.ListField(child=serializers.CharField(), required=False)
    external_codes = serializers.DictField(child=serializers.CharField(), required=False, help_text="Channel to code")
    swatch = serializers.CharField(required=False, allow_blank=True, help_text="Colour as #rrggbb")
    position = serializers.IntegerField(required=False, min_value=0)
    is_retired = serializers.BooleanField(required=False)


@extend_schema_serializer(component_name="WholeOption")
class OptionSerializer(OptionChangeSerializer):
    code = serializers.CharField()
    version = serializers.IntegerField(read_only=True)


class OptionDocumentSerializer(OptionChangeSerializer):
    code = serializers.CharField()


class OptionListView(generics.ListAPIView):
    serializer_class = OptionSerializer
    queryset = Option.objects.none()
    keyset_order = ("position", "code")

    def get_queryset(self) -> Any:
        actor, asked = actor_of(self.request), read_parameters(self.request, "q", "retired")
        rows = Option.objects.filter(attribute=get_attribute(self.kwargs["code"], actor=actor))
        if "retired" in asked:
            rows = rows.filter(is_retired=asked["retired"] == "true")
        return rows.saying(asked["q"].replace("\0", "")[:200]) if "q" in asked else rows

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in the code, the labels and the synonyms"),
            OpenApiParameter("retired", bool, description="Retired ones alone, or those in use"),
        ]
    )
    def get(self, request: Request, code: str) -> Response:
        """Options of an attribute, in their order."""
        return self.list(request)

    @extend_schema(request=OptionDocumentSerializer(many=True), responses=OptionSerializer(many=True))
    def post(self, request: Request, code: str) -> Response:
        """Create or change up to 1,000 options, all or none; what is not named of each stays."""
        actor = actor_of(request)
        if not isinstance(request.data, list) or not all(isinstance(one, dict) for one in request.data):
            raise Invalid("The body must be a list of options", path="")
        made = write_options(get_attribute(code, actor=actor), documents=request.data, actor=actor)
        return Response(OptionSerializer(made, many=True).data)


class OptionView(APIView):
    @extend_schema(responses=OptionSerializer)
    def get(self, request: Request, key: str) -> Response:
        """One option by `attribute/code`. The ETag is its version, for `If-Match`."""
        return _told(get_option(key, actor=actor_of(request)))

    @extend_schema(
        parameters=[IF_MATCH, IF_NONE], request=OptionChangeSerializer,
        responses={200: OptionSerializer, 201: OptionSerializer},
    )  # fmt: skip
    def put(self, request: Request, key: str) -> Response:
        """Make the option, or make it say exactly this; its place stays unless it is named."""
        return self._written(request, key, must_be=read_novelty(request), is_whole=True)

    @extend_schema(parameters=[IF_MATCH], request=OptionChangeSerializer, responses=OptionSerializer)
    def patch(self, request: Request, key: str) -> Response:
        """Change what is named."""
        return self._written(request, key, must_be="known", is_whole=False)

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """End an option that no product names; one that is named can be retired."""
        actor = actor_of(request)
        delete_option(get_option(key, actor=actor), actor=actor, expected_version=read_version(request))
        return Response(status=204)

    def _written(self, request: Request, key: str, *, must_be: str, is_whole: bool) -> Response:
        actor, document = actor_of(request), read_object(request)
        name, _, code = key.partition("/")
        if document.setdefault("code", code) != code:
            raise Invalid("The code of the body is not that of the address", path="code")
        attribute = get_attribute(name, actor=actor)
        is_new = must_be != "known" and "\0" not in code and not attribute.options.filter(code=code).exists()
        made = write_option(
            attribute,
            document=document,
            actor=actor,
            must_be=must_be,
            is_whole=is_whole,
            expected_version=read_version(request),
        )
        return _told(made, status=201 if is_new else 200)


def _told(option: Option, status: int = 200) -> Response:
    return Response(OptionSerializer(option).data, status=status, headers={"ETag": f'"{option.version}"'})
