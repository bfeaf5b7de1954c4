"""Products: list, read, write one or many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.accounts.idempotency import PARAMETER, idempotent
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, TandemError
from foundation.core.parsers import Line, NDJSONParser, StrictJSONParser
from pim.api.filtering import FILTERS, VALUES, filtered
from pim.api.requests import IF_MATCH, IF_NONE, actor_of, read_novelty, read_object, read_parameters, read_version
from pim.api.schemas import (
    BulkResultSerializer,
    LineResultSerializer,
    ProductChangeSerializer,
    ProductDocumentSerializer,
    ProductRowSerializer,
    ProductSerializer,
    UpsertedSerializer,
)  # fmt: skip
from pim.models import Product
from pim.queries.classifications import actor_at
from pim.queries.documents import LISTED, ROW, SHOWN, product_document, product_rows, read_wanted
from pim.queries.facets import found_by, meeting
from pim.queries.products import get_product, labels_of
from pim.services import (
    note_many_read,
    note_values_read,
    replace_product,
    upsert_each,
    upsert_product,
    upsert_products,
)
from pim.services.products import MAX_BATCH, Outcome

SCOPE = OpenApiParameter("scope", str, description="channel/market/locale: adds `resolved`, what holds there")
FIELDS = OpenApiParameter("fields", str, description="Members of the answer, separated by commas; others are left out")
ATTRIBUTES = OpenApiParameter(
    "attributes", str, description="Cuts `values` and `resolved` to these, separated by commas"
)
SPARSE = ("scope", "fields", "attributes")
NDJSON = "application/x-ndjson"


class ProductListView(generics.ListAPIView):
    serializer_class = ProductRowSerializer
    queryset = Product.objects.none()
    keyset_order = ("sku",)

    @extend_schema(
        parameters=[
            *FILTERS,
            VALUES,
            OpenApiParameter("locale", str, description="The language of the labels"),
            FIELDS,
            ATTRIBUTES,
            SCOPE,
        ]
    )
    def get(self, request: Request) -> Response:
        """Products by SKU, as far as you see them. `fields` may also ask for categories, values and resolved.

        Where conditions on attributes are asked, a page may be shorter than its limit and still have a next one.
        """
        actor = actor_of(request)
        found = filtered(request, actor, "locale", *SPARSE)
        asked = {name: request.query_params[name] for name in SPARSE if request.query_params.get(name)}
        wanted = read_wanted(asked, actor=actor, known=LISTED, unless_named=ROW)
        narrowed = found_by(found.products, found.search, actor=actor).select_related("family", "parent")
        rows = meeting(self.paginate_queryset(narrowed) or [], found.search, actor=actor)
        if "label" in wanted.fields:
            labels = labels_of([row.pk for row in rows], request.query_params.get("locale", ""))
            for row in rows:
                vars(row)["label"] = labels[row.pk]
        documents = product_rows(rows, actor=actor, wanted=wanted)
        shown = {row.sku: _codes_of(one) | found.search.codes for row, one in zip(rows, documents, strict=True)}
        note_many_read(shown, actor=actor)
        return self.get_paginated_response(documents)


def _codes_of(document: dict[str, Any]) -> set[str]:
    """The attributes of which a document tells values."""
    return {one["attribute"] for one in document.get("values") or ()} | set(document.get("resolved") or ())


class ProductBulkView(APIView):
    parser_classes = (StrictJSONParser, NDJSONParser)

    @extend_schema(
        parameters=[PARAMETER],
        request={"application/json": ProductDocumentSerializer(many=True), NDJSON: ProductDocumentSerializer},
        responses={(200, "application/json"): BulkResultSerializer, (200, NDJSON): LineResultSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response | HttpResponse:
        """Create or change up to 1,000 products, parents and variants in any order.

        A JSON list is written as a whole or not at all. Of NDJSON every line stands alone, and the answer has a line
        for each: what came of it, or its errors.
        """
        actor = actor_of(request)
        if _is_ndjson(request):
            return _each_line(request.data, actor)
        if not isinstance(request.data, list) or not all(isinstance(one, dict) for one in request.data):
            raise Invalid("The body must be a list of products", path="")
        made = upsert_products(request.data, actor=actor)
        return Response(BulkResultSerializer({"results": made}).data)


def _is_ndjson(request: Request) -> bool:
    return (request.content_type or "").split(";")[0].strip() == NDJSON


def _each_line(lines: Any, actor: Actor) -> HttpResponse:
    if len(lines) > MAX_BATCH:
        raise Invalid(f"{len(lines)} lines are too many for one request; send at most {MAX_BATCH}", path="")
    made = iter(upsert_each([line.document for line in lines if line.document is not None], actor=actor))
    body = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in _results(lines, made))
    return HttpResponse(body, content_type=NDJSON)


def _results(lines: list[Line], made: Iterator[Outcome]) -> Iterator[dict[str, Any]]:
    for line in lines:
        outcome = next(made) if line.refusal is None else Outcome("", problems=[line.refusal])
        result = {"line": line.number, "sku": outcome.sku}
        if outcome.done is not None:
            yield result | {"status": outcome.done.status, "version": outcome.done.product.version}
        else:
            yield result | {"status": "refused", "errors": [_error(one) for one in outcome.problems]}


def _error(problem: TandemError) -> dict[str, Any]:
    return {"code": problem.code, "path": problem.path, "detail": problem.detail, **problem.extra}


class ProductView(APIView):
    @extend_schema(parameters=[SCOPE, FIELDS, ATTRIBUTES], responses=ProductSerializer)
    def get(self, request: Request, sku: str) -> Response:
        """One product with its own values and completeness. The ETag is its version, for `If-Match`."""
        actor = actor_of(request)
        asked = read_parameters(request, *SPARSE)
        product = get_product(sku, actor=actor)
        actor = actor_at(product, actor)
        wanted = read_wanted(asked, actor=actor, known=SHOWN, unless_named=SHOWN)
        document = product_document(product, actor=actor, wanted=wanted)
        note_values_read(product, codes=_codes_of(document), actor=actor)
        return Response(document, headers=etag_of(product))

    @extend_schema(
        parameters=[IF_MATCH, IF_NONE, PARAMETER],
        request=ProductChangeSerializer,
        responses={200: UpsertedSerializer, 201: UpsertedSerializer},
    )
    @idempotent
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

    @extend_schema(parameters=[IF_MATCH, PARAMETER], request=ProductChangeSerializer, responses=UpsertedSerializer)
    @idempotent
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
