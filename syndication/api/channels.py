"""How things stand on a channel."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.markets.models import Scope
from syndication.api.listings import actor_of
from syndication.queries.channels import AT_MOST, channel_standing, count_listings, get_visible_channel
from syndication.queries.feeds import open_feed_job


class ScopeCountsSerializer(serializers.Serializer):
    market = serializers.CharField()
    locale = serializers.CharField()
    live = serializers.IntegerField()
    held = serializers.IntegerField()
    rejected = serializers.IntegerField(help_text="Refused by the channel now; they may be live")
    withdrawn = serializers.IntegerField()


class ChannelStandingSerializer(serializers.Serializer):
    channel = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    revision = serializers.IntegerField()
    acknowledged = serializers.IntegerField(allow_null=True, help_text="Null for who sees some of its markets")
    waiting = serializers.IntegerField(allow_null=True, help_text="Listings that a marketplace has not answered for")
    sending = serializers.UUIDField(allow_null=True, help_text="The job that sends now")
    counted_to = serializers.IntegerField(help_text="Counts stop above this number")
    listings = ScopeCountsSerializer(many=True)


class ChannelStandingView(APIView):
    """Listings by market and state, and how far the channel has read or answered."""

    @extend_schema(operation_id="channel_standing", responses=ChannelStandingSerializer)
    def get(self, request: Request, code: str) -> Response:
        actor = actor_of(request)
        channel = get_visible_channel(code, actor=actor)
        scopes = list(Scope.objects.visible_to(actor).filter(channel=channel).select_related("market"))
        counts, standing = (
            count_listings([one.pk for one in scopes], actor=actor),
            channel_standing(channel, actor=actor),
        )
        job = open_feed_job(channel) if standing.waiting is not None else None
        listings: list[dict[str, Any]] = [
            {"market": one.market.code, "locale": one.locale_id} | vars(counts[one.pk]) for one in scopes
        ]
        return Response(
            {
                "channel": channel.code,
                "name": channel.name,
                "kind": channel.kind,
                "revision": standing.revision,
                "acknowledged": standing.acknowledged,
                "waiting": standing.waiting,
                "sending": job.uid if job else None,
                "counted_to": AT_MOST,
                "listings": listings,
            }
        )
