"""What a product is shown by, resolved: stable handles (asset and preset) with the rights beside them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from associations.api.bindings import actor_of, visible_product
from associations.choices import BindingRole
from associations.queries.media import BoundAsset, media_of
from dam.models import Asset, Preset
from dam.queries.rights import verdicts
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.markets.models import Scope
from foundation.markets.queries import get_scope
from pim.queries.classifications import actor_at

SCOPE = ("channel", "market", "locale")


class MediaVerdictSerializer(serializers.Serializer):
    allowed = serializers.BooleanField()
    code = serializers.CharField()
    reason = serializers.CharField()
    boundary = serializers.DateTimeField(allow_null=True, help_text="When the answer may change next")


class MediaSerializer(serializers.Serializer):
    binding = serializers.UUIDField()
    asset = serializers.UUIDField()
    version = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField()
    title = serializers.CharField()
    role = serializers.ChoiceField(choices=BindingRole.choices)
    position = serializers.IntegerField()
    axis = serializers.CharField(allow_blank=True)
    sku = serializers.CharField(help_text="Where it is bound: the product, or one above it")
    is_inherited = serializers.BooleanField()
    presets = serializers.ListField(child=serializers.CharField(), help_text="Handles for delivery links")
    verdict = MediaVerdictSerializer(allow_null=True, help_text="Only with a scope")


class ProductMediaView(APIView):
    """A product's media in their order, inherited ones included."""

    @extend_schema(
        parameters=[OpenApiParameter(name, str, description="All of the three, or none") for name in SCOPE],
        responses=MediaSerializer(many=True),
    )
    def get(self, request: Request, sku: str) -> Response:
        actor, at = actor_of(request), moment.now()
        product = visible_product(sku, actor)
        actor = actor_at(product, actor)
        scope = _scope(request, actor)
        media = media_of([product.pk], scope=scope, at=at, actor=actor)[product.pk]
        ids = [one.asset_id for one in media]
        assets = Asset.objects.visible_to(actor).select_related("current_version").in_bulk(ids)
        rights = {}
        if scope is not None:
            places = frozenset(scope.market.territories)
            rights = verdicts(ids, scope.channel.code, places, scope.channel.use, at)
        presets = list(Preset.objects.visible_to(actor).values_list("code", flat=True))
        rows = [_row(one, assets[one.asset_id], presets, rights) for one in media if one.asset_id in assets]
        return Response(MediaSerializer(rows, many=True).data)


def _scope(request: Request, actor: Actor) -> Scope | None:
    given = [request.query_params.get(name, "") for name in SCOPE]
    if not any(given):
        return None
    if not all(given):
        raise Invalid("Give channel, market and locale, or none of them", path="scope")
    scope = get_scope(*given)
    if not Scope.objects.visible_to(actor).filter(pk=scope.pk).exists():
        raise Missing("There is no such scope, or you may not see it", path="scope")
    return scope


def _row(one: BoundAsset, asset: Asset, presets: list[str], rights: dict[int, Any]) -> dict[str, Any]:
    return {
        "binding": one.binding.uid,
        "asset": asset.uid,
        "version": asset.current_version.number if asset.current_version else None,
        "kind": asset.kind,
        "title": asset.title,
        "role": one.role,
        "position": one.position,
        "axis": one.binding.axis,
        "sku": one.binding.product.sku,
        "is_inherited": one.is_inherited,
        "presets": presets,
        "verdict": rights.get(asset.pk),
    }
