"""Events of taxonomy. A category is named by its key, `tree/code`."""

from foundation.events.catalogue import declare

TREE_CREATED = declare("taxonomy.tree.created", "A tree exists", tree="code", kind="hierarchy or browse")
TREE_CHANGED = declare("taxonomy.tree.changed", "A tree is called otherwise", tree="code")
TREE_DELETED = declare("taxonomy.tree.deleted", "An empty tree is no more", tree="code")
CATEGORY_CREATED = declare(
    "taxonomy.category.created", "A category exists", category="tree/code", parent="tree/code, empty at the top"
)
CATEGORY_CHANGED = declare(
    "taxonomy.category.changed", "A category is called otherwise, is retired or is used again", category="tree/code"
)
CATEGORY_MOVED = declare(
    "taxonomy.category.moved",
    "A category, with all below it, is elsewhere in its tree or among its siblings",
    category="tree/code",
    parent="tree/code, empty at the top",
)
CATEGORY_DELETED = declare("taxonomy.category.deleted", "An empty category is no more", category="tree/code")
