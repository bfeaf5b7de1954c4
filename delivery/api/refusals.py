"""GET /api/v1/refusals: what was refused, newest first."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets

from delivery.models import DeliveryRefusal
from delivery.queries.refusals import find_refusals


class RefusalFilterSerializer(serializers.Serializer):
    code = serializers.CharField(required=False)
    channel = serializers.CharField(required=False)
    market = serializers.CharField(required=False)
    asset = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class RefusalSerializer(serializers.ModelSerializer):
    class Meta:
        model = DeliveryRefusal
        fields = ["id", "at", "code", "status", "asset_uid", "channel", "market", "audience", "detail"]


class RefusalViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Media requests that were refused, with the reason."""

    serializer_class = RefusalSerializer
    keyset_order = ("-id",)
    queryset = DeliveryRefusal.objects.none()

    @extend_schema(parameters=[RefusalFilterSerializer])
    def list(self, request, *args, **kwargs):
        return super().list(request, *args, **kwargs)

    def get_queryset(self):
        actor = self.request._request.actor  # type: ignore[attr-defined]
        actor.require("dam.view")
        wanted = RefusalFilterSerializer(data=self.request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        return find_refusals(actor=actor, **wanted.validated_data)
