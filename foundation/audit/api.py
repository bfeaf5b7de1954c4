"""The audit over the API: read, exported, verified; never written."""

from __future__ import annotations

from dataclasses import asdict

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.audit.queries.chain import chain_state
from foundation.audit.queries.files import KINDS, lines_of, read_asked
from foundation.audit.queries.search import find_record, search
from foundation.audit.services import note_exported, note_looked, note_opened, start_verification
from foundation.core.actors import Actor
from foundation.core.errors import Invalid

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
ASKED = [
    OpenApiParameter("who", str, description="A sign-in name or a label; whoever acted or was acted for"),
    OpenApiParameter("what", str, description="A table or a kind of subject; with `:ID` one of them"),
    OpenApiParameter("action", str, description="created, changed, deleted, or the action of an entry"),
    OpenApiParameter("request", str, description="A request id"),
    OpenApiParameter("words", str, description="Words in reason, detail or image"),
    OpenApiParameter("since", OpenApiTypes.DATETIME),
    OpenApiParameter("until", OpenApiTypes.DATETIME),
]


class RecordSerializer(serializers.Serializer):
    position = serializers.IntegerField(help_text="Its place in the chain")
    at = serializers.DateTimeField()
    source = serializers.CharField()  # type: ignore[assignment]  # the table, and DRF's word for a path
    row = serializers.IntegerField()
    actor = serializers.CharField(allow_blank=True)
    behalf = serializers.CharField(allow_blank=True, help_text="On whose behalf, where it is another")
    action = serializers.CharField()
    subject_type = serializers.CharField(allow_blank=True)
    subject = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    request = serializers.CharField(allow_blank=True)
    change_set = serializers.CharField(allow_blank=True)
    image = serializers.JSONField(allow_null=True, help_text="A write's row before it, as far as you may see it")
    detail = serializers.JSONField()


class RecordPageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page")
    looked_back_to = serializers.DateTimeField(allow_null=True)
    results = RecordSerializer(many=True)


class DifferenceSerializer(serializers.Serializer):
    name = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class OneRecordSerializer(RecordSerializer):
    differences = DifferenceSerializer(many=True)


class ChainSerializer(serializers.Serializer):
    batches = serializers.IntegerField()
    links = serializers.IntegerField()
    head = serializers.CharField(allow_blank=True)
    chained_at = serializers.DateTimeField(allow_null=True)
    pending = serializers.IntegerField(help_text="Rows that are not in the chain yet, counted up to 10,000 a source")
    published = serializers.IntegerField(help_text="The last batch whose head is outside the database")
    verified_at = serializers.DateTimeField(allow_null=True)
    verified = serializers.IntegerField(help_text="The last batch that was verified")
    faults = serializers.ListField(child=serializers.CharField())


class VerificationSerializer(serializers.Serializer):
    job = serializers.UUIDField()


class AuditView(APIView):
    @extend_schema(
        operation_id="audit_list",
        parameters=[*ASKED, OpenApiParameter("cursor", str), OpenApiParameter("limit", OpenApiTypes.INT32)],
        responses=RecordPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Writes, sensitive reads, sign-ins and refusals, newest first."""
        actor, asked = actor_of(request), read_asked(request.query_params)
        cursor, limit = request.query_params.get("cursor", ""), _limit(request)
        found = search(asked, actor=actor, cursor=cursor, limit=limit)
        note_looked(asked, actor=actor)
        told = {"next": found.next_cursor or None, "looked_back_to": found.looked_back_to, "results": found.records}
        return Response(RecordPageSerializer(told).data)


class RecordView(APIView):
    @extend_schema(operation_id="audit_retrieve", responses=OneRecordSerializer)
    def get(self, request: Request, position: str) -> Response:
        """One record with what it changed."""
        actor = actor_of(request)
        record, differences = find_record(position, actor=actor)
        note_opened(record.position, actor=actor)
        return Response(OneRecordSerializer(asdict(record) | {"differences": differences}).data)


class ChainView(APIView):
    @extend_schema(operation_id="audit_chain", responses=ChainSerializer)
    def get(self, request: Request) -> Response:
        """How far the chain has come, and what its last verification found."""
        return Response(ChainSerializer(chain_state(actor_of(request))).data)

    @extend_schema(operation_id="audit_verify", request=None, responses={202: VerificationSerializer})
    def post(self, request: Request) -> Response:
        """Verify the chain as a job."""
        job = start_verification(actor=actor_of(request))
        return Response(VerificationSerializer({"job": job.uid}).data, status=202)


class ExportView(APIView):
    @extend_schema(
        operation_id="audit_export",
        parameters=[*ASKED, OpenApiParameter("as", str, enum=["csv", "jsonl"], description="jsonl unless said")],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/jsonl"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """What is found as a file of at most 100,000 rows, newest first; go on with `until` from the last one."""
        actor, asked = actor_of(request), read_asked(request.query_params)
        form = request.query_params.get("as", "jsonl")
        lines = lines_of(asked, form, actor=actor)
        note_exported(asked, form=form, actor=actor)
        response = StreamingHttpResponse(lines, content_type=KINDS[form])
        response["Content-Disposition"] = f'attachment; filename="audit.{form}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response


def actor_of(request: Request) -> Actor:
    actor: Actor = request._request.actor  # type: ignore[attr-defined]
    return actor


def _limit(request: Request) -> int:
    raw = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 9) or not 1 <= int(raw) <= MAX_LIMIT:
        raise Invalid(f"limit must be a whole number from 1 to {MAX_LIMIT}", path="limit")
    return int(raw)
