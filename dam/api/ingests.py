"""Ingests: opened for uploads and finished, how far they are, and what became of each file."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from dam import services
from dam.api.acting import actor_of
from dam.choices import FileState
from dam.models import Asset, Ingest, IngestFile, Licence
from foundation.core.errors import Invalid, Missing


class IngestSerializer(serializers.ModelSerializer):
    state = serializers.CharField(help_text="open, cancelled, or what its job says: queued, running, done, failed")
    done = serializers.IntegerField(source="job.done", default=None)
    total = serializers.IntegerField(source="job.total", default=None)
    result = serializers.JSONField(source="job.result", default=None)

    class Meta:
        model = Ingest
        fields = ["uid", "state", "done", "total", "result", "markets", "keywords", "created_at"]


class IngestFileSerializer(serializers.ModelSerializer):
    asset = serializers.SerializerMethodField()
    sha256 = serializers.CharField()
    upload = serializers.SerializerMethodField(help_text="One's own upload that brought it")

    class Meta:
        model = IngestFile
        fields = ["path", "state", "code", "reason", "sha256", "asset", "upload", "finished_at"]

    @extend_schema_field({"type": "string", "format": "uuid", "nullable": True})
    def get_asset(self, file: IngestFile) -> str | None:
        """Not that of a market which is not the actor's."""
        return str(file.asset.uid) if file.asset and file.asset_id in self.context["visible"] else None

    @extend_schema_field({"type": "string", "format": "uuid", "nullable": True})
    def get_upload(self, file: IngestFile) -> str | None:
        upload = getattr(file, "upload", None)
        return str(upload.uid) if upload and upload.owner_id == self.context["actor"].user_id else None


class DescriptionSerializer(serializers.Serializer):
    """What holds for all files of an ingest."""

    licence = serializers.UUIDField(required=False, allow_null=True)
    markets = serializers.ListField(child=serializers.CharField(), required=False)
    keywords = serializers.ListField(child=serializers.CharField(), required=False)


class FinishSerializer(serializers.Serializer):
    without_unfinished = serializers.BooleanField(default=False, help_text="Give up what is still on its way")


class IngestViewSet(viewsets.ReadOnlyModelViewSet):
    """Ingests, newest first. `files/` lists what became of each file.

    One that is opened here takes in uploads until it is finished; then each file is looked at.
    """

    serializer_class = IngestSerializer
    lookup_field = "uid"
    lookup_value_converter = "uuid"
    keyset_order = ("-id",)
    queryset = Ingest.objects.none()

    def get_queryset(self) -> Any:
        return Ingest.objects.visible_to(actor_of(self.request)).select_related("job")

    @extend_schema(request=DescriptionSerializer, responses={201: IngestSerializer})
    def create(self, request: Request) -> Response:
        """Open an ingest for uploads; name it as `ingest` in their metadata."""
        ingest = services.open_ingest(actor=actor_of(request), **self._description())
        return Response(IngestSerializer(ingest).data, status=201)

    @extend_schema(request=DescriptionSerializer, responses=IngestSerializer)
    def partial_update(self, request: Request, uid: Any = None) -> Response:
        """Licence, markets and keywords of an open ingest, while files are on their way. What is left out stays."""
        ingest = self.get_object()
        said = {"licence": ingest.licence, "markets": ingest.markets, "keywords": ingest.keywords} | self._description()
        ingest = services.describe_ingest(ingest, actor=actor_of(request), **said)
        return Response(IngestSerializer(ingest).data)

    @extend_schema(request=FinishSerializer, responses={202: IngestSerializer})
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, uid: Any = None) -> Response:
        """Everything is up: take it in."""
        body = FinishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        ingest = services.finish_ingest(self.get_object(), actor=actor_of(request), **body.validated_data)
        return Response(IngestSerializer(ingest).data, status=202)

    @extend_schema(request=None, responses=IngestSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, uid: Any = None) -> Response:
        """Throw an open ingest away, or stop one that runs. Files that are in stay in."""
        services.cancel_ingest(self.get_object(), actor=actor_of(request))
        return Response(IngestSerializer(self.get_object()).data)

    def _description(self) -> dict[str, Any]:
        body = DescriptionSerializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        actor, said = actor_of(self.request), dict(body.validated_data)
        actor.require("dam.ingest")
        if uid := said.get("licence"):
            said["licence"] = Licence.objects.visible_to(actor).filter(uid=uid).first()
            if said["licence"] is None:
                raise Missing("There is no such licence", path="licence")
        return said

    @extend_schema(
        parameters=[OpenApiParameter("state", str, enum=FileState.values)],
        responses=IngestFileSerializer(many=True),
    )
    @action(detail=True)
    def files(self, request: Request, uid: Any = None) -> Response:
        self.keyset_order = ("id",)
        files = IngestFile.objects.filter(ingest=self.get_object()).select_related("asset", "upload")
        if state := request.query_params.get("state"):
            if state not in FileState.values:
                raise Invalid(f"state is one of {', '.join(FileState.values)}", path="state")
            files = files.filter(state=state)
        page = self.paginate_queryset(files) or []
        shown = Asset.objects.visible_to(actor_of(request)).filter(pk__in=[file.asset_id for file in page])
        context = {"visible": set(shown.values_list("pk", flat=True)), "actor": actor_of(request)}
        return self.get_paginated_response(IngestFileSerializer(page, many=True, context=context).data)
