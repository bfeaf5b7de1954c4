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

__all__ = [
    "change_category",
    "change_tree",
    "control_tree",
    "create_category",
    "create_tree",
    "delete_category",
    "delete_tree",
    "import_schema",
    "lock_tree",
    "map_category",
    "move_category",
    "refresh_lines",
    "rename_category",
    "rename_tree",
    "retire_category",
    "tree_ids",
]
