"""Files of products: send one, watch it, read what stayed out."""

from __future__ import annotations

import json
from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.blobs.services import open_blob
from foundation.core.errors import Invalid, Missing
from pim.api.requests import actor_of, read_parameters
from pim.models import ImportRowError, ProductImport
from pim.services import start_import

STEM = 80


class ImportSerializer(serializers.ModelSerializer):
    has_error_file = serializers.BooleanField(source="error_file_id", read_only=True)

    class Meta:
        model = ProductImport
        fields = [
            "uid", "filename", "state", "rows", "created", "changed", "unchanged", "failed", "error", "job_uid",
            "has_error_file", "created_at", "finished_at",
        ]  # fmt: skip

    def to_representation(self, instance: ProductImport) -> dict[str, Any]:
        return {**super().to_representation(instance), "has_error_file": instance.error_file_id is not None}


class ImportRowErrorSerializer(serializers.ModelSerializer):
    class Meta:
        model = ImportRowError
        fields = ["row", "sku", "column", "code", "detail", "value", "resolved_at"]


class ImportRequestSerializer(serializers.Serializer):
    file = serializers.FileField()
    mapping = serializers.CharField(required=False, help_text="import-mapping/1 as JSON")


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Files of products on their way in, newest first: how far each is, and what came of its rows."""

    serializer_class = ImportSerializer
    queryset = ProductImport.objects.none()
    keyset_order: tuple[str, ...] = ("-id",)
    lookup_field = "uid"
    lookup_value_converter = "uuid"
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> Any:
        read_parameters(self.request)
        actor = actor_of(self.request)
        actor.require("pim.import")
        return ProductImport.objects.visible_to(actor)

    @extend_schema(request={"multipart/form-data": ImportRequestSerializer}, responses={202: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Send an XLSX or CSV file; a job brings its rows in. The answer says where to watch it."""
        actor = actor_of(request)
        actor.require("pim.import")
        file = request.FILES.get("file")
        if file is None:
            raise Invalid("Send the file as the part `file` of a multipart form", path="file")
        made = start_import(file, filename=file.name or "", mapping=_read_mapping(request), actor=actor)
        return Response(ImportSerializer(made).data, status=status.HTTP_202_ACCEPTED)

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
        stem, _, ending = made.filename.rpartition(".")
        response = FileResponse(
            open_blob(made.error_file_id),
            as_attachment=True,
            filename=f"{stem[-STEM:] or 'products'} errors.{ending}",
            content_type=made.error_file.media_type,
        )
        response["X-Content-Type-Options"] = "nosniff"
        return response


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
