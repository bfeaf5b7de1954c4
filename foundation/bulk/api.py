"""Bulk changes: preview, apply, look at each row, undo."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.bulk import services
from foundation.bulk.choices import Outcome, State, Undo
from foundation.bulk.models import BulkChange, BulkRow
from foundation.bulk.queries import get_bulk_change, rows_of, seen_rows, shown_parameters
from foundation.bulk.registry import Shown
from foundation.bulk.services.changes import MOST_AT_ONCE, MOST_NAMED
from foundation.core.actors import Actor
from foundation.core.pages import KeysetPagination


class BulkChangeSerializer(serializers.ModelSerializer):
    """`changed`, `same`, `refused` … count rows: those of the preview at first, then those of the result."""

    undo_until = serializers.DateTimeField(allow_null=True, read_only=True)
    job = serializers.UUIDField(source="job_uid", allow_null=True, read_only=True)
    state = serializers.ChoiceField(choices=State.choices, read_only=True)

    class Meta:
        model = BulkChange
        fields = [
            "uid", "verb", "noun", "parameters", "state", "note", "job", "total", "changed", "same", "refused",
            "left_out", "stopped", "undone", "kept", "created_at", "applied_at", "undone_at", "undo_until",
        ]  # fmt: skip

    def to_representation(self, instance: BulkChange) -> dict[str, Any]:
        told = super().to_representation(instance)
        actor = _actor(self.context["request"])
        return told | {"parameters": shown_parameters(instance, actor=actor, known=self.known)}

    @cached_property
    def known(self) -> dict[str, Shown]:
        """Verbs that were asked already; one serializer tells a whole list."""
        return {}


class BulkRowSerializer(serializers.ModelSerializer):
    """One thing. `before` and `after` are of what the verb touches; null besides a label that is yours no more."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    undo = serializers.ChoiceField(choices=[choice for choice in Undo.choices if choice[0]], allow_blank=True)

    class Meta:
        model = BulkRow
        fields = ["uid", "label", "outcome", "code", "reason", "before", "after", "undo", "undo_reason"]


class BulkOrderSerializer(serializers.Serializer):
    """A verb, its parameters, and what it is for: `uids`, or a list's `filter` but for `without`."""

    verb = serializers.CharField(help_text="For example dam.keywords or pim.place")
    parameters = serializers.DictField(required=False, help_text="As the verb asks for them")
    uids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_NAMED)
    filter = serializers.CharField(
        required=False, allow_blank=True, max_length=4000, help_text="The query string of the list's page"
    )
    without = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_NAMED)
    apply = serializers.BooleanField(
        required=False, default=False, help_text=f"Carry it out without a preview; for at most {MOST_AT_ONCE} things"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("uids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"uids": "Send either uids or a filter"})
        return attrs


ROW_FILTERS = [
    OpenApiParameter("outcome", str, enum=Outcome.values),
    OpenApiParameter("undo", str, enum=[value for value in Undo.values if value]),
]


class BulkChangeViewSet(viewsets.ReadOnlyModelViewSet):
    """Your bulk changes, newest first. Each can be undone as a whole for 30 days."""

    serializer_class = BulkChangeSerializer
    lookup_field = "uid"
    lookup_value_converter = "uuid"
    keyset_order = ("-id",)
    queryset = BulkChange.objects.none()

    def get_queryset(self) -> Any:
        return BulkChange.objects.visible_to(_actor(self.request))

    def get_object(self) -> BulkChange:
        return get_bulk_change(self.kwargs["uid"], actor=_actor(self.request))

    @extend_schema(request=BulkOrderSerializer, responses={201: BulkChangeSerializer, 202: BulkChangeSerializer})
    def create(self, request: Request) -> Response:
        """Preview a change: what would become of each thing. 202 while a job finds out, 201 when it is known.

        Nothing is written until it is applied. With `apply` a small change is carried out at once.
        """
        body = BulkOrderSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        order, actor = body.validated_data, _actor(request)
        change = services.start_bulk_change(
            verb=order["verb"], parameters=order.get("parameters", {}), uids=order.get("uids"),
            filter=order.get("filter", ""), without=order.get("without", ()), is_at_once=order["apply"], actor=actor,
        )  # fmt: skip
        return _answer(change, request, done=201)

    @extend_schema(request=None, responses={200: BulkChangeSerializer, 202: BulkChangeSerializer})
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, uid: Any = None) -> Response:
        """Carry out what was previewed. 202 while a job does it."""
        return _answer(services.apply_bulk_change(self.get_object(), actor=_actor(request)), request)

    @extend_schema(request=None, responses={200: BulkChangeSerializer, 202: BulkChangeSerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, uid: Any = None) -> Response:
        """Bring back what was changed; rows that were edited since are kept and say so."""
        return _answer(services.undo_bulk_change(self.get_object(), actor=_actor(request)), request)

    @extend_schema(request=None, responses=BulkChangeSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, uid: Any = None) -> Response:
        """Ask a running change to end after its batch."""
        stopped = services.stop_bulk_change(self.get_object(), actor=_actor(request))
        return Response(self.get_serializer(stopped).data)

    @extend_schema(parameters=ROW_FILTERS, responses=BulkRowSerializer(many=True))
    @action(detail=True, methods=["get"])
    def rows(self, request: Request, uid: Any = None) -> Response:
        """What would become, or became, of each thing."""
        change, actor = self.get_object(), _actor(request)
        asked = request.query_params
        self.keyset_order = ("subject_id",)
        pages = KeysetPagination()
        found = rows_of(change, outcome=asked.get("outcome", ""), undo=asked.get("undo", ""))
        rows = pages.paginate_queryset(found, request, view=self)
        seen = seen_rows(rows, change, actor=actor)
        for row in rows:
            if row.subject_id not in seen:
                row.label, row.before, row.after = "", None, None
        shown = {row.uid: row.label for row in rows if row.subject_id in seen}
        services.note_rows_shown(change, shown, actor=actor)
        return pages.get_paginated_response(BulkRowSerializer(rows, many=True).data)


def _answer(change: BulkChange, request: Request, *, done: int = 200) -> Response:
    told = BulkChangeSerializer(change, context={"request": request}).data
    return Response(told, status=202 if change.is_running else done)


def _actor(request: Any) -> Actor:
    actor: Actor = request._request.actor
    return actor
