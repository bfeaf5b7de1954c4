"""Feeds to marketplaces and what came back."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.core.errors import Denied, Invalid
from syndication.api.listings import actor_of
from syndication.choices import Outcome
from syndication.models import ChannelProfile, Feed, FeedMessage, Rejection
from syndication.queries.pull import get_published_channel
from syndication.queries.reports import complaints_about
from syndication.services.feeds import cancel_feed, start_feed
from syndication.services.profiles import define_profile


class FeedSerializer(serializers.ModelSerializer):
    channel = serializers.CharField(source="channel.code")
    messages = serializers.IntegerField(source="messages_total")
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()

    class Meta:
        model = Feed
        fields = [
            "uid", "channel", "state", "from_revision", "to_revision", "remote_id", "attempts", "error", "created_at",
            "sent_at", "answered_at", "messages", "accepted", "rejected",
        ]  # fmt: skip


class SendSerializer(serializers.Serializer):
    full = serializers.BooleanField(default=False, help_text="Everything again, not only what changed")
    skus = serializers.ListField(child=serializers.CharField(), default=list, max_length=1000)


class StartedSerializer(serializers.Serializer):
    job = serializers.UUIDField(help_text="The job that sends; its progress is under /jobs")


class RejectionSerializer(serializers.ModelSerializer):
    channel = serializers.CharField(source="channel.code")
    market = serializers.CharField(source="listing.scope.market.code")
    listing = serializers.UUIDField(source="listing.uid")

    class Meta:
        model = Rejection
        fields = [
            "sku", "channel", "market", "listing", "attribute", "target", "code", "message", "opened_at", "closed_at",
            "outcome",
        ]  # fmt: skip


class ComplaintSerializer(serializers.Serializer):
    attribute = serializers.CharField(help_text="What of the product it is about")
    target = serializers.CharField(help_text="The channel's field")
    code = serializers.CharField()
    message = serializers.CharField()


class FeedMessageSerializer(serializers.ModelSerializer):
    listing = serializers.UUIDField(source="listing.uid")
    complaints = ComplaintSerializer(many=True)

    class Meta:
        model = FeedMessage
        fields = ["message_id", "sku", "listing", "operation", "revision", "outcome", "complaints"]


class ProfileSerializer(serializers.ModelSerializer):
    channel = serializers.CharField(source="channel.code", read_only=True)

    class Meta:
        model = ChannelProfile
        fields = ["channel", "version", "body"]
        read_only_fields = ["version"]


def with_counts(feeds: QuerySet[Feed]) -> QuerySet[Feed]:
    """With what became of each feed's messages, and without what is long."""
    counts = {
        outcome.value: Count("messages", filter=Q(messages__outcome=outcome))
        for outcome in (Outcome.ACCEPTED, Outcome.REJECTED)
    }
    return feeds.defer("body", "report").annotate(messages_total=Count("messages"), **counts)


class FeedsView(generics.ListAPIView):
    """The feeds of a channel, newest first; POST sends one now."""

    serializer_class = FeedSerializer
    keyset_order = ("-id",)
    queryset = Feed.objects.none()

    def get_queryset(self) -> Any:
        actor = actor_of(self.request)
        channel = get_published_channel(self.kwargs["code"], actor=actor)
        return with_counts(Feed.objects.visible_to(actor).filter(channel=channel).select_related("channel"))

    @extend_schema(request=SendSerializer, responses={202: StartedSerializer})
    def post(self, request: Request, code: str) -> Response:
        wanted = SendSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        actor = actor_of(request)
        channel = get_published_channel(code, actor=actor)
        job = start_feed(channel=channel, actor=actor, **wanted.validated_data)
        return Response({"job": job.uid}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses={202: StartedSerializer})
    def delete(self, request: Request, code: str) -> Response:
        """Stop what is being sent after the feed at hand."""
        actor = actor_of(request)
        job = cancel_feed(channel=get_published_channel(code, actor=actor), actor=actor)
        return Response({"job": job.uid}, status=status.HTTP_202_ACCEPTED)


class FeedView(generics.RetrieveAPIView):
    """One feed."""

    serializer_class = FeedSerializer
    queryset = Feed.objects.none()
    lookup_field = "uid"

    def get_queryset(self) -> Any:
        return with_counts(Feed.objects.visible_to(actor_of(self.request)).select_related("channel"))


class FeedMessagesView(generics.ListAPIView):
    """What a feed held, and what the channel said of each product: in its words, and what of ours they mean."""

    serializer_class = FeedMessageSerializer
    keyset_order = ("message_id",)
    queryset = FeedMessage.objects.none()

    @extend_schema(parameters=[OpenApiParameter("outcome", str, enum=Outcome.values)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        feed = generics.get_object_or_404(Feed.objects.visible_to(actor_of(self.request)), uid=self.kwargs["uid"])
        rows = feed.messages.select_related("listing")
        outcome = self.request.query_params.get("outcome", "")
        if outcome and outcome not in Outcome.values:
            raise Invalid(f"outcome is one of {', '.join(Outcome.values)}", path="outcome")
        return rows.filter(outcome=outcome) if outcome else rows

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset) or []
        for row, complaints in zip(rows, complaints_about(rows), strict=True):
            row.complaints = complaints
        return rows


class ProfileView(generics.GenericAPIView):
    """A channel's rules; PUT gives it others."""

    serializer_class = ProfileSerializer
    queryset = ChannelProfile.objects.none()

    def get(self, request: Request, code: str) -> Response:
        channel = get_published_channel(code, actor=actor_of(request))
        row = generics.get_object_or_404(ChannelProfile.objects.select_related("channel"), channel=channel)
        return Response(ProfileSerializer(row).data)

    def put(self, request: Request, code: str) -> Response:
        wanted = ProfileSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        actor = actor_of(request)
        if not isinstance(wanted.validated_data["body"], dict):
            raise serializers.ValidationError({"body": ["must be an object"]})
        if not actor.may("syndication.publish"):
            raise Denied("Defining a channel's rules needs the permission 'syndication.publish'")
        channel = get_published_channel(code, actor=actor)
        row = define_profile(channel=channel, body=wanted.validated_data["body"], actor=actor)
        return Response(ProfileSerializer(row).data)


class RejectionsView(generics.ListAPIView):
    """What channels refused and is not mended yet, newest first."""

    serializer_class = RejectionSerializer
    keyset_order = ("-id",)
    queryset = Rejection.objects.none()

    def get_queryset(self) -> Any:
        rows = Rejection.objects.visible_to(actor_of(self.request)).unresolved()
        if channel := self.request.query_params.get("channel"):
            rows = rows.filter(channel__code=channel)
        return rows.select_related("channel", "listing__scope__market")
