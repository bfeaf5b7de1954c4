"""Types of records and their records: read by who sees products, changed by who defines them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core.errors import Invalid
from pim.api.requests import IF_MATCH, IF_NONE, actor_of, read_novelty, read_object, read_parameters, read_version
from pim.models import Record, RecordType
from pim.queries.records import get_record, get_record_type
from pim.services import (
    define_record_type,
    delete_record,
    delete_record_type,
    write_record,
    write_records,
)


class LabelsField(serializers.DictField):
    child = serializers.CharField()

    def __init__(self, **more: Any) -> None:
        super().__init__(help_text="Locale to text", **more)


class ColumnSerializer(serializers.Serializer):
    """A column of a table, or a field of a record. `choices` are {code, labels} of a select."""

    code = serializers.CharField()
    type = serializers.ChoiceField(choices=["text", "number", "boolean", "date", "select", "measurement"])
    labels = LabelsField(required=False)
    unit = serializers.CharField(required=False, allow_blank=True)
    validation = serializers.DictField(required=False)
    required = serializers.BooleanField(required=False)  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.DictField(), required=False)


class RecordTypeSerializer(serializers.Serializer):
    code = serializers.CharField()
    labels = LabelsField()
    version = serializers.IntegerField(read_only=True)

    def get_fields(self):
        return {**super().get_fields(), "fields": ColumnSerializer(many=True, required=False)}


class RecordTypeChangeSerializer(serializers.Serializer):
    """What is not named stays; `fields` are all of them."""

    labels = LabelsField(required=False)

    def get_fields(self):
        return {**super().get_fields(), "fields": ColumnSerializer(many=True, required=False)}


class RecordChangeSerializer(serializers.Serializer):
    """Fields that are not named stay; a value of null clears."""

    labels = LabelsField(required=False)
    synonyms = serializers.ListField(child=serializers.CharField(), required=False)
    external_codes = serializers.DictField(child=serializers.CharField(), required=False, help_text="Channel to code")
    values = serializers.DictField(required=False, help_text="Field to value")
    is_retired = serializers.BooleanField(required=False)


@extend_schema_serializer(component_name="ReferenceRecord")
class RecordSerializer(RecordChangeSerializer):
    code = serializers.CharField()
    key = serializers.CharField(read_only=True, help_text="type/code, by which it is addressed")
    version = serializers.IntegerField(read_only=True)


class RecordDocumentSerializer(RecordChangeSerializer):
    code = serializers.CharField()


class RecordTypeListView(generics.ListAPIView):
    serializer_class = RecordTypeSerializer
    queryset = RecordType.objects.none()
    keyset_order = ("code",)

    def get_queryset(self) -> Any:
        read_parameters(self.request)
        return RecordType.objects.visible_to(actor_of(self.request))

    def get(self, request: Request) -> Response:
        """Types of records, by code."""
        return self.list(request)


class RecordTypeView(APIView):
    @extend_schema(responses=RecordTypeSerializer)
    def get(self, request: Request, code: str) -> Response:
        """One type with its fields. The ETag is its version, for `If-Match`."""
        return _told(RecordTypeSerializer, get_record_type(code, actor=actor_of(request)))

    @extend_schema(
        parameters=[IF_MATCH, IF_NONE], request=RecordTypeChangeSerializer,
        responses={200: RecordTypeSerializer, 201: RecordTypeSerializer},
    )  # fmt: skip
    def put(self, request: Request, code: str) -> Response:
        """Make the type, or make it exactly this."""
        actor, body = actor_of(request), read_object(request)
        is_new = not RecordType.objects.filter(code=code).exists() if "\0" not in code else True
        made = define_record_type(
            code=code, labels=body.get("labels", {}), fields=body.get("fields", []), actor=actor,
            expected_version=read_version(request), must_be=read_novelty(request),
        )  # fmt: skip
        return _told(RecordTypeSerializer, made, status=201 if is_new else 200)

    @extend_schema(parameters=[IF_MATCH], request=RecordTypeChangeSerializer, responses=RecordTypeSerializer)
    def patch(self, request: Request, code: str) -> Response:
        """Change what is named."""
        actor, body = actor_of(request), read_object(request)
        found = get_record_type(code, actor=actor)
        made = define_record_type(
            code=code, labels=body.get("labels", found.labels), fields=body.get("fields", found.fields), actor=actor,
            expected_version=read_version(request) or found.version,
        )  # fmt: skip
        return _told(RecordTypeSerializer, made)

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """End a type that has no records and that no attribute names."""
        actor = actor_of(request)
        delete_record_type(get_record_type(code, actor=actor), actor=actor, expected_version=read_version(request))
        return Response(status=204)


class RecordListView(generics.ListAPIView):
    serializer_class = RecordSerializer
    queryset = Record.objects.none()
    keyset_order = ("code",)

    def get_queryset(self) -> Any:
        actor, asked = actor_of(self.request), read_parameters(self.request, "q", "retired")
        kind = get_record_type(self.kwargs["code"], actor=actor)
        rows = Record.objects.visible_to(actor).filter(record_type=kind).select_related("record_type")
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
        """Records of a type, by code."""
        return self.list(request)

    @extend_schema(request=RecordDocumentSerializer(many=True), responses=RecordSerializer(many=True))
    def post(self, request: Request, code: str) -> Response:
        """Create or change up to 1,000 records, all or none; what is not named of each stays."""
        actor = actor_of(request)
        if not isinstance(request.data, list) or not all(isinstance(one, dict) for one in request.data):
            raise Invalid("The body must be a list of records", path="")
        made = write_records(get_record_type(code, actor=actor), documents=request.data, actor=actor)
        return Response(RecordSerializer(made, many=True).data)


class RecordView(APIView):
    @extend_schema(responses=RecordSerializer)
    def get(self, request: Request, key: str) -> Response:
        """One record by `type/code`. The ETag is its version, for `If-Match`."""
        return _told(RecordSerializer, get_record(key, actor=actor_of(request)))

    @extend_schema(
        parameters=[IF_MATCH, IF_NONE], request=RecordChangeSerializer,
        responses={200: RecordSerializer, 201: RecordSerializer},
    )  # fmt: skip
    def put(self, request: Request, key: str) -> Response:
        """Make the record, or make it say exactly this."""
        return self._written(request, key, must_be=read_novelty(request), is_whole=True)

    @extend_schema(parameters=[IF_MATCH], request=RecordChangeSerializer, responses=RecordSerializer)
    def patch(self, request: Request, key: str) -> Response:
        """Change what is named."""
        return self._written(request, key, must_be="known", is_whole=False)

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """End a record that no product names."""
        actor = actor_of(request)
        delete_record(get_record(key, actor=actor), actor=actor, expected_version=read_version(request))
        return Response(status=204)

    def _written(self, request: Request, key: str, *, must_be: str, is_whole: bool) -> Response:
        actor, document = actor_of(request), read_object(request)
        kind, _, code = key.partition("/")
        if document.setdefault("code", code) != code:
            raise Invalid("The code of the body is not that of the address", path="code")
        found = get_record_type(kind, actor=actor)
        is_new = must_be != "known" and "\0" not in code and not found.records.filter(code=code).exists()
        made = write_record(
            found,
            document=document,
            actor=actor,
            must_be=must_be,
            is_whole=is_whole,
            expected_version=read_version(request),
        )
        return _told(RecordSerializer, made, status=201 if is_new else 200)


def _told(form: type[serializers.Serializer], row: RecordType | Record, status: int = 200) -> Response:
    return Response(form(row).data, status=status, headers={"ETag": f'"{row.version}"'})
