"""The question that a request asks about rights, and the answer in JSON."""

from __future__ import annotations

from datetime import datetime

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from dam.models import Asset
from dam.queries.rights import verdicts
from dam.verdict import Code, Verdict
from foundation.core import moment
from foundation.core.errors import Invalid
from foundation.markets.queries import get_channel, get_market

VERDICT_PARAMETERS = [
    OpenApiParameter("channel", str, description="Code of a channel; left out, use outside channels is asked for"),
    OpenApiParameter("market", str, description="Code of a market: all its territories are asked for"),
    OpenApiParameter("territory", str, description="ISO 3166-1 alpha-2; left out with `market`, the whole world"),
    OpenApiParameter("use", str, description="`web` unless the channel says otherwise"),
    OpenApiParameter("at", datetime, description="The moment; now when left out"),
]


class VerdictSerializer(serializers.Serializer):
    allowed = serializers.BooleanField()
    code = serializers.ChoiceField(choices=[code.value for code in Code])
    reason = serializers.CharField()
    boundary = serializers.DateTimeField(allow_null=True, help_text="When the answer changes next")
    licences = serializers.ListField(child=serializers.CharField(), source="licence_uids")


def ask_verdict(request: Request, asset: Asset) -> Verdict | None:
    """The verdict that the query asks for, or None when it asks for none."""
    query = request.query_params
    if not {"channel", "market", "territory", "use", "at"} & query.keys():
        return None
    channel = get_channel(query["channel"]) if query.get("channel") else None
    territories = {query["territory"]} if query.get("territory") else set()
    if query.get("market"):
        territories |= set(get_market(query["market"]).territories)
    use = query.get("use") or (channel.use if channel else "web")
    code = channel.code if channel else ""
    return verdicts([asset.pk], code, frozenset(territories), use, _moment(query.get("at", "")))[asset.pk]


def _moment(text: str) -> datetime:
    if not text:
        return moment.now()
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Invalid("at must be a moment such as 2026-01-31T12:00:00Z", path="at") from None
    if at.tzinfo is None:
        raise Invalid("at needs a time zone, for example a Z at its end", path="at")
    return at
