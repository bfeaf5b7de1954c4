"""How many products there are of each answer."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core.errors import Invalid
from pim.api.filtering import FILTERS, VALUES, filtered
from pim.api.requests import actor_of
from pim.queries.facet_counts import Among, facets_of, read_countable
from pim.services import note_counts_read

OTHERS = ("attributes", "locale")


class AnswerSerializer(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    products = serializers.IntegerField()
    is_asked = serializers.BooleanField(help_text="Among the conditions of this request")


class FacetSerializer(serializers.Serializer):
    attribute = serializers.CharField(source="attribute.code")
    answers = AnswerSerializer(many=True)
    others = serializers.IntegerField(help_text="Further answers that products have")
    is_whole = serializers.BooleanField(help_text="False where so many products are left that some were not counted")


class FacetsSerializer(serializers.Serializer):
    facets = FacetSerializer(many=True)


class FacetListView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("attributes", str, required=True, description="Of lists of answers, separated by commas"),
            OpenApiParameter("locale", str, description="The language of the labels"),
            OpenApiParameter("scope", str, description="channel/market/locale: what the conditions are asked of"),
            *FILTERS,
            VALUES,
        ],
        responses=FacetsSerializer,
    )
    def get(self, request: Request) -> Response:
        """The answers of some attributes, with how many products of the list have each.

        Each is counted under all conditions but its own. Within a second of a write they are as true as the list.
        """
        actor = actor_of(request)
        found = filtered(request, actor, *OTHERS)
        if not request.query_params.get("attributes"):
            raise Invalid("Name attributes, separated by commas", path="attributes")
        codes = list(dict.fromkeys(request.query_params["attributes"].split(",")))
        attributes = read_countable(codes, actor=actor)
        among = Among("product_id", found.products.order_by().values("pk"), found.is_narrowed)
        locale = request.query_params.get("locale", "")
        counted = facets_of(attributes, among, found.search, actor=actor, locale=locale)
        note_counts_read(found.search.codes | set(codes), actor=actor)
        return Response(FacetsSerializer({"facets": counted}).data)
