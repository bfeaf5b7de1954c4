"""Keys for programs, by the session of a person: list, make, rotate, revoke. A key may only list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.authentication import require_fresh
from foundation.accounts.models import ApiKey
from foundation.accounts.queries import owner_named
from foundation.accounts.services import SCOPE, KeyScope, create_api_key, revoke_api_key, rotate_api_key
from foundation.core.actors import Actor


class ApiKeySerializer(serializers.ModelSerializer):
    """What may be shown of a key; its secret is not among it."""

    user = serializers.CharField(source="user.username", read_only=True)
    last_used_at = serializers.DateTimeField(source="use.at", read_only=True, default=None)
    replaces = serializers.CharField(source="replaces.prefix", read_only=True, default=None)

    class Meta:
        model = ApiKey
        fields = [
            "prefix",
            "name",
            "user",
            "created_at",
            "expires_at",
            "revoked_at",
            "last_used_at",
            "replaces",
            *SCOPE,
        ]
        read_only_fields = fields


class MadeKeySerializer(ApiKeySerializer):
    """A key that has just been made: the only answer with its secret."""

    secret = serializers.CharField(read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "secret"]
        read_only_fields = fields


class NewKeySerializer(serializers.Serializer):
    """`user` is a sign-in name, one's own unless said; an empty list means all that the owner may."""

    name = serializers.CharField(max_length=100)
    user = serializers.CharField(required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    permissions = serializers.ListField(child=serializers.CharField(), required=False, max_length=100)
    markets = serializers.ListField(child=serializers.CharField(), required=False, max_length=1000)
    channels = serializers.ListField(child=serializers.CharField(), required=False, max_length=1000)
    categories = serializers.ListField(child=serializers.CharField(), required=False, max_length=1000)
    per_minute = serializers.IntegerField(required=False, allow_null=True)
    per_day = serializers.IntegerField(required=False, allow_null=True)


class RotateSerializer(serializers.Serializer):
    """For how long the key that is replaced goes on."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=720, default=168)


@extend_schema_view(retrieve=extend_schema(summary="One key"))
class ApiKeyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """One's own keys; all of them for who manages accounts."""

    serializer_class = ApiKeySerializer
    queryset = ApiKey.objects.none()
    keyset_order = ("-pk",)
    lookup_field = "prefix"
    lookup_value_converter = "str"

    def get_queryset(self) -> Any:
        return ApiKey.objects.visible_to(_actor(self.request)).select_related("user", "use", "replaces")

    @extend_schema(request=NewKeySerializer, responses={201: MadeKeySerializer})
    def create(self, request: Request) -> Response:
        """Make a key. Its secret is in this answer and in no other."""
        require_fresh(request)
        asked = NewKeySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given, actor = asked.validated_data, _actor(request)
        made = create_api_key(
            user=owner_named(given.get("user", ""), actor=actor),
            name=given["name"],
            expires_at=given.get("expires_at"),
            scope=KeyScope(**{name: given[name] for name in SCOPE if given.get(name) is not None}),
            actor=actor,
        )
        return _made(made)

    @extend_schema(request=RotateSerializer, responses={201: MadeKeySerializer})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, prefix: str) -> Response:
        """Make its successor, of the same scope; the old key goes on for a while."""
        require_fresh(request)
        asked = RotateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        overlap = timedelta(hours=asked.validated_data["overlap_hours"])
        return _made(rotate_api_key(prefix=prefix, actor=_actor(request), overlap=overlap))

    @extend_schema(request=None, responses=ApiKeySerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, prefix: str) -> Response:
        """End it at once."""
        revoke_api_key(prefix=prefix, actor=_actor(request))
        return Response(ApiKeySerializer(self.get_queryset().get(prefix=prefix)).data)


def _actor(request: Any) -> Actor:
    actor: Actor = request._request.actor
    return actor


def _made(made: tuple[ApiKey, str]) -> Response:
    key, secret = made
    return Response({**ApiKeySerializer(key).data, "secret": secret}, status=201)
