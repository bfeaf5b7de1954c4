"""Uploads that can be resumed: tus 1.0.0 with creation, creation-with-upload, expiration, checksum and termination.

https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

import base64
import binascii
from typing import IO, Any

from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from dam import services
from dam.api.acting import actor_of
from dam.choices import UploadState
from dam.errors import LengthRequired, NotAChunk, UnspokenVersion, UploadExpired
from dam.imaging.limits import FILE_BYTES
from dam.models import Ingest, Upload
from dam.services.receiving import PIECE, has_expired
from foundation.core.actors import Actor
from foundation.core.errors import Missing, TandemError

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = {"sha1": 20, "sha256": 32}
CHUNK = "application/offset+octet-stream"
LONGEST_METADATA = 16_384
MOST_DRAINED = 16 * 1024**2


class ChunkParser(BaseParser):
    """Leaves the bytes where they are: the service reads them a piece at a time."""

    media_type = CHUNK

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


class ResumableUploadSerializer(serializers.ModelSerializer):
    ingest = serializers.UUIDField(source="ingest.uid")
    fingerprint = serializers.SerializerMethodField(help_text="What its sender knows the file by, from Upload-Metadata")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = ["uid", "url", "ingest", "path", "fingerprint", "length", "offset", "state", "expires_at"]

    def get_fingerprint(self, upload: Upload) -> str:
        return _metadata(upload.metadata).get("fingerprint", "")

    def get_url(self, upload: Upload) -> str:
        return _address(upload)


def _header(name: str, kind: Any = str, *, required: bool = True) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, required=required)


TUS = _header("Tus-Resumable")
COUNTED = OpenApiResponse(None, description="Kept; `Upload-Offset` says how many bytes there are now")


class UploadViewSet(viewsets.GenericViewSet):
    """One's own uploads. HEAD tells `Upload-Offset`; PATCH sends bytes from there on; DELETE gives the upload up."""

    serializer_class = ResumableUploadSerializer
    parser_classes = [ChunkParser]
    lookup_field = "uid"
    lookup_value_converter = "uuid"
    keyset_order = ("id",)
    queryset = Upload.objects.none()

    def get_queryset(self) -> Any:
        actor_of(self.request).require("dam.ingest")
        return Upload.objects.visible_to(actor_of(self.request)).select_related("ingest")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and wanted in {"PATCH", "DELETE", "HEAD"}:
            request.method = wanted
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        spoken = request.headers.get("Tus-Resumable")
        if request.method not in {"GET", "OPTIONS"} and spoken != VERSION:
            raise UnspokenVersion(f"Send Tus-Resumable: {VERSION}", path="Tus-Resumable")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code >= 400:
            _drain(request)
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        if response.status_code in {200, 204, 412}:
            response["Tus-Version"] = VERSION
        if response.status_code == 460:
            response.reason_phrase = "Checksum Mismatch"
        return response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        told = {"Tus-Extension": EXTENSIONS, "Tus-Max-Size": FILE_BYTES, "Tus-Checksum-Algorithm": ",".join(ALGORITHMS)}
        return Response(status=204, headers={name: str(value) for name, value in told.items()})

    @extend_schema(parameters=[OpenApiParameter("ingest", OpenApiTypes.UUID, description="Only those of this ingest")])
    def list(self, request: Request) -> Response:
        """One's own uploads, in order of their making, with the fingerprints by which a sender finds a file again."""
        uploads = self.get_queryset()
        if ingest := request.query_params.get("ingest"):
            uploads = uploads.filter(ingest__uid=serializers.UUIDField().run_validation(ingest))
        page = self.paginate_queryset(uploads) or []
        return self.get_paginated_response(ResumableUploadSerializer(page, many=True).data)

    @extend_schema(
        parameters=[
            TUS, _header("Upload-Length", int), _header("Upload-Metadata", required=False),
            _header("Upload-Checksum", required=False),
        ],
        request={CHUNK: OpenApiTypes.BINARY},
        responses={201: OpenApiResponse(None, description="Begun; `Location` is where its bytes go")},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """Begin an upload. Of `Upload-Metadata` we read `filename`, `relativePath`, `fingerprint` and `ingest`.

        `ingest` is the uid of an open ingest. An upload that names none is an ingest of its own, which starts as soon
        as it is up.
        """
        actor = actor_of(request)
        actor.require("dam.ingest")
        length, size = _number(request, "Upload-Length"), _size(request)
        raw = request.headers.get("Upload-Metadata", "")
        told = _metadata(raw)
        checksum = _checksum(request)
        if size:
            _require_chunk(request)
        upload = services.begin_upload(
            path=told.get("relativePath") or told.get("filename") or told.get("name") or "",
            length=length, metadata=raw, ingest=_ingest(told.get("ingest"), actor), actor=actor,
        )  # fmt: skip
        if size:
            upload = services.receive_bytes(
                upload, source=request._request, offset=0, size=size, checksum=checksum, actor=actor
            )
        return Response(status=201, headers=_progress(upload) | {"Location": _address(upload)})

    def retrieve(self, request: Request, uid: Any = None) -> Response:
        """How far one is; HEAD says it in the headers of the protocol."""
        upload = self.get_object()
        if has_expired(upload):
            raise UploadExpired("The upload has expired and its bytes are gone; begin again")
        if request.method != "HEAD":
            return Response(ResumableUploadSerializer(upload).data)
        told = {"Upload-Length": str(upload.length)}
        if upload.metadata:
            told["Upload-Metadata"] = upload.metadata
        return Response(status=200, headers=_progress(upload) | told)

    @extend_schema(
        parameters=[TUS, _header("Upload-Offset", int), _header("Upload-Checksum", required=False)],
        request={CHUNK: OpenApiTypes.BINARY},
        responses={204: COUNTED},
    )
    def partial_update(self, request: Request, uid: Any = None) -> Response:
        """Bytes from `Upload-Offset` on. Of a request that breaks off, what arrived is kept."""
        upload = self.get_object()
        _require_chunk(request)
        offset, size, checksum = _number(request, "Upload-Offset"), _size(request), _checksum(request)
        upload = services.receive_bytes(
            upload, source=request._request, offset=offset, size=size, checksum=checksum, actor=actor_of(request)
        )
        return Response(status=204, headers=_progress(upload))

    @extend_schema(parameters=[TUS])
    def destroy(self, request: Request, uid: Any = None) -> Response:
        """Give it up, bytes and all."""
        services.end_upload(self.get_object(), actor=actor_of(request))
        return Response(status=204)


def _drain(request: Request) -> None:
    """Read on for a while: a server that hangs up on a body lets its sender see no answer, but a broken line."""
    left = MOST_DRAINED
    try:
        while left > 0 and (piece := request._request.read(PIECE)):
            left -= len(piece)
    except OSError:
        return


def _address(upload: Upload) -> str:
    """Without a host: a proxy may stand before us."""
    return str(reverse("upload-detail", args=[upload.uid]))


def _progress(upload: Upload) -> dict[str, str]:
    told = {"Upload-Offset": str(upload.offset)}
    if upload.state == UploadState.RECEIVING:
        told["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return told


def _number(request: Request, name: str) -> int:
    raw = request.headers.get(name, "")
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 19):
        raise TandemError(f"{name} must be a whole number of bytes", path=name)
    return int(raw)


def _size(request: Request) -> int:
    """Bytes of the body. WSGI hands on no body whose length is not said."""
    if request.headers.get("Transfer-Encoding"):
        raise LengthRequired("Send a Content-Length; a body in pieces of unknown length is not read")
    raw = request.headers.get("Content-Length") or "0"
    return int(raw) if raw.isascii() and raw.isdecimal() else 0


def _require_chunk(request: Request) -> None:
    if request.content_type != CHUNK:
        raise NotAChunk(f"Send Content-Type: {CHUNK}", path="Content-Type")


def _checksum(request: Request) -> services.Checksum | None:
    raw = request.headers.get("Upload-Checksum")
    if raw is None:
        return None
    algorithm, _, encoded = raw.strip().partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != ALGORITHMS.get(algorithm, -1):
        raise TandemError(
            f"Upload-Checksum is one of {', '.join(ALGORITHMS)} and its digest in base64", path="Upload-Checksum"
        )
    return services.Checksum(algorithm, digest)


def _metadata(raw: str) -> dict[str, str]:
    """Names and values of an Upload-Metadata header; a name may stand without a value."""
    if len(raw) > LONGEST_METADATA:
        raise TandemError(f"Upload-Metadata may have {LONGEST_METADATA} characters", path="Upload-Metadata")
    found: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in raw.split(","))):
        name, _, encoded = pair.partition(" ")
        try:
            value = base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            raise TandemError(f"The value of {name[:50]!r} is not base64", path="Upload-Metadata") from None
        if name in found:
            raise TandemError(f"{name[:50]!r} stands there twice", path="Upload-Metadata")
        found[name] = value.replace("\0", "")
    return found


def _ingest(uid: str | None, actor: Actor) -> Ingest | None:
    if not uid:
        return None
    try:
        return Ingest.objects.visible_to(actor).owned_by(actor).get(uid=serializers.UUIDField().to_internal_value(uid))
    except (Ingest.DoesNotExist, serializers.ValidationError):
        raise Missing("There is no such ingest", path="ingest") from None
