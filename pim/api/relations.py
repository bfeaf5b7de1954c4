"""What products are to each other, and the types of that."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.accounts.idempotency import PARAMETER, idempotent
from foundation.core.errors import Invalid, Missing
from pim.api.products import etag_of
from pim.api.records import LabelsField
from pim.api.requests import IF_MATCH, IF_NONE, actor_of, read_novelty, read_object, read_parameters, read_version
from pim.models import Product, Relation, RelationType
from pim.queries.products import get_product
from pim.queries.relations import get_relation_type, relation_document, relations_at, relations_of
from pim.services import (
    define_relation_type,
    delete_relation_type,
    relate_products,
    set_relations,
    unrelate_products,
)

TYPE = OpenApiParameter("type", str, description="Code of a type of relations")
DEFINITION = ("labels", "inverse_labels", "position", "is_two_way", "has_quantity", "is_market_limitable")
READ_ONLY = ("position", "is_inverse")


class RelationTypeChangeSerializer(serializers.Serializer):
    """What is not named stays."""

    labels = LabelsField(required=False)
    inverse_labels = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Locale to what it is called from the other side"
    )
    position = serializers.IntegerField(required=False, help_text="Lower numbers come first")
    is_two_way = serializers.BooleanField(required=False, help_text="Said of one product, it holds of the other")
    has_quantity = serializers.BooleanField(required=False, help_text="The product is made of so many of each")
    is_market_limitable = serializers.BooleanField(required=False, help_text="It may hold in one market alone")


class RelationTypeSerializer(RelationTypeChangeSerializer):
    code = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)


class RelationDocumentSerializer(serializers.Serializer):
    """`product` is the SKU of the other one. Only some types have a quantity (1 if none is given) or a market."""

    type = serializers.CharField()
    product = serializers.CharField()
    market = serializers.CharField(required=False, allow_null=True)
    quantity = serializers.IntegerField(required=False, allow_null=True)


class RelationSerializer(RelationDocumentSerializer):
    position = serializers.IntegerField(read_only=True)
    is_inverse = serializers.BooleanField(
        read_only=True, help_text="It is said of the other one; two-way ones can be taken back from here too"
    )


class RelationTypeListView(generics.ListAPIView):
    serializer_class = RelationTypeSerializer
    queryset = RelationType.objects.none()
    keyset_order = ("position", "code")

    def get_queryset(self) -> Any:
        read_parameters(self.request)
        return RelationType.objects.visible_to(actor_of(self.request))

    def get(self, request: Request) -> Response:
        """Types of relations, in their order."""
        return self.list(request)


class RelationTypeView(APIView):
    @extend_schema(responses=RelationTypeSerializer)
    def get(self, request: Request, code: str) -> Response:
        """One type. The ETag is its version, for `If-Match`."""
        return _told(get_relation_type(code, actor=actor_of(request)))

    @extend_schema(
        parameters=[IF_MATCH, IF_NONE], request=RelationTypeChangeSerializer,
        responses={200: RelationTypeSerializer, 201: RelationTypeSerializer},
    )  # fmt: skip
    def put(self, request: Request, code: str) -> Response:
        """Make the type, or make it exactly this."""
        actor = actor_of(request)
        is_new = "\0" in code or not RelationType.objects.filter(code=code).exists()
        made = define_relation_type(
            code=code, **{"labels": {}} | _definition(request), actor=actor, expected_version=read_version(request),
            must_be=read_novelty(request),
        )  # fmt: skip
        return _told(made, status=201 if is_new else 200)

    @extend_schema(parameters=[IF_MATCH], request=RelationTypeChangeSerializer, responses=RelationTypeSerializer)
    def patch(self, request: Request, code: str) -> Response:
        """Change what is named."""
        actor = actor_of(request)
        found = get_relation_type(code, actor=actor)
        said = {name: getattr(found, name) for name in DEFINITION}
        made = define_relation_type(
            code=code, **said | _definition(request), actor=actor, must_be="known",
            expected_version=read_version(request) or found.version,
        )  # fmt: skip
        return _told(made)

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """End a type of which there are no relations."""
        actor = actor_of(request)
        delete_relation_type(get_relation_type(code, actor=actor), actor=actor, expected_version=read_version(request))
        return Response(status=204)


class RelationListView(APIView):
    @extend_schema(parameters=[TYPE], responses=RelationSerializer(many=True))
    def get(self, request: Request, sku: str) -> Response:
        """What the product is to others that you see, by type and place; two-way ones of others last."""
        actor, asked = actor_of(request), read_parameters(request, "type")
        return _relations(get_product(sku, actor=actor), request, asked.get("type", ""))

    @extend_schema(
        parameters=[TYPE, IF_MATCH, PARAMETER], request=RelationDocumentSerializer(many=True),
        responses=RelationSerializer(many=True),
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, sku: str) -> Response:
        """Let the product be exactly this to others, in this order, as far as you see it; with `type` of that alone."""
        actor, asked = actor_of(request), read_parameters(request, "type")
        product, kind = get_product(sku, actor=actor), asked.get("type", "")
        set_relations(
            product, relations=_documents(request), actor=actor, type=kind, expected_version=read_version(request)
        )
        return _relations(product, request, kind)

    @extend_schema(
        parameters=[IF_MATCH, PARAMETER], request=RelationDocumentSerializer(many=True),
        responses=RelationSerializer(many=True),
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, sku: str) -> Response:
        """Relate the product to more, all or none; what is said already gets the quantity that is given."""
        actor = actor_of(request)
        product = get_product(sku, actor=actor)
        relate_products(product, relations=_documents(request), actor=actor, expected_version=read_version(request))
        return _relations(product, request)

    @extend_schema(
        parameters=[
            OpenApiParameter("type", str, required=True), OpenApiParameter("product", str, required=True),
            OpenApiParameter("market", str), IF_MATCH,
        ],
        responses=RelationSerializer(many=True),
    )  # fmt: skip
    def delete(self, request: Request, sku: str) -> Response:
        """Take one relation back; without a market the one that holds in all of them."""
        actor = actor_of(request)
        product = get_product(sku, actor=actor)
        asked = read_parameters(request, "type", "product", "market")
        for name in ("type", "product"):
            if name not in asked:
                raise Invalid(f"Say the {name}", path=name)
        rows = relations_of(product, actor=actor, type=asked["type"])
        wanted = (asked["product"], asked.get("market"))
        ids = [row.pk for row in rows if (row.other(product).sku, row.place) == wanted]
        if not ids:
            raise Missing("There is no such relation", path="product")
        unrelate_products(product, ids=ids, actor=actor, expected_version=read_version(request))
        return _relations(product, request)


class IncomingRelationListView(generics.ListAPIView):
    serializer_class = RelationSerializer
    queryset = Relation.objects.none()
    keyset_order = ("type__position", "pk")

    def get_queryset(self) -> Any:
        actor, asked = actor_of(self.request), read_parameters(self.request, "type")
        return relations_at(get_product(self.kwargs["sku"], actor=actor), actor=actor, type=asked.get("type", ""))

    @extend_schema(parameters=[TYPE])
    def get(self, request: Request, sku: str) -> Response:
        """What other products that you see say of this one: of what it is an accessory."""
        product = get_product(sku, actor=actor_of(request))
        rows = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([relation_document(row, product) for row in rows])


def _told(row: RelationType, status: int = 200) -> Response:
    return Response(RelationTypeSerializer(row).data, status=status, headers={"ETag": f'"{row.version}"'})


def _definition(request: Request) -> dict[str, Any]:
    body = read_object(request)
    return {name: value for name, value in body.items() if name in DEFINITION}


def _documents(request: Request) -> list[dict[str, Any]]:
    """The body; what only answers have may come back in it."""
    if not isinstance(request.data, list) or not all(isinstance(one, dict) for one in request.data):
        raise Invalid("The body must be a list of relations", path="")
    return [{name: value for name, value in one.items() if name not in READ_ONLY} for one in request.data]


def _relations(product: Product, request: Request, kind: str = "") -> Response:
    actor = actor_of(request)
    product.refresh_from_db(fields=["version"])
    documents = [relation_document(row, product) for row in relations_of(product, actor=actor, type=kind)]
    return Response(documents, headers=etag_of(product))
