"""The pull API: a channel's documents by cursor, and one document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.audit.services import note_read
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Denied, Invalid, Missing
from foundation.markets.models import Scope
from pim.models import Product
from pim.queries.products import get_product
from syndication.events import LISTINGS_READ
from syndication.models import Listing
from syndication.queries.explain import Origin, explain_listing
from syndication.queries.pull import get_published_channel, read_document, read_page, read_window
from syndication.services.listings import publish_product

DEFAULT_LIMIT, MAX_LIMIT = 100, 500


def actor_of(request: Request) -> Actor:
    return request._request.actor  # type: ignore[attr-defined]


class ListingEntrySerializer(serializers.Serializer):
    uid = serializers.UUIDField()
    sku = serializers.CharField()
    market = serializers.CharField()
    locale = serializers.CharField()
    state = serializers.ChoiceField(choices=["live", "withdrawn"])
    revision = serializers.IntegerField()
    hash = serializers.CharField(allow_blank=True)
    document = serializers.JSONField(allow_null=True, help_text="The published document; null when withdrawn")


class ListingPageSerializer(serializers.Serializer):
    channel = serializers.CharField()
    epoch = serializers.IntegerField(help_text="When it is not the one you know, begin again without a cursor")
    has_more = serializers.BooleanField()
    next = serializers.CharField(help_text="The cursor for the next request, now or later")
    listings = ListingEntrySerializer(many=True)


class OriginSerializer(serializers.Serializer):
    target = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the word of the mapping
    value = serializers.JSONField(allow_null=True)
    sku = serializers.CharField(allow_blank=True)
    level = serializers.IntegerField(allow_null=True)
    market = serializers.CharField(allow_blank=True)
    locale = serializers.CharField(allow_blank=True)
    is_inherited = serializers.BooleanField()
    is_fallback = serializers.BooleanField()
    transform = serializers.CharField(allow_blank=True)


class ExplanationSerializer(serializers.Serializer):
    state = serializers.CharField()
    hash = serializers.CharField(allow_blank=True)
    problems = serializers.ListField(child=serializers.JSONField())
    fields = OriginSerializer(many=True)  # type: ignore[assignment]  # the document has a member of this name


class ListingsView(APIView):
    """What changed on a channel since a cursor: new and changed documents, and what was withdrawn."""

    @extend_schema(
        operation_id="channel_listings_list",
        parameters=[
            OpenApiParameter("cursor", OpenApiTypes.INT64, description="`next` of the page before"),
            OpenApiParameter("limit", OpenApiTypes.INT32, description=f"1 to {MAX_LIMIT}"),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER),
        ],
        responses={200: ListingPageSerializer, 304: None},
    )
    def get(self, request: Request, code: str) -> HttpResponse:
        actor = actor_of(request)
        channel = get_published_channel(code, actor=actor)
        cursor = read_number(request, "cursor", 0, 0, 2**63 - 1)
        limit = read_number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
        window = read_window(channel, actor=actor, cursor=cursor, limit=limit)
        if is_known(request, window.etag):
            return finish(HttpResponse(status=304), window.etag)
        if channel.asks_restricted and window.revisions:
            told = {"cursor": cursor, "next": window.next_cursor, "listings": len(window.revisions)}
            note_read(LISTINGS_READ, actor=actor, subject_type="channel", subjects=[channel.code], **told)
        response = HttpResponse(read_page(channel, window=window), content_type="application/json")
        if window.has_more:
            following = request.build_absolute_uri(f"{request.path}?cursor={window.next_cursor}&limit={limit}")
            response["Link"] = f'<{following}>; rel="next"'
        return finish(response, window.etag)


class ListingView(APIView):
    """One live document, as it was published."""

    @extend_schema(operation_id="listing_retrieve", responses={200: OpenApiTypes.OBJECT, 304: None})
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        actor = actor_of(request)
        found = read_document(uid, actor=actor)
        if is_known(request, found.hash):
            return finish(HttpResponse(status=304), found.hash)
        if found.is_restricted:
            note_read(LISTINGS_READ, actor=actor, subject_type="listing", subjects=[uid])
        return finish(HttpResponse(found.body, content_type="application/json"), found.hash)


class ExplanationView(APIView):
    """Where each field of a listing comes from, as it would be published now."""

    @extend_schema(operation_id="listing_explain", responses=ExplanationSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        actor = actor_of(request)
        listing = Listing.objects.visible_to(actor).filter(uid=uid).first()
        if listing is None:
            raise Missing("There is no such listing", path="uid")
        product = get_product(listing.sku, actor=actor)
        scope = Scope.objects.select_related("channel", "market", "locale").get(pk=listing.scope_id)
        found = explain_listing(product, scope=scope, at=moment.now())
        if found is None:
            raise Missing("The channel has no profile any more", path="uid")
        return Response(
            {
                "state": found.state,
                "hash": found.hash,
                "problems": found.problems,
                "fields": [_origin(one) for one in found.fields],
            }
        )


class PublicationSerializer(serializers.Serializer):
    state = serializers.CharField(help_text="live, held or tombstone")
    revision = serializers.IntegerField(allow_null=True)
    problems = serializers.ListField(child=serializers.JSONField())


class PublicationView(APIView):
    """Bring a listing, and those of its whole model, up to date now instead of in a moment."""

    @extend_schema(operation_id="listing_publish", request=None, responses=PublicationSerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        actor = actor_of(request)
        if not actor.may("syndication.publish"):
            raise Denied("Publishing needs the permission 'syndication.publish'")
        listing = Listing.objects.visible_to(actor).filter(uid=uid).first()
        product = Product.objects.visible_to(actor).filter(pk=listing.product_id).first() if listing else None
        if listing is None or product is None:
            raise Missing("There is no such listing", path="uid")
        publish_product(product, actor=actor)
        listing.refresh_from_db()
        return Response({"state": listing.state, "revision": listing.revision, "problems": listing.problems})


def _origin(one: Origin) -> dict[str, Any]:
    return asdict(one)


def read_number(request: Request, name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query; the default where it is not there."""
    raw = request.query_params.get(name, "")
    if not raw:
        return default
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 20) or not least <= int(raw) <= most:
        raise Invalid(f"{name} must be a whole number from {least} to {most}", path=name)
    return int(raw)


def is_known(request: Request, etag: str) -> bool:
    """Weak comparison, as RFC 9110 section 13.1.2 wants it."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or etag in {one.strip().removeprefix("W/").strip('"') for one in given.split(",")}


def finish(response: HttpResponse, etag: str) -> HttpResponse:
    """With what a cache has to know."""
    response["ETag"] = f'"{etag}"'
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Authorization", "Cookie"])
    return response
