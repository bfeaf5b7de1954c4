"""Rules over several values, and what they find in the catalogue."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core.errors import Invalid, Missing
from pim.api.requests import IF_MATCH, actor_of, read_object, read_parameters, read_version
from pim.choices import Severity
from pim.models import Finding, Product, ValidationRule
from pim.services import define_rule

TEXTS = ("expression", "severity", "family", "attribute")


class RuleSerializer(serializers.Serializer):
    """`product.width <= product.length` and the like, in CEL; judged where all that it reads has a value."""

    code = serializers.CharField(read_only=True)
    expression = serializers.CharField(help_text="In CEL, true or false, over `product.<attribute>`")
    messages = serializers.DictField(child=serializers.CharField(), help_text="Locale to what is to be done")
    severity = serializers.ChoiceField(Severity.values, required=False, help_text="An error refuses the write")
    family = serializers.CharField(source="family.code", required=False, allow_null=True, default=None)
    attribute = serializers.CharField(source="attribute.code", required=False, allow_null=True, default=None)
    inputs = serializers.ListField(child=serializers.CharField(), read_only=True)
    is_active = serializers.BooleanField(required=False)
    version = serializers.IntegerField(read_only=True)


class FindingSerializer(serializers.Serializer):
    sku = serializers.CharField()
    rule = serializers.CharField(source="rule.code")
    severity = serializers.CharField(source="rule.severity")
    message = serializers.CharField()
    attribute = serializers.CharField(source="rule.attribute.code", allow_null=True, default=None)
    market = serializers.CharField(allow_null=True)
    locale = serializers.CharField()


class RuleListView(generics.ListAPIView):
    serializer_class = RuleSerializer
    queryset = ValidationRule.objects.none()
    keyset_order = ("code",)

    def get_queryset(self) -> Any:
        read_parameters(self.request)
        return ValidationRule.objects.visible_to(actor_of(self.request)).select_related("family", "attribute")

    def get(self, request: Request) -> Response:
        """Rules over several values; those that read what you may not see are not there."""
        return super().get(request)


class RuleView(APIView):
    @extend_schema(responses=RuleSerializer)
    def get(self, request: Request, code: str) -> Response:
        """One rule. The ETag is its version, for `If-Match`."""
        rules = ValidationRule.objects.visible_to(actor_of(request)).select_related("family", "attribute")
        rule = rules.filter(code=code).first()
        if rule is None:
            raise Missing(f"There is no rule {code}", path="code")
        return _answer(rule)

    @extend_schema(parameters=[IF_MATCH], request=RuleSerializer, responses={200: RuleSerializer, 201: RuleSerializer})
    def put(self, request: Request, code: str) -> Response:
        """Make a rule, or change it. The catalogue is judged by it within seconds."""
        actor = actor_of(request)
        rule = define_rule(code=code, actor=actor, expected_version=read_version(request), **_read(request))
        return _answer(rule, status.HTTP_201_CREATED if rule.version == 1 else status.HTTP_200_OK)


def _read(request: Request) -> dict[str, Any]:
    body = read_object(request)
    if unknown := body.keys() - {*TEXTS, "messages", "is_active"}:
        raise Invalid(f"{min(unknown)}: no such field of a rule", path=min(unknown))
    for name in TEXTS:
        if not isinstance(body.get(name) or "", str):
            raise Invalid(f"{name} must be a text", path=name)
    messages = body.get("messages")
    if not isinstance(messages, dict) or not all(isinstance(text, str) for text in messages.values()):
        raise Invalid("messages must be an object of texts by locale", path="messages")
    if not isinstance(body.get("is_active", True), bool):
        raise Invalid("is_active must be true or false", path="is_active")
    return {
        "expression": body.get("expression") or "",
        "severity": body.get("severity") or Severity.ERROR,
        "family": body.get("family") or "",
        "attribute": body.get("attribute") or "",
        "messages": messages,
        "is_active": body.get("is_active", True),
    }


def _answer(rule: ValidationRule, code: int = status.HTTP_200_OK) -> Response:
    return Response(RuleSerializer(rule).data, status=code, headers={"ETag": f'"{rule.version}"'})


class FindingListView(generics.ListAPIView):
    serializer_class = FindingSerializer
    queryset = Finding.objects.none()
    keyset_order = ("product_id", "rule_id", "market", "locale")

    def get_queryset(self) -> Any:
        actor = actor_of(self.request)
        asked = read_parameters(self.request, "rule", "sku", "severity", "language")
        findings = Finding.objects.visible_to(actor).select_related("rule__attribute")
        if rule := asked.get("rule"):
            findings = findings.filter(rule__code=rule)
        if severity := asked.get("severity"):
            findings = findings.filter(rule__severity=severity)
        if sku := asked.get("sku"):
            findings = findings.filter(product_id__in=Product.objects.filter(sku=sku).values("pk"))
        return findings

    @extend_schema(
        parameters=[
            OpenApiParameter("rule", str, description="Its code"),
            OpenApiParameter("sku", str),
            OpenApiParameter("severity", str, enum=Severity.values),
            OpenApiParameter("language", str, description="The language of the messages"),
        ]
    )
    def get(self, request: Request) -> Response:
        """Products of which a rule does not hold, as far as you see them; up to date within seconds."""
        rows = self.paginate_queryset(self.get_queryset()) or []
        skus = dict(Product.objects.filter(pk__in=[row.product_id for row in rows]).values_list("pk", "sku"))
        for row in rows:
            row.sku, row.market = skus.get(row.product_id, ""), row.market or None
            row.message = row.rule.message(request.query_params.get("language", ""))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)
