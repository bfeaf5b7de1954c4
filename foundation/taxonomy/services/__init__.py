"""The only writers of trees and categories."""

from foundation.taxonomy.services.categories import (
    change_category,
    create_category,
    delete_category,
    move_category,
    rename_category,
    retire_category,
)
from foundation.taxonomy.services.lines import refresh_lines, tree_ids
from foundation.taxonomy.services.mappings import map_category
from foundation.taxonomy.services.schemas import import_schema
from foundation.taxonomy.services.trees import (
    change_tree,
    control_tree,
    create_tree,
    delete_tree,
    lock_tree,
    rename_tree,
)
from foundation.taxonomy.services.vocabularies import (
    change_term,
    create_term,
    create_vocabulary,
    delete_term,
    delete_vocabulary,
    rename_vocabulary,
)

__all__ = [
    "change_category",
    "change_term",
    "change_tree",
    "control_tree",
    "create_category",
    "create_term",
    "create_tree",
    "create_vocabulary",
    "delete_category",
    "delete_term",
    "delete_tree",
    "delete_vocabulary",
    "import_schema",
    "lock_tree",
    "map_category",
    "move_category",
    "refresh_lines",
    "rename_category",
    "rename_tree",
    "rename_vocabulary",
    "retire_category",
    "tree_ids",
]
