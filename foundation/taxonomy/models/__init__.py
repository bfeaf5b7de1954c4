"""Trees and their categories; the schemas of others and what our categories are in them; agreed words."""

from foundation.taxonomy.models.schemas import (
    CategoryMapping,
    ExternalNode,
    ExternalSchema,
    SchemaChange,
    SchemaFile,
    SchemaVersion,
)
from foundation.taxonomy.models.trees import Category, CategoryQuerySet, Tree, TreeQuerySet
from foundation.taxonomy.models.vocabularies import Term, TermQuerySet, Vocabulary, VocabularyQuerySet

__all__ = [
    "Category",
    "CategoryMapping",
    "CategoryQuerySet",
    "ExternalNode",
    "ExternalSchema",
    "SchemaChange",
    "SchemaFile",
    "SchemaVersion",
    "Term",
    "TermQuerySet",
    "Tree",
    "TreeQuerySet",
    "Vocabulary",
    "VocabularyQuerySet",
]
