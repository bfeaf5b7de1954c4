"""What our categories are in schemas of others, said category by category; what is below one has it from there."""

from __future__ import annotations

from uuid import UUID

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.taxonomy import events
from foundation.taxonomy.models import Category, CategoryMapping
from foundation.taxonomy.queries import get_category, get_node, get_schema
from foundation.taxonomy.services.trees import check_request, check_version, lock_tree

LONGEST = 1000


def map_category(
    category: Category, *, schema: str, node: str | None, actor: Actor, reason: str = "",
    expected_version: int | None = None, request: UUID | None = None,
) -> CategoryMapping | None:  # fmt: skip
    """Say what a category is in a schema, by the node's code; None takes its own word back.

    `expected_version` is that of its own word, 0 where it has none.
    """
    actor = actor.require("taxonomy.define")
    with recorded(actor, reason=reason):
        tree = lock_tree(category.tree)
        check_request(tree, request)
        category, there = get_category(tree, category.code), get_schema(schema)
        wanted = get_node(there, node) if node else None
        own = CategoryMapping.objects.select_for_update().filter(category=category, schema=there).first()
        check_version(own.version if own else 0, expected_version)
        if len(reason) > LONGEST:
            raise Invalid(f"A reason has at most {LONGEST:,} characters", path="reason")
        if (own.node_id if own else None) == (wanted.pk if wanted else None):
            return own
        if wanted is None:
            CategoryMapping.objects.filter(category=category, schema=there).delete()
            own = None
        else:
            own = own or CategoryMapping(category=category, schema=there, version=0)
            own.node, own.actor, own.reason, own.mapped_at = wanted, actor.label, reason.strip(), moment.now()
            own.version += 1
            own.save()
        said = wanted.code if wanted else ""
        append_event(events.CATEGORY_MAPPED, category.uid, category=category.key, schema=schema, node=said)
    return own
