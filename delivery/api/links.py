"""POST /api/v1/delivery-links: a link to one asset for whoever calls."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from delivery.services.links import mint_link
from foundation.core import moment


class LinkWishSerializer(serializers.Serializer):
    asset = serializers.UUIDField()
    preset = serializers.CharField(max_length=100)
    use = serializers.CharField(max_length=100, help_text="`preview`, or a use in the words of licences")
    minutes = serializers.IntegerField(min_value=1, max_value=1440, default=60)
    ask_rights = serializers.BooleanField(default=False, help_text="Refuse at once what would not open now")


class LinkSerializer(serializers.Serializer):
    url = serializers.URLField()
    expires_at = serializers.DateTimeField()
    rights_end_at = serializers.DateTimeField(
        allow_null=True, help_text="When rights may end, where they were asked and have an end"
    )


class DeliveryLinkView(APIView):
    """Makes a link that ends. Rights are asked each time it is followed."""

    @extend_schema(request=LinkWishSerializer, responses={201: LinkSerializer}, operation_id="delivery_links_create")
    def post(self, request: Request) -> Response:
        wish = LinkWishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        given = wish.validated_data
        link = mint_link(
            given["asset"],
            preset=given["preset"],
            use=given["use"],
            minutes=given["minutes"],
            ask_rights=given["ask_rights"],
            actor=request._request.actor,  # type: ignore[attr-defined]
            at=moment.now(),
        )
        return Response(LinkSerializer(link).data, status=status.HTTP_201_CREATED)
