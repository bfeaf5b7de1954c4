"""Products: list, read, write one or many."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core.errors import Invalid
from pim.api.requests import IF_MATCH, IF_NONE, actor_of, read_novelty, read_object, read_parameters, read_version
from pim.api.schemas import (
    BulkResultSerializer,
    ProductChangeSerializer,
    ProductDocumentSerializer,
    ProductRowSerializer,
    ProductSerializer,
    UpsertedSerializer,
)  # fmt: skip
from pim.models import Product
from pim.queries.classifications import actor_at
from pim.queries.documents import find_scope, product_document
from pim.queries.products import find_products, get_product, labels_of
from pim.services import note_values_read, replace_product, upsert_product, upsert_products

MAX_SKUS = 200
SCOPE = OpenApiParameter("scope", str, description="channel/market/locale: adds `resolved`, what holds there")


class ProductListView(generics.ListAPIView):
    serializer_class = ProductRowSerializer
    queryset = Product.objects.none()
    keyset_order = ("sku",)

    def get_queryset(self) -> Any:
        actor = actor_of(self.request)
        asked = read_parameters(self.request, "family", "state", "sku", "q", "locale")
        products: QuerySet[Product] = Product.objects.visible_to(actor)
        if words := asked.get("q"):
            products = find_products(words[:200], actor=actor)
        if skus := asked.get("sku"):
            products = products.filter(sku__in=skus.split(",")[:MAX_SKUS])
        if family := asked.get("family"):
            products = products.filter(family__code=family)
        if state := asked.get("state"):
            products = products.filter(state=state)
        return products.select_related("family", "parent")

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in the SKU, identifiers and public texts"),
            OpenApiParameter("sku", str, description=f"SKUs, separated by commas, at most {MAX_SKUS}"),
            OpenApiParameter("family", str),
            OpenApiParameter("state", str),
            OpenApiParameter("locale", str, description="The language of the labels"),
        ]
    )
    def get(self, request: Request) -> Response:
        """Products by SKU, as far as you see them."""
        rows = self.paginate_queryset(self.get_queryset()) or []
        labels = labels_of([row.pk for row in rows], request.query_params.get("locale", ""))
        for row in rows:
            row.label = labels[row.pk]
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class ProductBulkView(APIView):
    @extend_schema(request=ProductDocumentSerializer(many=True), responses=BulkResultSerializer)
    def post(self, request: Request) -> Response:
        """Create or change up to 1,000 products, all or none, parents and variants in any order."""
        actor = actor_of(request)
        if not isinstance(request.data, list) or not all(isinstance(one, dict) for one in request.data):
            raise Invalid("The body must be a list of products", path="")
        made = upsert_products(request.data, actor=actor)
        return Response(BulkResultSerializer({"results": made}).data)


class ProductView(APIView):
    @extend_schema(parameters=[SCOPE], responses=ProductSerializer)
    def get(self, request: Request, sku: str) -> Response:
        """One product with its own values and completeness. The ETag is its version, for `If-Match`."""
        actor = actor_of(request)
        asked = read_parameters(request, "scope")
        product = get_product(sku, actor=actor)
        actor = actor_at(product, actor)
        scope = find_scope(asked["scope"], actor=actor) if "scope" in asked else None
        document = product_document(product, actor=actor, scope=scope)
        shown = {one["attribute"] for one in document["values"]} | document.get("resolved", {}).keys()
        note_values_read(product, codes=shown, actor=actor)
        return Response(document, headers=etag_of(product))

    @extend_schema(
        parameters=[IF_MATCH, IF_NONE],
        request=ProductChangeSerializer,
        responses={200: UpsertedSerializer, 201: UpsertedSerializer},
    )
    def put(self, request: Request, sku: str) -> Response:
        """Create the product, or make its own values exactly these, as far as you see them."""
        actor = actor_of(request)
        made = replace_product(
            read_document_of(request, sku),
            actor=actor,
            expected_version=read_version(request),
            must_be=read_novelty(request),
        )
        code = status.HTTP_201_CREATED if made.status == "created" else status.HTTP_200_OK
        return Response(UpsertedSerializer(made).data, status=code, headers=etag_of(made.product))

    @extend_schema(parameters=[IF_MATCH], request=ProductChangeSerializer, responses=UpsertedSerializer)
    def patch(self, request: Request, sku: str) -> Response:
        """Change what is named; a value of null clears."""
        actor = actor_of(request)
        made = upsert_product(
            read_document_of(request, sku), actor=actor, expected_version=read_version(request), must_be="known"
        )
        return Response(UpsertedSerializer(made).data, headers=etag_of(made.product))


def read_document_of(request: Request, sku: str) -> dict[str, Any]:
    """The body with the SKU of the address."""
    document = read_object(request)
    if document.setdefault("sku", sku) != sku:
        raise Invalid("The SKU of the body is not that of the address", path="sku")
    return document


def etag_of(product: Product) -> dict[str, str]:
    return {"ETag": f'"{product.version}"'}
