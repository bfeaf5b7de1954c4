"""Work items by programs: list, look, dismiss, and take a dismissal back."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.core.actors import Actor
from foundation.workflow.models import WorkItem
from foundation.workflow.services import dismiss_work_item, reopen_work_item

FILTERS = {"queue": "queue__code", "kind": "kind", "market": "market"}


class WorkItemSerializer(serializers.ModelSerializer):
    queue = serializers.CharField(source="queue.code", read_only=True)

    class Meta:
        model = WorkItem
        fields = [
            "uid", "queue", "kind", "title", "subject_type", "subject", "market", "detail", "opened_at", "closed_at",
            "outcome",
        ]  # fmt: skip
        read_only_fields = fields


def actor_of(request: Any) -> Actor:
    """Who calls; work items come to those who work on them."""
    actor: Actor = request._request.actor
    actor.require("workflow.work")
    return actor


@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter(name, str) for name in FILTERS]),
)
class WorkItemViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What waits for a person, oldest first. An item closes itself when its cause goes."""

    serializer_class = WorkItemSerializer
    queryset = WorkItem.objects.none()
    keyset_order = ("pk",)
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        rows = WorkItem.objects.visible_to(actor_of(self.request)).select_related("queue")
        if self.action != "list":
            return rows
        rows = rows.unfinished()
        for name, field in FILTERS.items():
            if wanted := self.request.query_params.get(name):
                rows = rows.filter(**{field: wanted})
        return rows

    @extend_schema(request=None, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, uid: Any) -> Response:
        """Close it by hand."""
        return Response(WorkItemSerializer(dismiss_work_item(uid=uid, actor=actor_of(request))).data)

    @extend_schema(request=None, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, uid: Any) -> Response:
        """Take a dismissal back."""
        return Response(WorkItemSerializer(reopen_work_item(uid=uid, actor=actor_of(request))).data)
