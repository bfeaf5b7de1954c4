"""Trees: made, renamed, deleted when empty. One change of a tree at a time."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from foundation.core.actors import Actor
from foundation.core.codes import CODE
from foundation.core.errors import Conflict, Invalid, Missing, Stale
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.markets.models import Locale
from foundation.taxonomy import events
from foundation.taxonomy.choices import TreeKind
from foundation.taxonomy.errors import NeedsRequest, StillUsed
from foundation.taxonomy.models import Tree

LONGEST_LABEL = 200


def create_tree(*, code: str, kind: str, labels: Mapping[str, str], actor: Actor) -> Tree:
    """An empty tree. There is one product hierarchy, and any number of browse trees."""
    actor = actor.require("taxonomy.define")
    if kind not in TreeKind.values:
        raise Invalid(f"A tree is one of: {', '.join(TreeKind.values)}", path="kind")
    with recorded(actor):
        if Tree.objects.filter(code=checked_code(code)).exists():
            raise Conflict(f"There is a tree {code} already", path="code")
        if kind == TreeKind.HIERARCHY and (known := Tree.objects.filter(kind=kind).first()):
            raise Conflict(f"{known.code} is the product hierarchy; there is only one", path="kind")
        tree = Tree.objects.create(code=code, kind=kind, labels=checked_labels(labels))
        append_event(events.TREE_CREATED, tree.uid, tree=code, kind=kind)
    return tree


def change_tree(
    tree: Tree, *, actor: Actor, labels: Mapping[str, str] | None = None, is_controlled: bool | None = None,
    expected_version: int | None = None,
) -> Tree:  # fmt: skip
    """Several changes at once, all or none; with `expected_version` only if nobody has changed it since."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        tree = lock_tree(tree)
        check_version(tree.version, expected_version)
        if labels is not None:
            tree = rename_tree(tree, labels=labels, actor=actor)
        if is_controlled is not None:
            tree = control_tree(tree, is_controlled=is_controlled, actor=actor)
    return tree


def rename_tree(tree: Tree, *, labels: Mapping[str, str], actor: Actor, expected_version: int | None = None) -> Tree:
    """What a tree is called, by language; the same again changes nothing."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        tree = lock_tree(tree)
        check_version(tree.version, expected_version)
        wanted = checked_labels(labels)
        if tree.labels != wanted:
            tree.labels = wanted
            tree.version += 1
            tree.save(update_fields=["labels", "version"])
            append_event(events.TREE_CHANGED, tree.uid, tree=tree.code)
    return tree


def control_tree(tree: Tree, *, is_controlled: bool, actor: Actor, expected_version: int | None = None) -> Tree:
    """Let a tree be changed by approved change requests alone, or by who defines trees at once."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        tree = lock_tree(tree)
        check_version(tree.version, expected_version)
        if tree.is_controlled != is_controlled:
            tree.is_controlled = is_controlled
            tree.version += 1
            tree.save(update_fields=["is_controlled", "version"])
            append_event(events.TREE_CHANGED, tree.uid, tree=tree.code)
    return tree


def delete_tree(tree: Tree, *, actor: Actor, expected_version: int | None = None) -> None:
    """End a tree that has no categories."""
    actor = actor.require("taxonomy.define")
    with recorded(actor):
        tree = lock_tree(tree)
        check_version(tree.version, expected_version)
        if tree.categories.exists():
            raise StillUsed(f"{tree.code} has categories; delete them first", path="tree")
        tree.delete()
        append_event(events.TREE_DELETED, tree.uid, tree=tree.code)


def lock_tree(tree: Tree) -> Tree:
    """The tree as it is now, which nobody else changes until the transaction ends."""
    locked = Tree.objects.select_for_update().filter(pk=tree.pk).first()
    if locked is None:
        raise Missing("There is no such tree", path="tree")
    return locked


def check_request(tree: Tree, request: UUID | None) -> None:
    """Raise `NeedsRequest` where a controlled tree would change without one that was approved."""
    if tree.is_controlled and request is None:
        raise NeedsRequest(f"{tree.code} is controlled: propose the change, and somebody else approves it", path="tree")


def check_version(version: int, expected: int | None) -> None:
    """Raise `Stale` for who read another version."""
    if expected is not None and expected != version:
        raise Stale(f"It is at version {version}, not {expected}: read it again", path="version")


def checked_code(code: object) -> str:
    """A code that may stand in an address and in a key."""
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise Invalid("A code has letters, digits, - and _, forty at most", path="code")
    return code


def checked_labels(labels: object) -> dict[str, str]:
    """Locale to text, at least one."""
    if not isinstance(labels, Mapping) or not labels:
        raise Invalid("Say what it is called, in at least one language", path="labels")
    known = set(Locale.objects.values_list("code", flat=True))
    found = {}
    for locale, text in labels.items():
        if locale not in known:
            raise Invalid(f"There is no locale {str(locale)[:40]!r}", path="labels")
        if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_LABEL or not text.strip().isprintable():
            raise Invalid(f"A name has at most {LONGEST_LABEL} characters", path=f"labels.{locale}")
        found[locale] = text.strip()
    return found
