"""Roles: read by everybody; made, changed and deleted by who manages accounts, by their session alone."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.authentication import require_fresh
from foundation.accounts.models import Grant, RoleDefinition
from foundation.accounts.services import copy_role, define_role, delete_role
from foundation.core.actors import Actor
from foundation.core.errors import Invalid

MOST = 1_000


class RoleSerializer(serializers.ModelSerializer):
    """`*` among the permissions is everything; `granted`, how often, is for who manages accounts, else null."""

    granted = serializers.SerializerMethodField()

    class Meta:
        model = RoleDefinition
        fields = ["code", "name", "sentence", "permissions", "requires_factor", "is_first", "granted"]
        read_only_fields = fields

    def get_granted(self, role: RoleDefinition) -> int | None:
        granted = self.context.get("granted")
        return None if granted is None else granted.get(role.code, 0)


class EditRoleSerializer(serializers.Serializer):
    """What is named is changed; `permissions` are all that the role may afterwards."""

    name = serializers.CharField(required=False, max_length=100)
    sentence = serializers.CharField(required=False, allow_blank=True, max_length=300)
    permissions = serializers.ListField(child=serializers.CharField(), required=False, max_length=MOST)
    requires_factor = serializers.BooleanField(required=False, help_text="Whoever has it signs in with a second factor")


class NewRoleSerializer(EditRoleSerializer):
    """`copied` is the code of a role that it begins as a copy of, instead of `permissions`."""

    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=100)
    copied = serializers.CharField(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "copied" in given and {"permissions", "requires_factor"} & given.keys():
            raise Invalid("A copy may and requires what its original does; change it afterwards", path="copied")
        return given


@extend_schema_view(list=extend_schema(summary="All roles"), retrieve=extend_schema(summary="One role"))
class RoleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What each role may."""

    serializer_class = RoleSerializer
    queryset = RoleDefinition.objects.none()
    keyset_order = ("-is_first", "pk")
    lookup_field = "code"
    lookup_value_converter = "slug"

    def get_queryset(self) -> Any:
        return RoleDefinition.objects.visible_to(_actor(self.request))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "granted": _granted(self.request)}

    @extend_schema(request=NewRoleSerializer, responses={201: RoleSerializer})
    def create(self, request: Request) -> Response:
        """Make a role: of these permissions, or as a copy of another."""
        require_fresh(request)
        given, actor = _read(NewRoleSerializer, request), _actor(request)
        if copied := given.pop("copied", ""):
            role = copy_role(code=copied, to=given.pop("code"), actor=actor, **given)
        else:
            role = define_role(is_new=True, actor=actor, **given)
        return Response(self.get_serializer(role).data, status=201)

    @extend_schema(request=EditRoleSerializer, responses=RoleSerializer)
    def partial_update(self, request: Request, code: str) -> Response:
        """Change what is named of it."""
        require_fresh(request)
        role = define_role(code=code, is_new=False, actor=_actor(request), **_read(EditRoleSerializer, request))
        return Response(self.get_serializer(role).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, code: str) -> Response:
        """Delete a role that nobody has, and that the house did not begin with."""
        require_fresh(request)
        delete_role(code=code, actor=_actor(request))
        return Response(status=204)


def _actor(request: Any) -> Actor:
    actor: Actor = request._request.actor
    return actor


def _read(kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    asked = kind(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _granted(request: Request) -> dict[str, int] | None:
    if not _actor(request).may("accounts.manage"):
        return None
    return dict(Grant.objects.order_by().values_list("role").annotate(Count("pk")))
