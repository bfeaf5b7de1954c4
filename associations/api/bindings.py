"""Bindings and proposals: list, bind, unbind, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from associations import services
from associations.choices import BindingRole, BindingStatus, Outcome, Source
from associations.models import Binding
from associations.queries.bindings import find_bindings, get_binding
from associations.services.bindings import MOST_AT_ONCE
from dam.queries.assets import get_asset
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from pim.models import Product


class BindingSerializer(serializers.ModelSerializer):
    sku = serializers.CharField(source="product.sku", read_only=True)
    asset = serializers.UUIDField(source="asset.uid", read_only=True)
    title = serializers.CharField(source="asset.title", read_only=True)
    market = serializers.CharField(source="cell.market.code", default=None, read_only=True, allow_null=True)
    locale = serializers.CharField(source="cell.locale", read_only=True)
    sentence = serializers.CharField(read_only=True, help_text="Why somebody or something thinks so")

    class Meta:
        model = Binding
        fields = [
            "uid", "sku", "asset", "title", "role", "axis", "market", "locale", "position", "starts_at", "ends_at",
            "status", "source", "settled_by", "sentence", "evidence", "actor", "reason", "created_at", "settled_at",
        ]  # fmt: skip
        read_only_fields = fields


class ChangeSerializer(serializers.Serializer):
    change_set = serializers.UUIDField(
        required=False, help_text="A name of your own for this change, by which `revert` takes it back"
    )


class BindSerializer(ChangeSerializer):
    """A new binding."""

    sku = serializers.CharField()
    asset = serializers.UUIDField()
    role = serializers.ChoiceField(choices=BindingRole.choices)
    axis = serializers.CharField(required=False, default="", allow_blank=True, help_text="Such as colour=red")
    market = serializers.CharField(required=False, default=None, allow_null=True)
    locale = serializers.CharField(required=False, default="*")
    starts_at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    reason = serializers.CharField(required=False, default="", allow_blank=True)
    replace = serializers.BooleanField(required=False, default=False, help_text="Send the present hero to the gallery")


class BindManySerializer(ChangeSerializer):
    """Several assets in one role of a product."""

    sku = serializers.CharField()
    assets = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE)
    role = serializers.ChoiceField(choices=BindingRole.choices)
    replace = serializers.BooleanField(required=False, default=False, help_text="Send the present hero to the gallery")


class AssetOutcomeSerializer(serializers.Serializer):
    asset = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    reason = serializers.CharField(help_text="Why it was refused")
    binding = serializers.UUIDField(source="binding.uid", default=None, allow_null=True)


class BoundAssetsSerializer(serializers.Serializer):
    change_set = serializers.UUIDField()
    results = AssetOutcomeSerializer(many=True)


class HeroSerializer(ChangeSerializer):
    """The picture that stands for a product and all that looks like it."""

    sku = serializers.CharField()
    asset = serializers.UUIDField()
    replace = serializers.BooleanField(required=False, default=False)


class RevertSerializer(serializers.Serializer):
    sku = serializers.CharField()
    change_set = serializers.UUIDField()


class ProposeSerializer(serializers.Serializer):
    """A claim for a person to judge."""

    sku = serializers.CharField()
    asset = serializers.UUIDField()
    role = serializers.ChoiceField(choices=BindingRole.choices, required=False, default=BindingRole.GALLERY)
    axis = serializers.CharField(required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=500, help_text="Why you think so, in a sentence")


class RoleSerializer(ChangeSerializer):
    role = serializers.ChoiceField(choices=BindingRole.choices)
    replace = serializers.BooleanField(required=False, default=False)


class ConfirmSerializer(serializers.Serializer):
    role = serializers.ChoiceField(choices=BindingRole.choices, required=False, default=None, allow_null=True)
    replace = serializers.BooleanField(required=False, default=False)
    reason = serializers.CharField(required=False, default="", allow_blank=True)


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(required=False, default="", allow_blank=True)


class OrderSerializer(ChangeSerializer):
    sku = serializers.CharField()
    role = serializers.ChoiceField(choices=BindingRole.choices)
    bindings = serializers.ListField(child=serializers.UUIDField(), max_length=500)
    seen = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=500,
        required=False,
        help_text="The order before, as you saw it; refused where somebody else sorted meanwhile",
    )


def actor_of(request: Request) -> Actor:
    actor: Actor = request._request.actor  # type: ignore[attr-defined]
    return actor


def visible_product(sku: str, actor: Actor) -> Product:
    product = Product.objects.visible_to(actor).filter(sku=sku).first()
    if product is None:
        raise Missing(f"There is no product {sku!r}, or you may not see it", path="sku")
    return product


def _filter(name: str, meaning: str, choices: list[str] | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=meaning, enum=choices)


@extend_schema_view(
    list=extend_schema(
        parameters=[
            _filter("sku", "Of the product"),
            _filter("asset", "Uid of the asset"),
            _filter("status", "Where it stands", BindingStatus.values),
            _filter("source", "Where the claim came from", Source.values),
            _filter("role", "What the asset is for", BindingRole.values),
        ]
    )
)
class BindingViewSet(GenericViewSet):
    """Which asset shows which product, newest first; proposals are bindings that wait for a person."""

    serializer_class = BindingSerializer
    queryset = Binding.objects.none()
    lookup_field = "uid"
    lookup_value_regex = "[0-9a-f-]{36}"
    keyset_order = ("-pk",)
    closed_lists = {"status": BindingStatus.values, "source": Source.values, "role": BindingRole.values}

    def get_queryset(self) -> Any:
        rows, asked = find_bindings(actor_of(self.request)), self.request.query_params
        for name, known in self.closed_lists.items():
            if name in asked:
                if asked[name] not in known:
                    raise Invalid(f"{name} is one of {', '.join(known)}", path=name)
                rows = rows.filter(**{name: asked[name]})
        if "sku" in asked:
            rows = rows.filter(product__sku=asked["sku"])
        if "asset" in asked:
            rows = rows.filter(asset__uid=_uid(asked["asset"]))
        return rows

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(BindingSerializer(page, many=True).data)

    def retrieve(self, request: Request, uid: str) -> Response:
        return self._answer(get_binding(_uid(uid), actor=actor_of(request)))

    @extend_schema(request=BindSerializer, responses={201: BindingSerializer})
    def create(self, request: Request) -> Response:
        asked = _checked(BindSerializer, request)
        actor = actor_of(request)
        product = visible_product(asked.pop("sku"), actor)
        asset = get_asset(asked.pop("asset"), actor=actor)
        binding = services.bind_asset(product=product, asset=asset, actor=actor, **asked)
        return self._answer(binding, status.HTTP_201_CREATED)

    @extend_schema(request=BindManySerializer, responses=BoundAssetsSerializer)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Bind several assets in one role. Each has its own outcome: one that is refused stops none of the others."""
        asked, actor = _checked(BindManySerializer, request), actor_of(request)
        product = visible_product(asked.pop("sku"), actor)
        return Response(BoundAssetsSerializer(services.bind_assets(product=product, actor=actor, **asked)).data)

    @extend_schema(request=HeroSerializer, responses=BindingSerializer)
    @action(detail=False, methods=["post"])
    def hero(self, request: Request) -> Response:
        """Let an asset be the hero of a product and of its other sizes: it is bound at the level of the looks."""
        asked, actor = _checked(HeroSerializer, request), actor_of(request)
        product = visible_product(asked.pop("sku"), actor)
        asset = get_asset(asked.pop("asset"), actor=actor)
        return self._answer(services.set_hero(product=product, asset=asset, actor=actor, **asked))

    @extend_schema(request=RevertSerializer, responses=BindingSerializer(many=True), filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def revert(self, request: Request) -> Response:
        """Take one change of a product's bindings back as a whole, unless somebody went on from there."""
        asked, actor = _checked(RevertSerializer, request), actor_of(request)
        product = visible_product(asked["sku"], actor)
        rows = services.undo_binding_changes(product=product, change_set=asked["change_set"], actor=actor)
        return Response(BindingSerializer(rows, many=True).data)

    @extend_schema(request=ProposeSerializer, responses={201: BindingSerializer})
    @action(detail=False, methods=["post"])
    def propose(self, request: Request) -> Response:
        """Ask a person whether the asset shows the product; for those who may not decide."""
        asked, actor = _checked(ProposeSerializer, request), actor_of(request)
        product = visible_product(asked.pop("sku"), actor)
        asset = get_asset(asked.pop("asset"), actor=actor)
        evidence = {"sentence": asked.pop("reason")}
        binding = services.propose_binding(
            product=product, asset=asset, source=services.source_of(actor), evidence=evidence, actor=actor, **asked
        )
        return self._answer(binding, status.HTTP_201_CREATED)

    @extend_schema(request=RoleSerializer, responses=BindingSerializer)
    def partial_update(self, request: Request, uid: str) -> Response:
        """Another role."""
        asked = _checked(RoleSerializer, request)
        return self._answer(services.set_binding_role(uid=_uid(uid), actor=actor_of(request), **asked))

    @extend_schema(
        parameters=[
            OpenApiParameter("reason", str, description="Why, for the history"),
            OpenApiParameter("change_set", UUID, description="A name of your own, by which `revert` takes it back"),
        ],
        responses={204: None},
    )
    def destroy(self, request: Request, uid: str) -> Response:
        """Unbind. Automatic matching will not bind it again."""
        asked = request.query_params
        named = str(_uid(asked["change_set"])) if asked.get("change_set") else ""
        services.unbind_asset(uid=_uid(uid), actor=actor_of(request), reason=asked.get("reason", ""), change_set=named)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ConfirmSerializer, responses=BindingSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, uid: str) -> Response:
        """Yes, in the proposed role or another."""
        asked = _checked(ConfirmSerializer, request)
        return self._answer(services.confirm_proposal(uid=_uid(uid), actor=actor_of(request), **asked))

    @extend_schema(request=ReasonSerializer, responses=BindingSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, uid: str) -> Response:
        """No."""
        asked = _checked(ReasonSerializer, request)
        return self._answer(services.reject_proposal(uid=_uid(uid), actor=actor_of(request), **asked))

    @extend_schema(request=None, responses=BindingSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, uid: str) -> Response:
        """Take the answer back: it is asked again."""
        return self._answer(services.undo_decision(uid=_uid(uid), actor=actor_of(request)))

    @extend_schema(request=None, responses=BindingSerializer)
    @action(detail=True, methods=["post"])
    def rebind(self, request: Request, uid: str) -> Response:
        """Take an unbinding back."""
        return self._answer(services.rebind_asset(uid=_uid(uid), actor=actor_of(request)))

    @extend_schema(request=OrderSerializer, responses=BindingSerializer(many=True), filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def reorder(self, request: Request) -> Response:
        """Put a product's own media of one role in this order."""
        asked, actor = _checked(OrderSerializer, request), actor_of(request)
        product = visible_product(asked["sku"], actor)
        del asked["sku"]
        services.reorder_media(product=product, uids=asked.pop("bindings"), actor=actor, **asked)
        rows = find_bindings(actor).active().filter(product=product, role=asked["role"])
        return Response(BindingSerializer(rows.order_by("position", "pk"), many=True).data)

    def _answer(self, binding: Binding, code: int = status.HTTP_200_OK) -> Response:
        return Response(BindingSerializer(binding).data, status=code)


def _checked(kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    found = dict(serializer.validated_data)
    if "change_set" in found:
        found["change_set"] = str(found["change_set"])
    return found


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(f"{text!r} is not a uid", path="uid") from None
