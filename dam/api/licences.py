"""Licences: list, define, change, revoke, assign."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from dam import services
from dam.api.acting import actor_of
from dam.models import Asset, Licence, LicenceTerm
from dam.verdict import TermFacts
from foundation.core.errors import Missing

ASSETS_AT_ONCE = 1000


class TermSerializer(serializers.ModelSerializer):
    """One grant or exclusion. An empty or missing list means all."""

    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)

    class Meta:
        model = LicenceTerm
        fields = ["is_grant", "territories", "uses", "channels", "starts_at", "ends_at"]


class LicenceSerializer(serializers.ModelSerializer):
    terms = TermSerializer(many=True)

    class Meta:
        model = Licence
        fields = ["uid", "name", "credit", "version", "revoked_at", "created_at", "terms"]
        read_only_fields = ["uid", "version", "revoked_at", "created_at"]


class LicenceChangesSerializer(serializers.Serializer):
    terms = TermSerializer(many=True)
    credit = serializers.CharField(required=False, allow_blank=True)
    version = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="The one that you read; another one is refused"
    )


class UndoTermsSerializer(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="The present one")


class AssignmentSerializer(serializers.Serializer):
    assets = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=ASSETS_AT_ONCE)


class LicenceViewSet(viewsets.ReadOnlyModelViewSet):
    """Licences in order of their making."""

    serializer_class = LicenceSerializer
    lookup_field = "uid"
    lookup_value_converter = "uuid"
    keyset_order = ("id",)
    queryset = Licence.objects.none()

    def get_queryset(self) -> Any:
        return Licence.objects.visible_to(actor_of(self.request)).prefetch_related("terms")

    @extend_schema(request=LicenceSerializer, responses={201: LicenceSerializer})
    def create(self, request: Request) -> Response:
        body = LicenceSerializer(data=request.data)
        body.fields["name"].validators = []  # the service says so in its own words
        body.is_valid(raise_exception=True)
        data = body.validated_data
        licence = services.define_licence(
            name=data["name"], terms=_facts(data["terms"]), credit=data.get("credit", ""), actor=actor_of(self.request)
        )
        return Response(LicenceSerializer(licence).data, status=201)

    @extend_schema(request=LicenceChangesSerializer, responses=LicenceSerializer)
    def partial_update(self, request: Request, uid: Any = None) -> Response:
        body = LicenceChangesSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        licence = services.change_terms(
            self.get_object(),
            terms=_facts(data["terms"]),
            credit=data.get("credit"),
            expected=data.get("version"),
            actor=actor_of(self.request),
        )
        return Response(LicenceSerializer(licence).data)

    @extend_schema(request=UndoTermsSerializer, responses=LicenceSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, uid: Any = None) -> Response:
        """Put back what the licence said before its present version."""
        body = UndoTermsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        version = body.validated_data["version"]
        licence = services.undo_terms(self.get_object(), version=version, actor=actor_of(self.request))
        return Response(LicenceSerializer(licence).data)

    @extend_schema(request=None, responses=LicenceSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, uid: Any = None) -> Response:
        return Response(
            LicenceSerializer(services.revoke_licence(self.get_object(), actor=actor_of(self.request))).data
        )

    @extend_schema(request=AssignmentSerializer, responses={200: dict})
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, uid: Any = None) -> Response:
        """Let the licence hold for these assets: all of them or, if one is not to be seen, none."""
        licence, assets = self.get_object(), self._assets(request)
        return Response({"assigned": services.assign_licence(assets, licence=licence, actor=actor_of(self.request))})

    @extend_schema(request=AssignmentSerializer, responses={200: dict})
    @action(detail=True, methods=["post"])
    def unassign(self, request: Request, uid: Any = None) -> Response:
        licence, assets = self.get_object(), self._assets(request)
        return Response(
            {"unassigned": services.unassign_licence(assets, licence=licence, actor=actor_of(self.request))}
        )

    def _assets(self, request: Request) -> list[Asset]:
        body = AssignmentSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = set(body.validated_data["assets"])
        found = list(Asset.objects.visible_to(actor_of(self.request)).filter(uid__in=wanted))
        if missing := wanted - {asset.uid for asset in found}:
            raise Missing(f"There is no asset {min(missing)}", path="assets")
        return found


def _facts(terms: list[dict[str, Any]]) -> list[TermFacts]:
    return [
        TermFacts(
            is_grant=term.get("is_grant", True),
            territories=frozenset(term.get("territories", [])),
            uses=frozenset(term.get("uses", [])),
            channels=frozenset(term.get("channels", [])),
            starts_at=term.get("starts_at"),
            ends_at=term.get("ends_at"),
        )
        for term in terms
    ]
