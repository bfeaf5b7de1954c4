"""Long runs: watch them, stop them, let them go on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.jobs.models import Job
from foundation.jobs.services import cancel_job, resume_job


class JobSerializer(serializers.ModelSerializer):
    error = serializers.CharField(source="reason", read_only=True, help_text="Why it failed, in a line")

    class Meta:
        model = Job
        fields = [
            "uid", "kind", "state", "done", "total", "note", "result", "error", "cancel_requested", "created_at",
            "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


def actor_of(request: Request) -> Actor:
    actor: Actor = request._request.actor  # type: ignore[attr-defined]
    return actor


@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("state", str, enum=Job.State.values, description="Its state")])
)
class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """One's own jobs, newest first; who administers jobs sees all."""

    serializer_class = JobSerializer
    queryset = Job.objects.none()
    keyset_order: tuple[str, ...] = ("-pk",)
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        rows = Job.objects.visible_to(actor_of(self.request))
        state = self.request.query_params.get("state")
        if state is None:
            return rows
        if state not in Job.State.values:
            raise Invalid(f"state is one of {', '.join(Job.State.values)}", path="state")
        return rows.filter(state=state)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, uid: UUID) -> Response:
        """Stop it at its next step; what is done stays done."""
        return Response(JobSerializer(cancel_job(uid=uid, actor=actor_of(request))).data)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, uid: UUID) -> Response:
        """Let a failed or cancelled one go on where it stopped."""
        return Response(JobSerializer(resume_job(uid=uid, actor=actor_of(request))).data)
