"""Change requests by programs: asked for, looked at, decided by somebody else."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.approval import services
from foundation.approval.choices import RequestState
from foundation.approval.models import ChangeRequest
from foundation.approval.queries import stands_still
from foundation.core.actors import Actor
from foundation.core.errors import Invalid


class ChangeRequestSerializer(serializers.ModelSerializer):
    proposed_by = serializers.CharField(source="proposed_by.username", default=None, allow_null=True, read_only=True)
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True, read_only=True)
    parameters = serializers.DictField(read_only=True)
    before = serializers.DictField(child=serializers.CharField(), read_only=True)
    after = serializers.DictField(child=serializers.CharField(), read_only=True)
    impact = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = ChangeRequest
        fields = [
            "uid", "kind", "concerns", "parameters", "before", "after", "impact", "reason", "state", "proposed_by",
            "proposed_at", "decided_by", "decided_at", "decision",
        ]  # fmt: skip
        read_only_fields = fields


class OneChangeRequestSerializer(ChangeRequestSerializer):
    is_current = serializers.SerializerMethodField(help_text="What it stands on is as it was when it was asked for")

    class Meta(ChangeRequestSerializer.Meta):
        fields = [*ChangeRequestSerializer.Meta.fields, "is_current"]
        read_only_fields = fields

    def get_is_current(self, request: ChangeRequest) -> bool:
        return request.state == RequestState.OPEN and stands_still(request)


class ProposalSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text="Such as `taxonomy.move`")
    parameters = serializers.DictField(help_text="`category` (tree/code), and what the kind takes")
    reason = serializers.CharField()


class DecisionSerializer(serializers.Serializer):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ChangeRequestViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Changes that somebody asks for and somebody else decides, newest first."""

    serializer_class = ChangeRequestSerializer
    queryset = ChangeRequest.objects.none()
    keyset_order = ("-id",)
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        rows = ChangeRequest.objects.visible_to(_actor(self.request)).select_related("proposed_by", "decided_by")
        state = self.request.query_params.get("state")
        if state and state not in RequestState.values:
            raise Invalid(f"A state is one of: {', '.join(RequestState.values)}", path="state")
        return rows.filter(state=state) if state else rows

    @extend_schema(parameters=[OpenApiParameter("state", str, enum=RequestState.values)])
    def list(self, request: Request) -> Response:
        """What was asked for."""
        return super().list(request)

    @extend_schema(responses=OneChangeRequestSerializer)
    def retrieve(self, request: Request, uid: Any) -> Response:
        """One request, and whether it can still be carried out as it was asked for."""
        return Response(OneChangeRequestSerializer(self.get_object()).data)

    @extend_schema(request=ProposalSerializer, responses={201: ChangeRequestSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a change."""
        given = _given(ProposalSerializer, request)
        made = services.propose_change(**given, actor=_actor(request))
        return Response(ChangeRequestSerializer(made).data, status=201)

    @extend_schema(request=DecisionSerializer, responses=ChangeRequestSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, uid: Any) -> Response:
        """Have it carried out. Never for who asked; 412 where what it stands on has changed."""
        given = _given(DecisionSerializer, request)
        done = services.approve_change_request(uid=uid, **given, actor=_actor(request))
        return Response(ChangeRequestSerializer(done).data)

    @extend_schema(request=DecisionSerializer, responses=ChangeRequestSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, uid: Any) -> Response:
        """Say no, and why. Never for who asked."""
        given = _given(DecisionSerializer, request)
        done = services.reject_change_request(uid=uid, **given, actor=_actor(request))
        return Response(ChangeRequestSerializer(done).data)

    @extend_schema(request=None, responses=ChangeRequestSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, uid: Any) -> Response:
        """Ask for it no longer: for who asked."""
        done = services.withdraw_change_request(uid=uid, actor=_actor(request))
        return Response(ChangeRequestSerializer(done).data)


def _actor(request: Any) -> Actor:
    actor: Actor = request._request.actor
    return actor


def _given(form: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    asked = form(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)
