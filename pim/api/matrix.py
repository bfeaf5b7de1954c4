"""The matrix of a model's variants: what is there, what is missing, and the missing ones made."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core.errors import Invalid
from pim.api.moves import ProblemSerializer, problem_documents, read_seen
from pim.api.requests import actor_of, read_object
from pim.errors import BadProduct
from pim.queries.matrix import Matrix, matrix_of
from pim.queries.products import get_product
from pim.services import create_variants, preview_variants
from pim.services.matrix import MAX_COMBINATIONS, VariantsPlan


class AxisSerializer(serializers.Serializer):
    code = serializers.CharField()
    level = serializers.IntegerField()
    options = serializers.ListField(child=serializers.CharField(), help_text="Those that the cells are made of")
    has_more = serializers.BooleanField(help_text="A long axis has others: name them in `options`")


class CellSerializer(serializers.Serializer):
    options = serializers.DictField(child=serializers.CharField())
    sku = serializers.CharField(allow_null=True)


class MatrixSerializer(serializers.Serializer):
    axes = AxisSerializer(many=True)
    cells = CellSerializer(many=True)
    is_cut = serializers.BooleanField(help_text="There are more combinations than cells")


class PlannedVariantSerializer(serializers.Serializer):
    sku = serializers.CharField()
    parent = serializers.CharField()  # type: ignore[assignment]
    level = serializers.IntegerField()
    options = serializers.DictField(child=serializers.CharField())
    is_new = serializers.BooleanField()


class VariantsSerializer(serializers.Serializer):
    seen = serializers.CharField(help_text="Names exactly this plan; send it to make what was shown")
    new = serializers.IntegerField(help_text="How many are, or would be, made")
    variants = PlannedVariantSerializer(many=True)
    problems = ProblemSerializer(many=True)


class VariantsAskedSerializer(serializers.Serializer):
    combinations = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()), max_length=MAX_COMBINATIONS, required=False
    )
    all = serializers.BooleanField(required=False, help_text="All that the matrix shows as missing")
    patterns = serializers.ListField(
        child=serializers.CharField(), required=False,
        help_text="By level, how SKUs are spelled: {parent}, {model}, {axes}, an axis by its code; in capitals, the "
        "word is put in capitals; {colour:3} has its first three letters",
    )  # fmt: skip
    dry_run = serializers.BooleanField(required=False)
    seen = serializers.CharField(required=False, help_text="`seen` of the dry run; 412 where it would be another")


class MatrixView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("options", str, many=True, description="An option to show, as colour=red")],
        responses=MatrixSerializer,
    )
    def get(self, request: Request, sku: str) -> Response:
        """What the axes of a model combine to, and which of it is there."""
        found = _matrix(request, sku, request.query_params.getlist("options"))
        return Response(
            {
                "axes": [
                    {
                        "code": axis.code, "level": axis.level, "has_more": axis.has_more,
                        "options": [option.code for option in axis.options],
                    }
                    for axis in found.axes
                ],
                "cells": [
                    {"options": found.combination(cell), "sku": cell.variant.sku if cell.variant else None}
                    for cell in found.cells
                ],
                "is_cut": found.is_cut,
            }
        )  # fmt: skip


class VariantsView(APIView):
    @extend_schema(request=VariantsAskedSerializer, responses={200: VariantsSerializer, 201: VariantsSerializer})
    def post(self, request: Request, sku: str) -> Response:
        """Make the variants that are missing, all or none; those that are there already stay as they are."""
        actor, body = actor_of(request), read_object(request)
        above = get_product(sku, actor=actor)
        combinations = _combinations(body)
        if body.get("all") is True:
            found = _matrix(request, sku, [])
            combinations = [found.combination(cell) for cell in found.missing]
        asked: dict[str, Any] = {"combinations": combinations, "patterns": _patterns(body), "actor": actor}
        if body.get("dry_run") is True:
            return Response(_document(preview_variants(above, **asked)))
        plan = create_variants(above, **asked, seen=read_seen(body))
        made = status.HTTP_201_CREATED if plan.new else status.HTTP_200_OK
        return Response(_document(plan), status=made)


def _matrix(request: Request, sku: str, shown: list[str]) -> Matrix:
    actor = actor_of(request)
    asked: dict[str, list[str]] = {}
    for one in shown:
        axis, _, option = one.replace("\0", "").partition("=")
        asked.setdefault(axis, []).append(option)
    found = matrix_of(get_product(sku, actor=actor), actor=actor, shown=asked)
    if found is None:
        raise BadProduct(f"{sku} takes no variants", path="sku", reason="too-deep")
    return found


def _combinations(body: dict[str, Any]) -> list[dict[str, str]]:
    found = body.get("combinations") or []
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and all(isinstance(option, str) and "\0" not in option for option in one.values())
        for one in found
    ):
        raise Invalid("combinations must be a list of objects: axis to option", path="combinations")
    return found


def _patterns(body: dict[str, Any]) -> list[str]:
    found = body.get("patterns") or []
    if not isinstance(found, list) or not all(isinstance(one, str) and "\0" not in one for one in found):
        raise Invalid("patterns must be a list of texts, one for each level", path="patterns")
    return found


def _document(plan: VariantsPlan) -> dict[str, Any]:
    return {
        "seen": plan.digest,
        "new": len(plan.new),
        "variants": [
            {
                "sku": one.sku, "parent": one.parent, "level": one.level, "options": one.options,
                "is_new": one.is_new,
            }
            for one in plan.variants
        ],
        "problems": problem_documents(plan.problems),
    }  # fmt: skip
