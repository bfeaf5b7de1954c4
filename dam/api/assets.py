"""Assets: list, read with versions and verdict, edit, approve, retire, upload."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Prefetch, Q
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from dam import services
from dam.api.acting import actor_of
from dam.api.ingests import IngestSerializer
from dam.api.verdicts import VERDICT_PARAMETERS, VerdictSerializer, ask_verdict
from dam.choices import AssetState, Kind
from dam.models import Asset, AssetVersion, Licence
from dam.queries.assets import get_asset
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing

ETAG = re.compile(r'(?:W/)?"(\d+)"')
LISTED_FILES = 100


class VersionSerializer(serializers.ModelSerializer):
    sha256 = serializers.CharField(source="blob_id")

    class Meta:
        model = AssetVersion
        fields = [
            "number", "state", "filename", "media_type", "width", "height", "sha256", "pixel_sha256", "phash",
            "identifiers", "embedded", "created_at", "approved_at",
        ]  # fmt: skip


class AssetSerializer(serializers.ModelSerializer):
    current_version = serializers.IntegerField(source="current_version.number", read_only=True)
    sha256 = serializers.CharField(source="current_version.blob_id", read_only=True)
    media_type = serializers.CharField(source="current_version.media_type", read_only=True)
    filename = serializers.CharField(source="current_version.filename", read_only=True)

    class Meta:
        model = Asset
        fields = [
            "uid", "kind", "title", "state", "markets", "metadata", "edition", "current_version", "sha256",
            "media_type", "filename", "created_at",
        ]  # fmt: skip


class AssetDetailSerializer(AssetSerializer):
    versions = VersionSerializer(many=True)
    licences = serializers.SerializerMethodField()
    rights = VerdictSerializer(required=False, help_text="Answered when `territory` or `market` or `channel` is asked")

    class Meta(AssetSerializer.Meta):
        fields = [*AssetSerializer.Meta.fields, "versions", "licences", "rights"]

    def get_licences(self, asset: Asset) -> list[str]:
        return [str(row.licence.uid) for row in asset.asset_licences.all()]


class AssetChangesSerializer(serializers.Serializer):
    """What may be said of an asset; null takes a text away. Facts of products are refused."""

    title = serializers.CharField(required=False)
    markets = serializers.ListField(child=serializers.CharField(), required=False)
    caption = serializers.CharField(required=False, allow_null=True)
    alt = serializers.DictField(child=serializers.CharField(), required=False, help_text="Locale to text")
    keywords = serializers.ListField(child=serializers.CharField(), required=False)
    creator = serializers.CharField(required=False, allow_null=True)
    credit = serializers.CharField(required=False, allow_null=True)
    copyright = serializers.CharField(required=False, allow_null=True)
    usage_terms = serializers.CharField(required=False, allow_null=True)


class ApprovalSerializer(serializers.Serializer):
    version = serializers.IntegerField(required=False, help_text="The newest when left out")


class WithdrawalSerializer(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="Number of the approved version")


class UndoSerializer(serializers.Serializer):
    edition = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="To which the edit led")


class NewVersionSerializer(serializers.Serializer):
    file = serializers.FileField()


class UploadSerializer(serializers.Serializer):
    files = serializers.ListField(child=serializers.FileField())
    licence = serializers.UUIDField(required=False)
    markets = serializers.ListField(child=serializers.CharField(), required=False)


FILTERS = [
    OpenApiParameter("state", str, enum=AssetState.values),
    OpenApiParameter("kind", str, enum=Kind.values),
    OpenApiParameter("sha256", str, description="Of any version's bytes"),
    OpenApiParameter("q", str, description="Part of the title or of a file's name"),
]


@extend_schema_view(list=extend_schema(parameters=FILTERS))
class AssetViewSet(viewsets.ReadOnlyModelViewSet):
    """Assets, newest first."""

    serializer_class = AssetSerializer
    lookup_field = "uid"
    lookup_value_converter = "uuid"
    keyset_order = ("-id",)
    queryset = Asset.objects.none()

    def get_queryset(self) -> Any:
        assets = Asset.objects.visible_to(actor_of(self.request)).select_related("current_version")
        query = self.request.query_params
        for name, known in (("state", AssetState.values), ("kind", Kind.values)):
            if value := query.get(name):
                if value not in known:
                    raise Invalid(f"{name} is one of {', '.join(known)}", path=name)
                assets = assets.filter(**{name: value})
        if sha256 := query.get("sha256"):
            assets = assets.filter(Q(first_sha256=sha256) | Q(versions__blob_id=sha256)).distinct()
        if words := query.get("q"):
            assets = assets.filter(Q(title__icontains=words) | Q(current_version__filename__icontains=words))
        return assets

    @extend_schema(parameters=VERDICT_PARAMETERS, responses=AssetDetailSerializer)
    def retrieve(self, request: Request, uid: Any = None) -> Response:
        return self._answer(get_asset(uid, actor=actor_of(request)))

    @extend_schema(request=AssetChangesSerializer, responses=AssetDetailSerializer)
    def partial_update(self, request: Request, uid: Any = None) -> Response:
        actor = actor_of(request)
        if not isinstance(request.data, dict):
            raise Invalid("Send an object of what changes")
        asset = get_asset(uid, actor=actor)
        changed = services.edit_asset(asset, changes=dict(request.data), actor=actor, expected=_expected(request))
        return self._answer(changed)

    @extend_schema(request=ApprovalSerializer, responses=AssetDetailSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, uid: Any = None) -> Response:
        body = ApprovalSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asset = get_asset(uid, actor=actor_of(request))
        number = body.validated_data.get("version")
        return self._answer(services.approve_asset(asset, actor=actor_of(request), number=number))

    @extend_schema(request=None, responses=AssetDetailSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, uid: Any = None) -> Response:
        asset = get_asset(uid, actor=actor_of(request))
        return self._answer(services.retire_asset(asset, actor=actor_of(request)))

    @extend_schema(request=None, responses=AssetDetailSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, uid: Any = None) -> Response:
        """Bring a retired asset back as it was."""
        asset = get_asset(uid, actor=actor_of(request))
        return self._answer(services.restore_asset(asset, actor=actor_of(request)))

    @extend_schema(request=WithdrawalSerializer, responses=AssetDetailSerializer)
    @action(detail=True, methods=["post"], url_path="withdraw-approval")
    def withdraw_approval(self, request: Request, uid: Any = None) -> Response:
        """Take the last approval back; the version approved before it goes out again, if there is one."""
        body = WithdrawalSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asset = get_asset(uid, actor=actor_of(request))
        number = body.validated_data["version"]
        return self._answer(services.withdraw_approval(asset, number=number, actor=actor_of(request)))

    @extend_schema(request=UndoSerializer, responses=AssetDetailSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, uid: Any = None) -> Response:
        """Put back what one edit changed, unless the same was changed again since."""
        body = UndoSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asset = get_asset(uid, actor=actor_of(request))
        edition = body.validated_data["edition"]
        return self._answer(services.undo_edit(asset, edition=edition, actor=actor_of(request)))

    @extend_schema(request=NewVersionSerializer, responses={201: AssetDetailSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def versions(self, request: Request, uid: Any = None) -> Response:
        """Another state of the asset's file. What goes out stays the same until it is approved."""
        actor = actor_of(request)
        asset = get_asset(uid, actor=actor)
        file = request.FILES.get("file")
        if file is None:
            raise Invalid("Send one file as `file`", path="file")
        stored = services.store_upload(file, actor=actor)
        services.add_version(asset, sha256=stored.pk, filename=file.name or "unnamed", actor=actor)
        answer = self._answer(asset)
        answer.status_code = 201
        return answer

    def destroy(self, request: Request, uid: Any = None) -> Response:
        asset = get_asset(uid, actor=actor_of(request))
        services.delete_asset(asset, actor=actor_of(request))
        return Response(status=204)

    @extend_schema(request=UploadSerializer, responses={202: IngestSerializer})
    @action(detail=False, methods=["post"], parser_classes=[MultiPartParser])
    def uploads(self, request: Request) -> Response:
        """Store the files' bytes and start an ingest; ask `/ingests/{uid}/` what became of each."""
        actor = actor_of(request)
        actor.require("dam.ingest")
        files = request.FILES.getlist("files")
        if not 1 <= len(files) <= LISTED_FILES:
            raise Invalid(f"Send 1 to {LISTED_FILES} files as `files`", path="files")
        stored = [
            services.UploadedFile(file.name or "unnamed", services.store_upload(file, actor=actor).pk) for file in files
        ]
        ingest = services.start_ingest(
            stored, actor=actor, licence=_licence(request, actor), markets=request.POST.getlist("markets")
        )
        return Response(IngestSerializer(ingest).data, status=202)

    def _answer(self, asset: Asset) -> Response:
        versions = Prefetch("versions", AssetVersion.objects.order_by("-number"))
        asset = (
            Asset.objects.select_related("current_version")
            .prefetch_related(versions, "asset_licences__licence")
            .get(pk=asset.pk)
        )
        body = dict(AssetDetailSerializer(asset).data)
        if (verdict := ask_verdict(self.request, asset)) is not None:
            body["rights"] = VerdictSerializer(verdict).data
        return Response(body, headers={"ETag": f'"{asset.edition}"'})


def _expected(request: Request) -> int | None:
    header = request.headers.get("If-Match", "")
    if not header or header.strip() == "*":
        return None
    found = ETAG.fullmatch(header.strip())
    if found is None:
        raise Invalid('If-Match must be the ETag that was read, for example "3"', path="If-Match")
    return int(found[1])


def _licence(request: Request, actor: Actor) -> Licence | None:
    uid = request.POST.get("licence")
    if not uid:
        return None
    field = serializers.UUIDField()
    licence = Licence.objects.visible_to(actor).filter(uid=field.run_validation(uid)).first()
    if licence is None:
        raise Missing("There is no such licence", path="licence")
    return licence
