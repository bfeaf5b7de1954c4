"""Endpoints of trees, below `api/v1/`. A category is addressed by its key, `tree/code`."""

from django.urls import path

from foundation.taxonomy.api import CategoryListView, CategoryView, TreeListView, TreeView

urlpatterns = [
    path("trees", TreeListView.as_view(), name="tree-list"),
    path("trees/<str:code>", TreeView.as_view(), name="tree-detail"),
    path("trees/<str:code>/categories", CategoryListView.as_view(), name="category-list"),
    path("categories/<path:key>", CategoryView.as_view(), name="category-detail"),
]
