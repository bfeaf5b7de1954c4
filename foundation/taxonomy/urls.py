"""Endpoints of trees, below `api/v1/`. A category is addressed by its key, `tree/code`."""

from django.urls import path

from foundation.taxonomy.api.schemas import (
    CoverageView,
    MappingListView,
    NodeListView,
    SchemaChangeListView,
    SchemaListView,
    SuggestionView,
)
from foundation.taxonomy.api.trees import CategoryListView, CategoryView, TreeListView, TreeView
from foundation.taxonomy.api.vocabularies import (
    TermListView,
    TermView,
    VocabularyListView,
    VocabularyView,
    WordView,
)

urlpatterns = [
    path("trees", TreeListView.as_view(), name="tree-list"),
    path("trees/<str:code>", TreeView.as_view(), name="tree-detail"),
    path("trees/<str:code>/categories", CategoryListView.as_view(), name="category-list"),
    path("schemas", SchemaListView.as_view(), name="schema-list"),
    path("schemas/<str:code>/nodes", NodeListView.as_view(), name="schema-nodes"),
    path("schemas/<str:code>/suggestions", SuggestionView.as_view(), name="schema-suggestions"),
    path("schemas/<str:code>/changes", SchemaChangeListView.as_view(), name="schema-changes"),
    path("schemas/<str:code>/coverage", CoverageView.as_view(), name="schema-coverage"),
    path("categories/<path:key>/mappings", MappingListView.as_view(), name="mapping-list"),
    path("categories/<path:key>", CategoryView.as_view(), name="category-detail"),
    path("vocabularies", VocabularyListView.as_view(), name="vocabulary-list"),
    path("vocabularies/<str:code>", VocabularyView.as_view(), name="vocabulary-detail"),
    path("vocabularies/<str:code>/terms", TermListView.as_view(), name="term-list"),
    path("vocabularies/<str:code>/meaning", WordView.as_view(), name="term-meaning"),
    path("terms/<path:key>", TermView.as_view(), name="term-detail"),
]
