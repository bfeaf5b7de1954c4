"""Changes of the product model's structure: each is shown first, and done as it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core.errors import Invalid, TandemError
from pim.api.requests import actor_of, read_object
from pim.queries.products import get_product
from pim.services import (
    attach_variant,
    change_axes,
    detach_variant,
    move_attribute,
    preview_attach,
    preview_attribute_move,
    preview_axes_change,
    preview_detach,
    start_attribute_move,
    start_axes_change,
)
from pim.services.axes import AxesMove
from pim.services.moves import Move, is_large
from pim.services.variants import VariantMove

MOST = 1_000  # values told of each kind


class SaidSerializer(serializers.Serializer):
    sku = serializers.CharField()
    attribute = serializers.CharField()
    market = serializers.CharField(allow_null=True)
    locale = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    why = serializers.CharField(allow_blank=True)


class ProblemSerializer(serializers.Serializer):
    code = serializers.CharField()
    path = serializers.CharField()
    detail = serializers.CharField()


class OfferedSerializer(serializers.Serializer):
    channel = serializers.CharField()
    market = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class MoveSerializer(serializers.Serializer):
    """What a move would do, or did; of each list at most 1,000, and how many there are."""

    seen = serializers.CharField(help_text="Names exactly this plan; send it to do what was shown")
    products = serializers.IntegerField(help_text="How many are written")
    counts = serializers.DictField(child=serializers.IntegerField())
    writes = SaidSerializer(many=True)
    losses = SaidSerializer(many=True)
    gains = SaidSerializer(many=True)
    problems = ProblemSerializer(many=True)


class AttributeMoveSerializer(MoveSerializer):
    disagreeing = serializers.DictField(child=serializers.ListField(child=SaidSerializer()))
    job = serializers.UUIDField(required=False, help_text="Of a large family: the job that does it")


class KeyedSerializer(serializers.Serializer):
    sku = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField()


class AxesMoveSerializer(MoveSerializer):
    axes = serializers.ListField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.CharField())),
        help_text="By level, before and after",
    )
    keys = KeyedSerializer(many=True, help_text="What variants are told apart by, as colour=red&size=m")
    lacking = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="Axis to the SKUs that have no option"
    )
    visual_axis = serializers.CharField(allow_blank=True, help_text="The family's, if it ceases to be one")
    job = serializers.UUIDField(required=False, help_text="Of a large family: the job that does it")


class VariantMoveSerializer(MoveSerializer):
    offers = OfferedSerializer(many=True)
    categories = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class AskedSerializer(serializers.Serializer):
    dry_run = serializers.BooleanField(required=False)
    accept = serializers.BooleanField(required=False, help_text="Lose what the preview says is lost")
    seen = serializers.CharField(required=False, help_text="`seen` of the preview; 412 where it would be another")


class AttributeMoveAskedSerializer(AskedSerializer):
    attribute = serializers.CharField()
    level = serializers.IntegerField()
    may_override_below = serializers.BooleanField(required=False)
    winners = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Model (or *) to the variant that wins, or `most`"
    )


class AxesAskedSerializer(AskedSerializer):
    axes = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="A list of attributes for each level"
    )
    options = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()), required=False,
        help_text="Axis to SKU (or *) to the option of who has none yet",
    )  # fmt: skip


class DetachAskedSerializer(AskedSerializer):
    family = serializers.CharField(help_text="One without levels of variants")


class AttachAskedSerializer(AskedSerializer):
    parent = serializers.CharField()  # type: ignore[assignment]
    axes = serializers.DictField(child=serializers.CharField(), required=False)


class AttributeMoveView(APIView):
    @extend_schema(request=AttributeMoveAskedSerializer, responses=AttributeMoveSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Let an attribute live at another level of the family; its values go along. A large family is a job."""
        actor, body = actor_of(request), read_object(request)
        asked: dict[str, Any] = {
            "family": code, "attribute": _text(body, "attribute"), "level": _level(body),
            "may_override_below": body.get("may_override_below") is True, "winners": _texts(body, "winners"),
        }  # fmt: skip
        if body.get("dry_run") is True:
            return Response(_attribute_move(preview_attribute_move(**asked, actor=actor)))
        if is_large(code):
            job = start_attribute_move(**asked, **_consent(body), actor=actor)
            return Response({"job": job.uid}, status=status.HTTP_202_ACCEPTED)
        return Response(_attribute_move(move_attribute(**asked, **_consent(body), actor=actor)))


class AxesView(APIView):
    @extend_schema(request=AxesAskedSerializer, responses=AxesMoveSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Let the variants of a family be told apart by other attributes. A large family is a job."""
        actor, body = actor_of(request), read_object(request)
        asked: dict[str, Any] = {"family": code, "axes": _axes(body), "options": _options(body)}
        if body.get("dry_run") is True:
            return Response(_axes_move(preview_axes_change(**asked, actor=actor)))
        if is_large(code):
            job = start_axes_change(**asked, **_consent(body), actor=actor)
            return Response({"job": job.uid}, status=status.HTTP_202_ACCEPTED)
        return Response(_axes_move(change_axes(**asked, **_consent(body), actor=actor)))


class DetachView(APIView):
    @extend_schema(request=DetachAskedSerializer, responses=VariantMoveSerializer)
    def post(self, request: Request, sku: str) -> Response:
        """Let a variant be a product of its own, with what it inherited."""
        actor, body = actor_of(request), read_object(request)
        product, family = get_product(sku, actor=actor), _text(body, "family")
        if body.get("dry_run") is True:
            return Response(_variant_move(preview_detach(product, family=family, actor=actor)))
        return Response(_variant_move(detach_variant(product, family=family, **_consent(body), actor=actor)))


class AttachView(APIView):
    @extend_schema(request=AttachAskedSerializer, responses=VariantMoveSerializer)
    def post(self, request: Request, sku: str) -> Response:
        """Let a simple product be a variant of a model."""
        actor, body = actor_of(request), read_object(request)
        product = get_product(sku, actor=actor)
        parent = get_product(_text(body, "parent"), actor=actor)
        asked: dict[str, Any] = {"parent": parent, "axes": _texts(body, "axes"), "actor": actor}
        if body.get("dry_run") is True:
            return Response(_variant_move(preview_attach(product, **asked)))
        return Response(_variant_move(attach_variant(product, **asked, **_consent(body))))


def _attribute_move(found: Any) -> dict[str, Any]:
    disagreeing = {
        model: [
            {"sku": sku, "market": market, "locale": locale, "value": value}
            for sku, said in variants.items()
            for (market, locale), value in said.items()
        ]
        for model, variants in list(found.disagreeing.items())[:MOST]
    }
    return _document(found.move) | {"disagreeing": disagreeing}


def _axes_move(move: AxesMove) -> dict[str, Any]:
    return _document(move) | {
        "axes": list(move.axes), "keys": [vars(one) for one in move.keys[:MOST]],
        "lacking": {axis: skus[:MOST] for axis, skus in move.lacking.items()}, "visual_axis": move.visual_axis,
    }  # fmt: skip


def _variant_move(move: VariantMove) -> dict[str, Any]:
    return _document(move) | {"offers": [vars(one) for one in move.offers], "categories": list(move.categories)}


def _document(move: Move) -> dict[str, Any]:
    told = {"writes": move.writes, "losses": move.losses, "gains": move.gains}
    return {
        "seen": move.digest,
        "products": len(move.products),
        "counts": {name: len(rows) for name, rows in told.items()},
        **{name: [vars(one) for one in rows[:MOST]] for name, rows in told.items()},
        "problems": problem_documents(move.problems),
    }


def problem_documents(problems: Sequence[TandemError]) -> list[dict[str, Any]]:
    """The first of them, as `ProblemSerializer` says."""
    return [
        {"code": one.extra.get("reason", one.code), "path": one.path, "detail": one.detail} for one in problems[:MOST]
    ]


def _consent(body: dict[str, Any]) -> dict[str, Any]:
    return {"accept": body.get("accept") is True, "seen": read_seen(body)}


def read_seen(body: dict[str, Any]) -> str | None:
    """Which plan the caller saw, if they say so."""
    seen = body.get("seen")
    if seen is not None and not isinstance(seen, str):
        raise Invalid("seen must be a text", path="seen")
    return seen


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value or "\0" in value:
        raise Invalid(f"Say the {name}", path=name)
    return value


def _level(body: dict[str, Any]) -> int:
    level = body.get("level")
    if type(level) is not int:
        raise Invalid("Say the level, as a whole number", path="level")
    return level


def _axes(body: dict[str, Any]) -> list[list[str]]:
    found = body.get("axes")
    if not isinstance(found, list) or not all(
        isinstance(level, list) and all(isinstance(one, str) and "\0" not in one for one in level) for level in found
    ):
        raise Invalid("axes must be a list of attributes for each level", path="axes")
    return found


def _options(body: dict[str, Any]) -> dict[str, dict[str, str]]:
    found = body.get("options") or {}
    if not isinstance(found, dict):
        raise Invalid("options must be an object: axis to SKU to option", path="options")
    return {axis: _texts(found, axis) for axis in found}


def _texts(body: dict[str, Any], name: str) -> dict[str, str]:
    found = body.get(name) or {}
    if not isinstance(found, dict) or not all(isinstance(one, str) and "\0" not in one for one in found.values()):
        raise Invalid(f"{name} must be an object of texts", path=name)
    return found
