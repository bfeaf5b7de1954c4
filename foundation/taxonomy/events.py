"""Events of taxonomy. A category is named by its key, `tree/code`."""

from foundation.events.catalogue import declare

TREE_CREATED = declare("taxonomy.tree.created", "A tree exists", tree="code", kind="hierarchy or browse")
TREE_CHANGED = declare(
    "taxonomy.tree.changed", "A tree is called otherwise, or is controlled or no longer so", tree="code"
)
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
SCHEMA_IMPORTED = declare(
    "taxonomy.schema.imported", "A published tree, or a version or a language of it, came in",
    schema="code", version="as its publisher calls it", locale="language tag",
)  # fmt: skip
CATEGORY_MAPPED = declare(
    "taxonomy.category.mapped", "A category is something else, or nothing, in a schema of somebody else's",
    category="tree/code", schema="code", node="code there, empty: nothing of its own",
)  # fmt: skip
VOCABULARY_CREATED = declare("taxonomy.vocabulary.created", "A vocabulary exists", vocabulary="code")
VOCABULARY_CHANGED = declare("taxonomy.vocabulary.changed", "A vocabulary is called otherwise", vocabulary="code")
VOCABULARY_DELETED = declare("taxonomy.vocabulary.deleted", "An empty vocabulary is no more", vocabulary="code")
TERM_CREATED = declare("taxonomy.term.created", "A term exists", vocabulary="code", term="code")
TERM_CHANGED = declare(
    "taxonomy.term.changed", "A term has other words, another broader one, or is retired", vocabulary="code",
    term="code",
)  # fmt: skip
TERM_DELETED = declare("taxonomy.term.deleted", "A term is no more", vocabulary="code", term="code")
