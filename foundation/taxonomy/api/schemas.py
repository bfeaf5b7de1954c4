"""Published trees of others, and what our categories are in them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.core.errors import Invalid
from foundation.core.hashing import CHUNK
from foundation.taxonomy.api.requests import actor_of, read_body, read_version
from foundation.taxonomy.choices import MOST_SENT, ChangeKind, SchemaFormat
from foundation.taxonomy.models import ExternalNode, ExternalSchema, SchemaChange, SchemaVersion
from foundation.taxonomy.queries import (
    Mapped,
    coverage_of,
    find_category,
    get_schema,
    get_tree,
    mapping_of,
    mappings_onto_removed,
    paths_of,
    suggested_nodes,
)
from foundation.taxonomy.services import import_schema, map_category

LOCALE, SUGGESTED = "en", 20


class SchemaFileSerializer(serializers.Serializer):
    locale = serializers.CharField()
    filename = serializers.CharField()
    sha256 = serializers.CharField()
    lines = serializers.IntegerField()
    imported_at = serializers.DateTimeField()


class SchemaVersionSerializer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    nodes = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Against the version before")
    files = SchemaFileSerializer(many=True)
    imported_at = serializers.DateTimeField()


class SchemaSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    format = serializers.ChoiceField(choices=SchemaFormat.choices)
    versions = SchemaVersionSerializer(many=True, help_text="The latest last")


class NewSchemaSerializer(serializers.Serializer):
    file = serializers.FileField()
    code = serializers.CharField()
    format = serializers.ChoiceField(choices=SchemaFormat.choices)
    locale = serializers.CharField()
    name = serializers.CharField(required=False, default="")
    version = serializers.CharField(required=False, default="", help_text="Where the file does not say it")


class NodeSerializer(serializers.Serializer):
    code = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField(), help_text="Locale to text")
    line = serializers.ListField(child=serializers.CharField(), help_text="Codes from the top to its own")


class SchemaChangeSerializer(serializers.Serializer):
    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    before = serializers.CharField()
    after = serializers.CharField()


class CoverageSerializer(serializers.Serializer):
    categories = serializers.IntegerField(help_text="In use")
    own = serializers.IntegerField(help_text="Which say it themselves")
    mapped = serializers.IntegerField(help_text="Which say it, or have it said from above")
    removed = serializers.ListField(
        child=serializers.CharField(), help_text="Keys of categories whose node the latest version has no more"
    )


class MappingSerializer(serializers.Serializer):
    schema = serializers.CharField()
    node = serializers.CharField()
    path = serializers.CharField(help_text="Names from the top to its own")
    is_removed = serializers.BooleanField(help_text="The latest version has it no more")
    category = serializers.CharField(help_text="tree/code of the category that says it")
    is_own = serializers.BooleanField()
    actor = serializers.CharField()
    reason = serializers.CharField()
    mapped_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class MapSerializer(serializers.Serializer):
    schema = serializers.CharField()
    node = serializers.CharField(allow_null=True, help_text="Its code there; null takes the category's word back")
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class SchemaListView(generics.ListAPIView):
    serializer_class = SchemaSerializer
    queryset = ExternalSchema.objects.none()
    keyset_order = ("code",)
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> Any:
        return ExternalSchema.objects.visible_to(actor_of(self.request)).prefetch_related("versions__files")

    def get(self, request: Request) -> Response:
        """Trees that others publish, with their versions."""
        return self.list(request)

    @extend_schema(request={"multipart/form-data": NewSchemaSerializer}, responses={201: SchemaVersionSerializer})
    def post(self, request: Request) -> Response:
        """Bring in a published file of at most 20 MB; larger ones come in by `manage.py import_schema`."""
        actor = actor_of(request).require("taxonomy.define")
        given = read_body(NewSchemaSerializer, request)
        file = given.pop("file")
        if file.size > MOST_SENT:
            raise Invalid("Files above 20 MB come in by the command", path="file")
        with tempfile.NamedTemporaryFile() as copy:
            for chunk in file.chunks(CHUNK):
                copy.write(chunk)
            copy.flush()
            form = given.pop("format")
            made = import_schema(Path(copy.name), form=form, filename=file.name, actor=actor, **given)
        return Response(SchemaVersionSerializer(made).data, status=201)


class NodeListView(generics.ListAPIView):
    serializer_class = NodeSerializer
    queryset = ExternalNode.objects.none()
    keyset_order = ("code",)

    def get_queryset(self) -> Any:
        schema = get_schema(self.kwargs["code"])
        rows = ExternalNode.objects.visible_to(actor_of(self.request)).filter(schema=schema).standing()
        return rows.holding(self.request.query_params.get("q", ""))

    @extend_schema(parameters=[OpenApiParameter("q", str, description="Words of its code or names")])
    def get(self, request: Request, code: str) -> Response:
        """Nodes of the latest version."""
        return self.list(request)


class SuggestionView(APIView):
    @extend_schema(
        operation_id="schemas_suggestions", responses=NodeSerializer(many=True),
        parameters=[OpenApiParameter("category", str, required=True, description="tree/code")],
    )  # fmt: skip
    def get(self, request: Request, code: str) -> Response:
        """Nodes that share words with the names of a category, the likeliest first."""
        category = find_category(request.query_params.get("category", ""))
        found = suggested_nodes(get_schema(code), words=category.labels.values(), limit=SUGGESTED)
        return Response(NodeSerializer(found, many=True).data)


class SchemaChangeListView(generics.ListAPIView):
    serializer_class = SchemaChangeSerializer
    queryset = SchemaChange.objects.none()
    keyset_order = ("id",)

    def get_queryset(self) -> Any:
        latest = SchemaVersion.objects.filter(schema=get_schema(self.kwargs["code"])).last()
        rows = SchemaChange.objects.filter(version=latest)
        kind = self.request.query_params.get("kind")
        return rows.filter(kind=kind) if kind else rows

    @extend_schema(parameters=[OpenApiParameter("kind", str, enum=ChangeKind.values)])
    def get(self, request: Request, code: str) -> Response:
        """What the latest version changed against the one before."""
        return self.list(request)


class CoverageView(APIView):
    @extend_schema(
        operation_id="schemas_coverage", responses=CoverageSerializer,
        parameters=[OpenApiParameter("tree", str, required=True, description="Its code")],
    )  # fmt: skip
    def get(self, request: Request, code: str) -> Response:
        """How much of a tree is mapped to a schema, and which mappings have to be mended."""
        schema, tree = get_schema(code), get_tree(request.query_params.get("tree", ""))
        removed = [one.category.key for one in mappings_onto_removed(schema) if one.category.tree_id == tree.pk]
        return Response(CoverageSerializer({**vars(coverage_of(tree, schema)), "removed": removed}).data)


class MappingListView(APIView):
    @extend_schema(operation_id="mappings_list", responses=MappingSerializer(many=True))
    def get(self, request: Request, key: str) -> Response:
        """What a category is in each schema: by its own word, or by the nearest one above that has one."""
        return Response(mappings_document(mapping_of(find_category(key))))

    @extend_schema(operation_id="mappings_put", request=MapSerializer, responses=MappingSerializer(many=True))
    def put(self, request: Request, key: str) -> Response:
        """Say what a category is in a schema, or take its word back. `If-Match` takes the version of its own word."""
        category, given = find_category(key), read_body(MapSerializer, request)
        map_category(category, actor=actor_of(request), expected_version=read_version(request), **given)
        return Response(mappings_document(mapping_of(category)))


def mappings_document(found: dict[str, Mapped]) -> Any:
    """Mappings as answers give them."""
    paths = paths_of([one.mapping.node for one in found.values()], locale=LOCALE)
    rows = [
        {
            "schema": code, "node": one.mapping.node.code, "path": paths[one.mapping.node_id],
            "is_removed": one.mapping.node.removed_in_id is not None, "category": one.mapping.category.key,
            "is_own": one.is_own, "actor": one.mapping.actor, "reason": one.mapping.reason,
            "mapped_at": one.mapping.mapped_at, "version": one.mapping.version,
        }
        for code, one in sorted(found.items())
    ]  # fmt: skip
    return MappingSerializer(rows, many=True).data
