"""Markets' own values over the API: listed, kept, given another end, taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core import moment
from foundation.core.errors import Invalid
from pim.api.requests import actor_of, read_limit, read_object, read_parameters
from pim.queries.overrides import STATES, OverrideAsked, OverrideRow, find_overrides
from pim.services import clear_overrides, extend_overrides, keep_overrides, note_overrides_read

MAX_DAYS = 3_650


class OverrideSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    sku = serializers.CharField()
    attribute = serializers.CharField()
    market = serializers.CharField()
    locale = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    shared_then = serializers.JSONField(allow_null=True, help_text="For all markets, when it was said or confirmed")
    shared_now = serializers.JSONField(allow_null=True)
    has_drifted = serializers.BooleanField(help_text="The two differ; false where nobody noted the first")
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class OverridePageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page")
    results = OverrideSerializer(many=True)


class IdsSerializer(serializers.Serializer):
    ids = serializers.ListField(child=serializers.IntegerField(), help_text="At most 500, all or none")


class KeepSerializer(IdsSerializer):
    reason = serializers.CharField()


class ExtendSerializer(IdsSerializer):
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Null: no end")


class ClearSerializer(IdsSerializer):
    reason = serializers.CharField(required=False)


class DecidedSerializer(serializers.Serializer):
    decided = serializers.IntegerField()


class OverrideListView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("market", str),
            OpenApiParameter("attribute", str),
            OpenApiParameter("by", str, description="Who said or confirmed it"),
            OpenApiParameter("state", str, enum=STATES),
            OpenApiParameter("days", int, description="With state=ending: within so many days"),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses=OverridePageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Markets' own values, each beside what holds for all markets, then and now."""
        actor = actor_of(request)
        asked = read_parameters(request, "market", "attribute", "by", "state", "days")
        days = asked.pop("days", "30")
        if not (days.isascii() and days.isdecimal() and len(days) < 5) or int(days) > MAX_DAYS:
            raise Invalid(f"days is a whole number up to {MAX_DAYS}", path="days")
        found = find_overrides(
            OverrideAsked(**asked, days=int(days)), actor=actor, at=moment.now(),
            cursor=request.query_params.get("cursor", ""), limit=read_limit(request),
        )  # fmt: skip
        note_overrides_read(found.rows, actor=actor)
        return Response({"next": found.next_cursor or None, "results": [_document(one) for one in found.rows]})


class OverrideKeepView(APIView):
    @extend_schema(request=KeepSerializer, responses=DecidedSerializer)
    def post(self, request: Request) -> Response:
        """Confirm overrides, with a reason."""
        actor, body = actor_of(request), read_object(request)
        return Response({"decided": len(keep_overrides(ids=_ids(body), reason=_reason(body), actor=actor))})


class OverrideExtendView(APIView):
    @extend_schema(request=ExtendSerializer, responses=DecidedSerializer)
    def post(self, request: Request) -> Response:
        """Give overrides another end."""
        actor, body = actor_of(request), read_object(request)
        found = extend_overrides(ids=_ids(body), expires_at=_moment(body), actor=actor)
        return Response({"decided": len(found)})


class OverrideClearView(APIView):
    @extend_schema(request=ClearSerializer, responses=DecidedSerializer)
    def post(self, request: Request) -> Response:
        """Take overrides back: what holds for all markets holds there again."""
        actor, body = actor_of(request), read_object(request)
        return Response({"decided": clear_overrides(ids=_ids(body), reason=_reason(body), actor=actor)})


def _document(row: OverrideRow) -> dict[str, Any]:
    one = row.override
    return {
        "id": one.pk, "sku": one.product.sku, "attribute": one.attribute.code,
        "market": one.cell.market.code if one.cell.market else None, "locale": one.cell.locale, "value": row.value,
        "shared_then": row.then, "shared_now": row.now, "has_drifted": row.has_drifted, "reason": one.reason,
        "by": one.actor, "at": one.at, "expires_at": one.expires_at,
    }  # fmt: skip


def _ids(body: dict[str, Any]) -> list[int]:
    ids = body.get("ids")
    if not isinstance(ids, list) or not all(type(one) is int and 0 <= one < 2**63 for one in ids):
        raise Invalid("ids must be a list of whole numbers", path="ids")
    return ids


def _reason(body: dict[str, Any]) -> str:
    reason = body.get("reason", "")
    if not isinstance(reason, str) or "\0" in reason:
        raise Invalid("reason must be a text", path="reason")
    return reason


def _moment(body: dict[str, Any]) -> datetime | None:
    given = body.get("expires_at", "")
    try:
        found = datetime.fromisoformat(given) if given is not None else None
    except (TypeError, ValueError):
        raise Invalid("expires_at must be a moment in ISO 8601, or null", path="expires_at") from None
    if found is not None and found.tzinfo is None:
        raise Invalid("expires_at must have a time zone", path="expires_at")
    return found
