"""Ingests: how far they are, and what became of each file."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from dam.api.acting import actor_of
from dam.choices import FileState
from dam.models import Asset, Ingest, IngestFile
from foundation.core.errors import Invalid


class IngestSerializer(serializers.ModelSerializer):
    state = serializers.CharField(source="job.state", default="forgotten")
    done = serializers.IntegerField(source="job.done", default=None)
    total = serializers.IntegerField(source="job.total", default=None)
    result = serializers.JSONField(source="job.result", default=None)

    class Meta:
        model = Ingest
        fields = ["uid", "state", "done", "total", "result", "markets", "created_at"]


class IngestFileSerializer(serializers.ModelSerializer):
    asset = serializers.SerializerMethodField()
    sha256 = serializers.CharField()

    class Meta:
        model = IngestFile
        fields = ["path", "state", "code", "reason", "sha256", "asset", "finished_at"]

    @extend_schema_field({"type": "string", "format": "uuid", "nullable": True})
    def get_asset(self, file: IngestFile) -> str | None:
        """Not that of a market which is not the actor's."""
        return str(file.asset.uid) if file.asset and file.asset_id in self.context["visible"] else None


class IngestViewSet(viewsets.ReadOnlyModelViewSet):
    """Ingests, newest first. `files/` lists what became of each file."""

    serializer_class = IngestSerializer
    lookup_field = "uid"
    lookup_value_converter = "uuid"
    keyset_order = ("-id",)
    queryset = Ingest.objects.none()

    def get_queryset(self) -> Any:
        return Ingest.objects.visible_to(actor_of(self.request)).select_related("job")

    @extend_schema(
        parameters=[OpenApiParameter("state", str, enum=FileState.values)],
        responses=IngestFileSerializer(many=True),
    )
    @action(detail=True)
    def files(self, request: Request, uid: Any = None) -> Response:
        self.keyset_order = ("id",)
        files = IngestFile.objects.filter(ingest=self.get_object()).select_related("asset")
        if state := request.query_params.get("state"):
            if state not in FileState.values:
                raise Invalid(f"state is one of {', '.join(FileState.values)}", path="state")
            files = files.filter(state=state)
        page = self.paginate_queryset(files) or []
        shown = Asset.objects.visible_to(actor_of(request)).filter(pk__in=[file.asset_id for file in page])
        context = {"visible": set(shown.values_list("pk", flat=True))}
        return self.get_paginated_response(IngestFileSerializer(page, many=True, context=context).data)
