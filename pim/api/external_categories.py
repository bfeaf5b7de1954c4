"""What a product is in the schemas of others, by the category that it lies in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.taxonomy.queries import mapping_of, paths_of
from pim.api.requests import actor_of
from pim.queries.classifications import place_of_root
from pim.queries.products import get_product

LOCALE = "en"


class ExternalCategorySerializer(serializers.Serializer):
    schema = serializers.CharField()
    node = serializers.CharField(help_text="Its code there")
    path = serializers.CharField(help_text="Names from the top to its own")
    is_removed = serializers.BooleanField(help_text="The schema's latest version has it no more")
    category = serializers.CharField(help_text="tree/code of the category that says it")


class ExternalCategoryListView(APIView):
    @extend_schema(responses=ExternalCategorySerializer(many=True))
    def get(self, request: Request, sku: str) -> Response:
        """By schema, as its place in the product hierarchy or the nearest one above it says."""
        product = get_product(sku, actor=actor_of(request))
        place = place_of_root(product.root_id)
        found = mapping_of(place) if place else {}
        paths = paths_of([one.mapping.node for one in found.values()], locale=LOCALE)
        rows: list[dict[str, Any]] = [
            {
                "schema": code, "node": one.mapping.node.code, "path": paths[one.mapping.node_id],
                "is_removed": one.mapping.node.removed_in_id is not None, "category": one.mapping.category.key,
            }
            for code, one in sorted(found.items())
        ]  # fmt: skip
        return Response(ExternalCategorySerializer(rows, many=True).data)
