"""Files of products: send one, watch it, read what stayed out."""

from __future__ import annotations

import json
from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.blobs.services import open_blob
from foundation.core.errors import Invalid, Missing
from foundation.core.parsers import StrictJSONParser
from pim.api.requests import actor_of, read_parameters
from pim.choices import RowOutcome
from pim.models import ImportRow, ImportRowError, ProductImport
from pim.queries.imports import cut_changes
from pim.services import (
    import_checked_file,
    map_columns,
    note_import_rows_read,
    note_refused_rows_read,
    start_import,
)

STEM = 80


class ImportSerializer(serializers.ModelSerializer):
    has_error_file = serializers.BooleanField(source="error_file_id", read_only=True)
    continues = serializers.UUIDField(source="continues.uid", default=None, read_only=True, allow_null=True)

    class Meta:
        model = ProductImport
        fields = [
            "uid", "filename", "state", "dry_run", "reading", "continues", "rows", "created", "changed", "unchanged",
            "failed", "error", "job_uid", "has_error_file", "created_at", "finished_at",
        ]  # fmt: skip

    def to_representation(self, instance: ProductImport) -> dict[str, Any]:
        return {**super().to_representation(instance), "has_error_file": instance.error_file_id is not None}


class ImportRowErrorSerializer(serializers.ModelSerializer):
    class Meta:
        model = ImportRowError
        fields = ["row", "sku", "column", "code", "detail", "value", "resolved_at"]


class ImportRowSerializer(serializers.ModelSerializer):
    class Meta:
        model = ImportRow
        fields = ["row", "sku", "outcome", "changes"]


class ImportRequestSerializer(serializers.Serializer):
    file = serializers.FileField()
    mapping = serializers.CharField(required=False, help_text="import-mapping/1 as JSON")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Check the rows and write nothing")


class ColumnsSerializer(serializers.Serializer):
    columns = serializers.DictField(
        child=serializers.CharField(allow_null=True, allow_blank=True),
        help_text="Header to attribute (`code`, `code@place`) or field; null leaves the column out",
    )


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Files of products on their way in, newest first: how far each is, and what came of its rows."""

    serializer_class = ImportSerializer
    queryset = ProductImport.objects.none()
    keyset_order: tuple[str, ...] = ("-id",)
    lookup_field = "uid"
    lookup_value_converter = "uuid"
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> Any:
        read_parameters(self.request, *(["outcome"] if self.action == "rows" else []))
        actor = actor_of(self.request)
        actor.require("pim.import")
        return ProductImport.objects.visible_to(actor).select_related("continues")

    @extend_schema(request={"multipart/form-data": ImportRequestSerializer}, responses={202: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Send an XLSX or CSV file; a job brings its rows in, or with `dry_run` only checks them."""
        actor = actor_of(request)
        actor.require("pim.import")
        file = request.FILES.get("file")
        if file is None:
            raise Invalid("Send the file as the part `file` of a multipart form", path="file")
        made = start_import(
            file, filename=file.name or "", mapping=_read_mapping(request), actor=actor, dry_run=_read_dry_run(request)
        )
        return Response(ImportSerializer(made).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request: Request, uid: Any) -> Response:
        """Bring in the rows of a file that was checked, once."""
        made = import_checked_file(uid=uid, actor=actor_of(request))
        return Response(ImportSerializer(made).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=ColumnsSerializer, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"], parser_classes=[StrictJSONParser])
    def mapping(self, request: Request, uid: Any) -> Response:
        """Say what headers of a checked file mean, and check it again; remembered for your next file."""
        said = ColumnsSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        columns = {header: target or None for header, target in said.validated_data["columns"].items()}
        made = map_columns(uid=uid, columns=columns, actor=actor_of(request))
        return Response(ImportSerializer(made).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        parameters=[OpenApiParameter("outcome", str, enum=RowOutcome.values)],
        responses=ImportRowSerializer(many=True),
    )
    @action(detail=True)
    def rows(self, request: Request, uid: str) -> Response:
        """What became of each row, or what a check says would."""
        self.keyset_order = ("row", "id")
        found = self.get_object().outcomes.all()
        if outcome := request.query_params.get("outcome"):
            found = found.filter(outcome=outcome)
        actor = actor_of(request)
        rows = cut_changes(self.paginate_queryset(found) or (), actor=actor)
        note_import_rows_read(rows, actor=actor)
        return self.get_paginated_response(ImportRowSerializer(rows, many=True).data)

    @extend_schema(responses=ImportRowErrorSerializer(many=True))
    @action(detail=True)
    def errors(self, request: Request, uid: str) -> Response:
        """Why rows stayed out, each beside its cell."""
        self.keyset_order = ("row", "id")
        rows = self.paginate_queryset(self.get_object().errors.all())
        return self.get_paginated_response(ImportRowErrorSerializer(rows, many=True).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, url_path="error-file")
    def error_file(self, request: Request, uid: str) -> FileResponse:
        """The rows that stayed out with their reasons: put them right and send the file again."""
        made = self.get_object()
        if made.error_file is None:
            raise Missing("No row stayed out, or the import is not over", path="uid")
        note_refused_rows_read(made, actor=actor_of(request))
        stem, _, ending = made.filename.rpartition(".")
        response = FileResponse(
            open_blob(made.error_file_id),
            as_attachment=True,
            filename=f"{stem[-STEM:] or 'products'} errors.{ending}",
            content_type=made.error_file.media_type,
        )
        response["X-Content-Type-Options"] = "nosniff"
        return response


def _read_dry_run(request: Request) -> bool:
    said = str(request.POST.get("dry_run", "")).lower()
    if said not in {"", "true", "false", "1", "0"}:
        raise Invalid("dry_run is true or false", path="dry_run")
    return said in {"true", "1"}


def _read_mapping(request: Request) -> dict[str, Any]:
    raw: Any = request.POST.get("mapping") or request.FILES.get("mapping")
    if not raw:
        return {}
    try:
        mapping = json.loads(raw if isinstance(raw, str) else raw.read())
    except (ValueError, UnicodeDecodeError, RecursionError):
        mapping = None
    if not isinstance(mapping, dict):
        raise Invalid("The mapping must be a JSON object", path="mapping")
    return mapping
