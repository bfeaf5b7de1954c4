"""What a listing said at its revisions: which there are, the document of one, what differs between two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.audit.services import note_read
from foundation.core.pages import KeysetPagination
from syndication.api.listings import actor_of, finish, is_known, read_number
from syndication.events import LISTINGS_READ
from syndication.models import PublishedRevision
from syndication.queries.revisions import Difference, Published, compare_revisions, published_page, read_revision

MOST = 2**63 - 1


class ChangedPartSerializer(serializers.Serializer):
    path = serializers.CharField(help_text="As `fields.title`, `media.main_image`, `family`")
    kind = serializers.ChoiceField(choices=["added", "removed", "changed"])


class DifferentPartSerializer(ChangedPartSerializer):
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class PublishedSerializer(serializers.Serializer):
    revision = serializers.IntegerField()
    at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=["live", "withdrawn"])
    hash = serializers.CharField(
        allow_blank=True, help_text="Empty where nothing was out, or where you may not see all that was"
    )
    profile_version = serializers.IntegerField(help_text="Of the channel's rules that made it")
    event = serializers.IntegerField(allow_null=True, help_text="Position of the event that told it")
    actor = serializers.CharField(allow_blank=True)
    changes = ChangedPartSerializer(many=True, help_text="From the revision before, where both had a document")


class ComparedRevisionsSerializer(serializers.Serializer):
    against = serializers.IntegerField(allow_null=True, help_text="Null where there is none before")
    revision = serializers.IntegerField()
    differences = DifferentPartSerializer(many=True)


class RevisionsView(generics.ListAPIView):
    """The published revisions of a listing, newest first, without their documents."""

    serializer_class = PublishedSerializer
    pagination_class = KeysetPagination
    queryset = PublishedRevision.objects.none()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        pages = KeysetPagination()
        cursor, limit = request.query_params.get("cursor", ""), pages.limit_of(request)
        found = published_page(kwargs["uid"], actor=actor_of(request), cursor=cursor, limit=limit)
        pages.request, pages.next_cursor = request, found.next_cursor
        return pages.get_paginated_response([_document(one) for one in found.revisions])


class RevisionView(APIView):
    """The document of one revision, as it was published."""

    @extend_schema(
        operation_id="listing_revision_retrieve",
        parameters=[OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)],
        responses={200: OpenApiTypes.OBJECT, 304: None},
    )
    def get(self, request: Request, uid: UUID, n: int) -> HttpResponse:
        actor = actor_of(request)
        found = read_revision(uid, n, actor=actor)
        if is_known(request, found.hash):
            return finish(HttpResponse(status=304), found.hash)
        if found.is_restricted:
            note_read(LISTINGS_READ, actor=actor, subject_type="listing", subjects=[uid], revision=n)
        return finish(HttpResponse(found.body, content_type="application/json"), found.hash)


class RevisionComparisonView(APIView):
    """What differs between two revisions."""

    @extend_schema(
        operation_id="listing_revision_compare",
        parameters=[
            OpenApiParameter("against", OpenApiTypes.INT64, description="Another revision; else the one before")
        ],
        responses=ComparedRevisionsSerializer,
    )
    def get(self, request: Request, uid: UUID, n: int) -> Response:
        actor = actor_of(request)
        against = read_number(request, "against", -1, 0, MOST)
        found = compare_revisions(uid, n, against=None if against < 0 else against, actor=actor)
        start = found.start.revision if found.start else None
        if found.is_restricted:
            told = {"revision": n, "against": start}
            note_read(LISTINGS_READ, actor=actor, subject_type="listing", subjects=[uid], **told)
        return Response(
            {
                "against": start,
                "revision": found.end.revision,
                "differences": [_part(one) | {"before": one.before, "after": one.after} for one in found.differences],
            }
        )


def _document(told: Published) -> dict[str, Any]:
    return {
        "revision": told.revision,
        "at": told.at,
        "state": "live" if told.is_live else "withdrawn",
        "hash": told.hash,
        "profile_version": told.mapping_version,
        "event": told.position,
        "actor": told.actor,
        "changes": [_part(one) for one in told.changes],
    }


def _part(one: Difference) -> dict[str, Any]:
    return {"path": one.path, "kind": one.kind}
