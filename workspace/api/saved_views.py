"""Saved views of lists: one's own, and those that others share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from workspace import services
from workspace.choices import LISTS
from workspace.models import SavedView


class SavedViewSerializer(serializers.ModelSerializer):
    owner = serializers.CharField(source="owner.username", read_only=True)

    class Meta:
        model = SavedView
        fields = ["uid", "page", "name", "query", "is_shared", "owner", "created_at"]
        read_only_fields = fields


class NewViewSerializer(serializers.Serializer):
    page = serializers.ChoiceField(choices=list(LISTS))
    name = serializers.CharField()
    query = serializers.CharField(required=False, default="", allow_blank=True, help_text="As in the page's address")
    is_shared = serializers.BooleanField(required=False, default=False)


class ViewChangesSerializer(serializers.Serializer):
    """What is given is changed."""

    name = serializers.CharField(required=False)
    is_shared = serializers.BooleanField(required=False)


def actor_of(request: Request) -> Actor:
    actor: Actor = request._request.actor  # type: ignore[attr-defined]
    return actor


@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("page", str, enum=list(LISTS), description="Of which list")])
)
class SavedViewViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Lists as people left them, under names; newest first."""

    serializer_class = SavedViewSerializer
    queryset = SavedView.objects.none()
    keyset_order: tuple[str, ...] = ("-pk",)
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        rows = SavedView.objects.visible_to(actor_of(self.request)).select_related("owner")
        page = self.request.query_params.get("page")
        if page is not None and page not in LISTS:
            raise Invalid(f"page is one of {', '.join(LISTS)}", path="page")
        return rows.filter(page=page) if page else rows

    @extend_schema(request=NewViewSerializer, responses={201: SavedViewSerializer})
    def create(self, request: Request) -> Response:
        view = services.save_view(**_checked(NewViewSerializer, request), actor=actor_of(request))
        return Response(SavedViewSerializer(view).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ViewChangesSerializer, responses=SavedViewSerializer)
    def partial_update(self, request: Request, uid: UUID) -> Response:
        """Another name, or shared or not any more: one of the two, since each can be undone by itself."""
        asked, actor = _checked(ViewChangesSerializer, request), actor_of(request)
        if len(asked) != 1:
            raise Invalid("Give either name or is_shared", path="")
        if "name" in asked:
            view = services.rename_view(uid=uid, name=asked["name"], actor=actor)
        else:
            view = services.share_view(uid=uid, is_shared=asked["is_shared"], actor=actor)
        return Response(SavedViewSerializer(view).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, uid: UUID) -> Response:
        services.delete_view(uid=uid, actor=actor_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SavedViewSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, uid: UUID) -> Response:
        """Bring a deleted one back."""
        return Response(SavedViewSerializer(services.restore_view(uid=uid, actor=actor_of(request))).data)


def _checked(kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
