"""Where a product is offered."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.accounts.idempotency import PARAMETER, idempotent
from foundation.core.errors import Invalid
from pim.api.requests import actor_of, read_object, read_parameters
from pim.api.schemas import PlacementSerializer
from pim.choices import PlacementState
from pim.queries.documents import placements_document
from pim.queries.products import get_product
from pim.services import forget_placement, place_product, withdraw_product


class PlacementListView(APIView):
    @extend_schema(responses=PlacementSerializer(many=True))
    def get(self, request: Request, sku: str) -> Response:
        """What is decided for the product, by itself or by its model."""
        actor = actor_of(request)
        return Response(placements_document(get_product(sku, actor=actor), actor=actor))

    @extend_schema(parameters=[PARAMETER], request=PlacementSerializer, responses=PlacementSerializer(many=True))
    @idempotent
    def post(self, request: Request, sku: str) -> Response:
        """Place the product on a channel in a market, or withdraw it."""
        actor = actor_of(request)
        body = read_object(request)
        for name in ("channel", "market", "reason"):
            if not isinstance(body.get(name), str):
                raise Invalid(f"Say the {name}", path=name)
        state = body.get("state", PlacementState.PLACED)
        if state not in PlacementState.values:
            raise Invalid(f"state is one of {', '.join(PlacementState.values)}", path="state")
        product = get_product(sku, actor=actor)
        decide = place_product if state == PlacementState.PLACED else withdraw_product
        decide(product, channel=body["channel"], market=body["market"], actor=actor, reason=body["reason"])
        return Response(placements_document(product, actor=actor))

    @extend_schema(
        parameters=[OpenApiParameter("channel", str, required=True), OpenApiParameter("market", str, required=True)],
        responses=PlacementSerializer(many=True),
    )
    def delete(self, request: Request, sku: str) -> Response:
        """Take the product's own word on a channel in a market back: its model's holds again, or none."""
        actor = actor_of(request)
        product = get_product(sku, actor=actor)
        wanted = read_parameters(request, "channel", "market")
        for name in ("channel", "market"):
            if name not in wanted:
                raise Invalid(f"Say the {name}", path=name)
        forget_placement(product, actor=actor, **wanted)
        return Response(placements_document(product, actor=actor))
