"""Trees and their categories; the schemas of others and what of them our categories are."""

from foundation.taxonomy.models.schemas import (
    CategoryMapping,
    ExternalNode,
    ExternalSchema,
    SchemaChange,
    SchemaFile,
    SchemaVersion,
)
from foundation.taxonomy.models.trees import Category, CategoryQuerySet, Tree, TreeQuerySet

__all__ = [
    "Category",
    "CategoryMapping",
    "CategoryQuerySet",
    "ExternalNode",
    "ExternalSchema",
    "SchemaChange",
    "SchemaFile",
    "SchemaVersion",
    "Tree",
    "TreeQuerySet",
]
