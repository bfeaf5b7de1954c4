"""Bodies of products, as the OpenAPI document tells them. Checks are the services' work, which name each path."""

from __future__ import annotations

from rest_framework import serializers


class ValueSerializer(serializers.Serializer):
    """One value for one cell. The form of `value` follows the attribute's type; null clears."""

    attribute = serializers.CharField()
    market = serializers.CharField(required=False, allow_null=True, help_text="Null: for all markets")
    locale = serializers.CharField(required=False, default="*", help_text="*: for all languages")
    value = serializers.JSONField(allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class ValueChangeSerializer(ValueSerializer):
    """One value for one cell; with `expected` only if nobody changed it since, else 412. Null clears."""

    expected = serializers.JSONField(
        required=False, allow_null=True, help_text="The product's own value that you saw there; null: none"
    )


class ProductChangeSerializer(serializers.Serializer):
    """Fields that are not named stay; `reason` is asked for with a market's own values."""

    parent = serializers.CharField(required=False, allow_null=True)  # type: ignore[assignment]
    family = serializers.CharField(required=False)
    state = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)
    categories = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="All that it shall lie in, as tree/code"
    )
    values = ValueChangeSerializer(many=True, required=False)


class ProductDocumentSerializer(ProductChangeSerializer):
    sku = serializers.CharField()


class UpsertedSerializer(serializers.Serializer):
    sku = serializers.CharField()
    status = serializers.ChoiceField(["created", "changed", "unchanged"])
    version = serializers.IntegerField(source="product.version")


class BulkResultSerializer(serializers.Serializer):
    results = UpsertedSerializer(many=True)


class LineErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    path = serializers.CharField()
    detail = serializers.CharField()
    attribute = serializers.CharField(required=False)
    market = serializers.CharField(required=False, allow_null=True)
    locale = serializers.CharField(required=False)


class LineResultSerializer(serializers.Serializer):
    """One line of the answer; lines are counted from 1, empty ones too."""

    line = serializers.IntegerField()
    sku = serializers.CharField()
    status = serializers.ChoiceField(["created", "changed", "unchanged", "refused"])
    version = serializers.IntegerField(required=False)
    errors = LineErrorSerializer(many=True, required=False)  # type: ignore[assignment]


class OwnValueSerializer(ValueSerializer):
    kind = serializers.ChoiceField(["own", "computed"])
    cell_version = serializers.IntegerField()
    reason = serializers.CharField()
    by = serializers.CharField()


class PlaceSerializer(serializers.Serializer):
    sku = serializers.CharField()
    level = serializers.IntegerField()
    market = serializers.CharField(allow_null=True)
    locale = serializers.CharField()


class ResolvedSerializer(serializers.Serializer):
    value = serializers.JSONField()
    is_inherited = serializers.BooleanField()
    is_fallback = serializers.BooleanField()
    counts = serializers.BooleanField()
    kind = serializers.ChoiceField(["own", "computed"])

    def get_fields(self):
        return {**super().get_fields(), "from": PlaceSerializer()}  # a word of the language


class CompletenessSerializer(serializers.Serializer):
    channel = serializers.CharField()
    market = serializers.CharField()
    locale = serializers.CharField()
    required = serializers.IntegerField()  # type: ignore[assignment]
    filled = serializers.IntegerField()
    percent = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    is_placed = serializers.BooleanField()


class ProductSerializer(serializers.Serializer):
    sku = serializers.CharField()
    uid = serializers.UUIDField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    family = serializers.CharField()
    level = serializers.IntegerField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    axes = serializers.DictField(child=serializers.CharField())
    categories = serializers.ListField(child=serializers.CharField(), help_text="As tree/code, the primary one first")
    variants = serializers.ListField(child=serializers.CharField())
    values = OwnValueSerializer(many=True)
    completeness = CompletenessSerializer(many=True)
    resolved = serializers.DictField(child=ResolvedSerializer(), required=False)


class ProductRowSerializer(serializers.Serializer):
    sku = serializers.CharField()
    uid = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]
    parent = serializers.CharField(source="parent.sku", allow_null=True, default=None)  # type: ignore[assignment]
    family = serializers.CharField(source="family.code")
    level = serializers.IntegerField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    categories = serializers.ListField(child=serializers.CharField(), required=False, help_text="If asked for")
    values = OwnValueSerializer(many=True, required=False, help_text="If asked for")
    resolved = serializers.DictField(
        child=ResolvedSerializer(), required=False, allow_null=True,
        help_text="If asked for; null where the scope is not yours to see",
    )  # fmt: skip


class PlacementSerializer(serializers.Serializer):
    channel = serializers.CharField()
    market = serializers.CharField()
    state = serializers.ChoiceField(["placed", "withdrawn"])
    reason = serializers.CharField()
    is_inherited = serializers.BooleanField(read_only=True)
    since = serializers.DateTimeField(read_only=True, allow_null=True)
    by = serializers.CharField(read_only=True)

    def get_fields(self):
        return {**super().get_fields(), "from": serializers.CharField(read_only=True)}
