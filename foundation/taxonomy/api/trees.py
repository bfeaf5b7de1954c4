"""Trees and their categories: read by everybody, changed by who defines them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.taxonomy.api.requests import actor_of, read_body, read_version
from foundation.taxonomy.choices import TreeKind
from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.queries import find_category, get_category, get_tree, holding_words
from foundation.taxonomy.services import (
    change_category,
    change_tree,
    create_category,
    create_tree,
    delete_category,
    delete_tree,
)
from foundation.taxonomy.services.categories import KEPT

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read; 412 if stale"
)


class TreeSerializer(serializers.Serializer):
    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=TreeKind.choices)
    labels = serializers.DictField(child=serializers.CharField(), help_text="Locale to text")
    is_controlled = serializers.BooleanField(read_only=True, help_text="Changed by approved change requests alone")
    version = serializers.IntegerField(read_only=True)


class TreeChangeSerializer(serializers.Serializer):
    """Fields that are not named stay."""

    labels = serializers.DictField(child=serializers.CharField(), required=False)
    is_controlled = serializers.BooleanField(required=False)


class CategorySerializer(serializers.Serializer):
    """`line` has the codes of those above it, the top first, and its own."""

    code = serializers.CharField()
    key = serializers.CharField(read_only=True, help_text="tree/code, by which roles and products name it")
    parent = serializers.CharField(source="parent.code", allow_null=True, default=None)  # type: ignore[assignment]
    line = serializers.SerializerMethodField()
    position = serializers.IntegerField()
    labels = serializers.DictField(child=serializers.CharField(), help_text="Locale to text")
    is_retired = serializers.BooleanField()
    version = serializers.IntegerField(read_only=True)

    def get_line(self, category: Category) -> list[str]:
        return [key.partition("/")[2] for key in category.line]


class NewCategorySerializer(serializers.Serializer):
    code = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField())
    parent = serializers.CharField(required=False, allow_null=True)  # type: ignore[assignment]
    position = serializers.IntegerField(required=False, help_text="Siblings before it; without it the last")


class CategoryChangeSerializer(serializers.Serializer):
    """Fields that are not named stay."""

    labels = serializers.DictField(child=serializers.CharField(), required=False)
    parent = serializers.CharField(required=False, allow_null=True)  # type: ignore[assignment]
    position = serializers.IntegerField(required=False, min_value=0)
    is_retired = serializers.BooleanField(required=False)


class TreeListView(generics.ListAPIView):
    serializer_class = TreeSerializer
    queryset = Tree.objects.none()
    keyset_order = ("code",)

    def get_queryset(self) -> Any:
        return Tree.objects.visible_to(actor_of(self.request))

    def get(self, request: Request) -> Response:
        """The product hierarchy and the browse trees."""
        return self.list(request)

    @extend_schema(request=TreeSerializer, responses={201: TreeSerializer})
    def post(self, request: Request) -> Response:
        """Make an empty tree."""
        given = read_body(TreeSerializer, request)
        return _told(TreeSerializer, create_tree(**given, actor=actor_of(request)), status=201)


class TreeView(APIView):
    @extend_schema(responses=TreeSerializer)
    def get(self, request: Request, code: str) -> Response:
        """One tree. The ETag is its version, for `If-Match`."""
        return _told(TreeSerializer, get_tree(code))

    @extend_schema(parameters=[IF_MATCH], request=TreeChangeSerializer, responses=TreeSerializer)
    def patch(self, request: Request, code: str) -> Response:
        """Call a tree otherwise; let it be changed by approved requests alone, or not."""
        given = read_body(TreeChangeSerializer, request)
        tree = change_tree(get_tree(code), **given, actor=actor_of(request), expected_version=read_version(request))
        return _told(TreeSerializer, tree)

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """End an empty tree."""
        delete_tree(get_tree(code), actor=actor_of(request), expected_version=read_version(request))
        return Response(status=204)


class CategoryListView(generics.ListAPIView):
    serializer_class = CategorySerializer
    queryset = Category.objects.none()
    keyset_order: tuple[str, ...] = ("position", "pk")

    def get_queryset(self) -> Any:
        tree, asked = get_tree(self.kwargs["code"]), self.request.query_params
        rows = Category.objects.visible_to(actor_of(self.request)).filter(tree=tree).select_related("parent")
        branch, words = asked.get("branch", ""), asked.get("q", "").strip()
        if branch or words:
            self.keyset_order = ("code",)
            rows = rows.in_branches([get_category(tree, branch).key]) if branch else rows
            return holding_words(rows, words) if words else rows
        above = asked.get("parent")
        return rows.filter(parent=get_category(tree, above) if above else None)

    @extend_schema(
        parameters=[
            OpenApiParameter("parent", str, description="Those right below it; without it those at the top"),
            OpenApiParameter("branch", str, description="It and all below it, by code"),
            OpenApiParameter("q", str, description="Words that its code or one of its names holds"),
        ]
    )
    def get(self, request: Request, code: str) -> Response:
        """Categories of a tree: by their parent, by their branch, by words."""
        return self.list(request)

    @extend_schema(request=NewCategorySerializer, responses={201: CategorySerializer})
    def post(self, request: Request, code: str) -> Response:
        """Make a category."""
        given = read_body(NewCategorySerializer, request)
        made = create_category(get_tree(code), **given, actor=actor_of(request))
        return _told(CategorySerializer, made, status=201)


class CategoryView(APIView):
    @extend_schema(responses=CategorySerializer)
    def get(self, request: Request, key: str) -> Response:
        """One category. The ETag is its version, for `If-Match`."""
        return _told(CategorySerializer, find_category(key))

    @extend_schema(parameters=[IF_MATCH], request=CategoryChangeSerializer, responses=CategorySerializer)
    def patch(self, request: Request, key: str) -> Response:
        """Rename, move or retire a category, all or none; what is not named stays."""
        given = read_body(CategoryChangeSerializer, request)
        changed = change_category(
            find_category(key),
            **{"parent": KEPT, **given},
            actor=actor_of(request),
            expected_version=read_version(request),
        )
        return _told(CategorySerializer, changed)

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """End a category that nothing is in."""
        found = find_category(key)
        delete_category(found, actor=actor_of(request), expected_version=read_version(request))
        return Response(status=204)


def _told(form: type[serializers.Serializer], row: Tree | Category, status: int = 200) -> Response:
    return Response(form(row).data, status=status, headers={"ETag": f'"{row.version}"'})
