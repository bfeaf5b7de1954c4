"""A product's past: its change sets, two moments compared, one brought back."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core.errors import Invalid
from pim.api.products import etag_of
from pim.api.requests import IF_MATCH, actor_of, read_limit, read_object, read_parameters, read_version
from pim.queries.facts import value_codes
from pim.queries.history import NOW, START, change_document, change_set_document, compare_product, product_history
from pim.queries.products import get_product
from pim.services import note_values_read, preview_restore, restore_product
from pim.services.restoring import Restoration

MAX_PATHS = 5_000


class SpanSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(["same", "removed", "added"])
    text = serializers.CharField()


class FactChangeSerializer(serializers.Serializer):
    path = serializers.CharField(help_text="Its name for `only` of a restore, as value/name/*/en-GB")
    kind = serializers.ChoiceField(["value", "override", "placement", "category", "relation", "field"])
    name = serializers.CharField(help_text="The attribute, channel, category, type/SKU of a relation, or field")
    market = serializers.CharField(allow_null=True)
    locale = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class ComparedSerializer(FactChangeSerializer):
    words = SpanSerializer(many=True, required=False, help_text="Of texts that differ: word by word")


class ChangeSetSerializer(serializers.Serializer):
    id = serializers.IntegerField(help_text="Names the moment just after it")
    at = serializers.DateTimeField()
    actor = serializers.CharField(allow_blank=True)
    behalf = serializers.CharField(allow_blank=True, help_text="On whose behalf, where it is another")
    reason = serializers.CharField(allow_blank=True)
    request = serializers.CharField(allow_blank=True)
    change_set = serializers.CharField(allow_blank=True)
    changes = FactChangeSerializer(many=True)


class HistorySerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page")
    results = ChangeSetSerializer(many=True)


class ComparisonSerializer(serializers.Serializer):
    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)
    differences = ComparedSerializer(many=True)

    def get_fields(self):
        fields = super().get_fields()
        return {"from": fields.pop("start"), "to": fields.pop("end"), **fields}  # a word of the language


class RefusedSerializer(FactChangeSerializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class RestorationSerializer(serializers.Serializer):
    change = serializers.IntegerField()
    version = serializers.IntegerField()
    latest = serializers.IntegerField(help_text="Send it back, so that nothing later is lost unseen")
    changes = FactChangeSerializer(many=True)
    refused = RefusedSerializer(many=True)
    undone = ChangeSetSerializer(many=True, help_text="Later change sets of which something would be taken back")


class RestoreSerializer(serializers.Serializer):
    change = serializers.IntegerField()
    only = serializers.ListField(child=serializers.CharField(), required=False, help_text="Paths of a preview")
    reason = serializers.CharField(required=False)
    latest = serializers.IntegerField(required=False, help_text="`latest` of the preview; or If-Match")
    dry_run = serializers.BooleanField(required=False)


class HistoryView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("attribute", str, description="Changes of this attribute alone"),
            OpenApiParameter("cursor", str, description="Where to go on, from `next` of the page before"),
            OpenApiParameter("limit", int, description="Change sets a page"),
        ],
        responses=HistorySerializer,
    )
    def get(self, request: Request, sku: str) -> Response:
        """Who changed what of the product, and why; the newest first."""
        actor = actor_of(request)
        asked = read_parameters(request, "attribute")
        product = get_product(sku, actor=actor)
        found = product_history(
            product, actor=actor, cursor=request.query_params.get("cursor", ""), limit=read_limit(request),
            attribute=asked.get("attribute", ""),
        )  # fmt: skip
        codes = value_codes(change for one in found.change_sets for change in one.changes)
        note_values_read(product, codes=codes, actor=actor)
        results = [change_set_document(one) for one in found.change_sets]
        return Response({"next": found.next_cursor or None, "results": results})


class CompareView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("from", str, description="The id of a change set, or `start`, before the first"),
            OpenApiParameter("to", str, description="The id of a change set, or `now`"),
        ],
        responses=ComparisonSerializer,
    )
    def get(self, request: Request, sku: str) -> Response:
        """What differs between two moments."""
        actor = actor_of(request)
        asked = read_parameters(request, "from", "to")
        product = get_product(sku, actor=actor)
        found = compare_product(product, start=asked.get("from", START), end=asked.get("to", NOW), actor=actor)
        note_values_read(product, codes=value_codes(found.differences), actor=actor)
        return Response(
            {
                "from": found.start.id if found.start else None,
                "to": found.end.id if found.end else None,
                "differences": [change_document(one) for one in found.differences],
            }
        )


class RestoreView(APIView):
    @extend_schema(parameters=[IF_MATCH], request=RestoreSerializer, responses=RestorationSerializer)
    def post(self, request: Request, sku: str) -> Response:
        """Let the product be what it was after a change set, as a new change; with `dry_run` only say what would be.

        To do it, send the product's ETag as If-Match, or `latest` of the preview.
        """
        actor = actor_of(request)
        body = read_object(request)
        product = get_product(sku, actor=actor)
        change, only = _read_number(body, "change"), _read_paths(body)
        if change is None:
            raise Invalid("Say the change", path="change")
        if body.get("dry_run") is True:
            found = preview_restore(product, change=change, only=only, actor=actor)
        else:
            version, latest = read_version(request), _read_number(body, "latest")
            if version is None and latest is None:
                raise Invalid("Send If-Match, or `latest` of a preview: nothing later is lost unseen", path="If-Match")
            found = restore_product(
                product, change=change, only=only, actor=actor, reason=_read_reason(body), expected_version=version,
                latest=latest,
            )  # fmt: skip
        note_values_read(product, codes=found.codes, actor=actor)
        product.refresh_from_db(fields=["version"])
        return Response(_document(found), headers=etag_of(product))


def _document(found: Restoration) -> dict[str, Any]:
    return {
        "change": found.to.id,
        "version": found.version,
        "latest": found.latest,
        "changes": [change_document(one) for one in found.changes],
        "refused": [
            {**change_document(one.change), "code": one.problem.extra.get("reason", one.problem.code),
             "detail": one.problem.detail}
            for one in found.refused
        ],
        "undone": [change_set_document(one) for one in found.undone],
    }  # fmt: skip


def _read_number(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is not None and not (type(value) is int and 0 <= value < 2**63):
        raise Invalid(f"{name} must be a whole number", path=name)
    return value


def _read_paths(body: dict[str, Any]) -> list[str] | None:
    only = body.get("only")
    if only is None:
        return None
    if not isinstance(only, list) or len(only) > MAX_PATHS or not all(isinstance(one, str) for one in only):
        raise Invalid("only must be a list of paths", path="only")
    return only


def _read_reason(body: dict[str, Any]) -> str:
    reason = body.get("reason", "")
    if not isinstance(reason, str):
        raise Invalid("reason must be a text", path="reason")
    return reason
