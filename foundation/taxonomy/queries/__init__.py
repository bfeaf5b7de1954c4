"""Finding trees, categories, nodes of schemas, what maps the ones to the others, and terms."""

from foundation.taxonomy.queries.mappings import Mapped, coverage_of, mapping_of, mappings_of, mappings_onto_removed
from foundation.taxonomy.queries.schemas import get_node, get_schema, paths_of, suggested_nodes
from foundation.taxonomy.queries.trees import (
    categories_by_key,
    find_category,
    get_category,
    get_tree,
    holding_words,
    in_branches,
    line_of,
    wrong_lines,
)
from foundation.taxonomy.queries.vocabularies import get_term, get_vocabulary, resolve_word, terms_holding

__all__ = [
    "Mapped",
    "categories_by_key",
    "coverage_of",
    "find_category",
    "get_category",
    "get_node",
    "get_schema",
    "get_term",
    "get_tree",
    "get_vocabulary",
    "holding_words",
    "in_branches",
    "line_of",
    "mapping_of",
    "mappings_of",
    "mappings_onto_removed",
    "paths_of",
    "resolve_word",
    "suggested_nodes",
    "terms_holding",
    "wrong_lines",
]
