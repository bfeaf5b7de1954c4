"""Categories: made, renamed, moved, retired, deleted when nothing is in them. One change of a tree at a time.

`request` is the approved change request that is carried out; without one a controlled tree refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, ProtectedError

from foundation.accounts.models import ApiKey, Grant
from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.taxonomy import events
from foundation.taxonomy.choices import DEEPEST, MOST
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.services.lines import depth_below, move_lines
from foundation.taxonomy.services.trees import check_request, check_version, checked_code, checked_labels, lock_tree

KEPT: Any = object()  # what is not named stays


def create_category(
    tree: Tree, *, code: str, labels: Mapping[str, str], actor: Actor, parent: str | None = None,
    position: int | None = None, request: UUID | None = None,
) -> Category:  # fmt: skip
    """A category below another one of the tree, by its code, or at the top; last among its siblings unless said."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        tree = lock_tree(tree)
        check_request(tree, request)
        if tree.categories.filter(code=checked_code(code)).exists():
            raise Conflict(f"{tree.code} has a category {code} already", path="code")
        if tree.categories.count() >= MOST:
            raise Conflict(f"A tree has at most {MOST:,} categories", path="tree")
        above = _parent(tree, parent)
        line = [*(above.line if above else []), f"{tree.code}/{code}"]
        _require_depth(len(line))
        category = Category.objects.create(
            tree=tree, code=code, parent=above, line=line, labels=checked_labels(labels),
            position=_make_room(tree, above, position),
        )  # fmt: skip
        append_event(events.CATEGORY_CREATED, category.uid, category=category.key, parent=above.key if above else "")
    return category


def change_category(
    category: Category, *, actor: Actor, labels: Mapping[str, str] | None = None, parent: str | None = KEPT,
    position: int | None = None, is_retired: bool | None = None, expected_version: int | None = None,
) -> Category:  # fmt: skip
    """Several changes at once, all or none; with `expected_version` only if nobody has changed it since."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        category = _lock(category, None)
        check_version(category.version, expected_version)
        if labels is not None:
            category = rename_category(category, labels=labels, actor=actor)
        if parent is not KEPT or position is not None:
            above = parent if parent is not KEPT else category.parent.code if category.parent else None
            category = move_category(category, parent=above, position=position, actor=actor)
        if is_retired is not None:
            category = retire_category(category, is_retired=is_retired, actor=actor)
    return category


def rename_category(
    category: Category, *, labels: Mapping[str, str], actor: Actor, expected_version: int | None = None,
    request: UUID | None = None,
) -> Category:  # fmt: skip
    """What a category is called, by language; the same again changes nothing."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        category = _lock(category, request)
        check_version(category.version, expected_version)
        wanted = checked_labels(labels)
        if category.labels != wanted:
            category.labels = wanted
            _save(category, "labels")
            append_event(events.CATEGORY_CHANGED, category.uid, category=category.key)
    return category


def move_category(
    category: Category, *, parent: str | None, actor: Actor, position: int | None = None,
    expected_version: int | None = None, request: UUID | None = None,
) -> Category:  # fmt: skip
    """Hang a category, with all below it, below another one of its tree (None: at the top).

    `position` counts its new siblings before it; without it a category comes last, or stays where it is. Roles that
    are limited to a branch hold in it as it is from the next request on. Raises `Invalid` for its own branch.
    """
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        category = _lock(category, request)
        check_version(category.version, expected_version)
        above = _parent(category.tree, parent)
        if above is not None and category.key in above.line:
            raise Invalid(f"{above.code} lies in the branch of {category.code}", path="parent")
        is_elsewhere = (above.pk if above else None) != category.parent_id
        if not is_elsewhere and (position is None or position == _place(category)):
            return category
        if is_elsewhere:
            line = above.line if above else []
            _require_depth(len(line) + depth_below(category))
            move_lines(category, above=line)
            category.line = [*line, category.key]
        category.parent = above
        category.position = _make_room(category.tree, above, position, without=category)
        _save(category, "parent", "position")
        append_event(events.CATEGORY_MOVED, category.uid, category=category.key, parent=above.key if above else "")
    return category


def retire_category(
    category: Category, *, actor: Actor, is_retired: bool = True, expected_version: int | None = None,
    request: UUID | None = None,
) -> Category:  # fmt: skip
    """Let a category take in nothing new, or again; what is in it stays."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        category = _lock(category, request)
        check_version(category.version, expected_version)
        if category.is_retired != is_retired:
            category.is_retired = is_retired
            _save(category, "is_retired")
            append_event(events.CATEGORY_CHANGED, category.uid, category=category.key)
    return category


def delete_category(
    category: Category, *, actor: Actor, expected_version: int | None = None, request: UUID | None = None
) -> None:
    """End a category that has none below it, that nothing is in and that limits no role and no key."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        category = _lock(category, request)
        check_version(category.version, expected_version)
        if category.children.exists():
            raise StillUsed(f"{category.code} has categories below it", path="category")
        granted = Grant.objects.filter(dimension=CATEGORY, code=category.key).exists()
        if granted or ApiKey.objects.filter(categories__contains=[category.key]).exists():
            raise StillUsed(f"A role or a key is limited to {category.code}", path="category")
        try:
            category.delete()
        except ProtectedError:
            raise StillUsed(
                f"Something is in {category.code}; retire it, or move that first", path="category"
            ) from None
        append_event(events.CATEGORY_DELETED, category.uid, category=category.key)


def _lock(category: Category, request: UUID | None) -> Category:
    """The category as it is now, in a tree that nobody else changes."""
    tree = lock_tree(category.tree)
    check_request(tree, request)
    locked = tree.categories.select_related("parent").filter(pk=category.pk).first()
    if locked is None:
        raise Missing("There is no such category", path="category")
    locked.tree = tree
    return locked


def _parent(tree: Tree, code: str | None) -> Category | None:
    if not code:
        return None
    found = tree.categories.filter(code=code).first()
    if found is None:
        raise Invalid(f"{tree.code} has no category {code[:40]!r}", path="parent")
    return found


def _require_depth(depth: int) -> None:
    if depth > DEEPEST:
        raise Invalid(f"A tree is at most {DEEPEST} levels deep", path="parent")


def _place(category: Category) -> int:
    """How many siblings stand before it."""
    siblings = category.tree.categories.children_of(category.parent).values_list("pk", flat=True)
    return list(siblings).index(category.pk)


def _make_room(tree: Tree, parent: Category | None, place: int | None, without: Category | None = None) -> int:
    """The position after so many siblings; those behind it move on."""
    siblings = tree.categories.children_of(parent)
    if without is not None:
        siblings = siblings.exclude(pk=without.pk)
    positions = list(siblings.values_list("position", flat=True))
    if place is None or place >= len(positions):
        return positions[-1] + 1 if positions else 0
    if place < 0:
        raise Invalid("A position counts from 0", path="position")
    before = list(siblings.values_list("pk", flat=True)[:place])
    siblings.exclude(pk__in=before).update(position=F("position") + 1)
    return positions[place]


def _save(category: Category, *fields: str) -> None:
    category.version += 1
    category.save(update_fields=[*fields, "version"])
