"""What can be asked for of trees: categories made, renamed, moved, retired and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from foundation.accounts.models import Grant
from foundation.approval.registry import Image, Kind, Parameters, register_kind, register_touched
from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Invalid
from foundation.taxonomy.models import Category
from foundation.taxonomy.queries import get_category, get_tree
from foundation.taxonomy.services import (
    create_category,
    delete_category,
    lock_tree,
    move_category,
    rename_category,
    retire_category,
)


class OfCategory(Kind):
    """Of a category that is there, named by `category`, its key `tree/code`."""

    deciding = "taxonomy.define"
    taken: frozenset[str] = frozenset()

    def check(self, given: Parameters) -> dict[str, Any]:
        unknown = given.keys() - self.taken - {"category"}
        if unknown:
            raise Invalid(f"{self.name} knows no {min(unknown)[:40]!r}", path=f"parameters.{min(unknown)[:40]}")
        if not isinstance(given.get("category"), str):
            raise Invalid("Name the category: tree/code", path="parameters.category")
        return dict(given)

    def concerns(self, parameters: Parameters) -> str:
        return str(parameters["category"])

    def hold(self, parameters: Parameters) -> None:
        lock_tree(get_tree(_tree(parameters)))

    def ground(self, parameters: Parameters) -> Any:
        found = {"category": _standing(category_named(parameters))}
        if parameters.get("parent"):
            found["parent"] = _standing(_above(parameters))
        return found

    def image(self, parameters: Parameters) -> Image:
        return _image(category_named(parameters))

    def branches(self, parameters: Parameters) -> list[str]:
        return [self.concerns(parameters)]


class Create(OfCategory):
    name = "taxonomy.create"
    label = "New category"
    taken = frozenset({"labels", "parent", "position"})

    def ground(self, parameters: Parameters) -> Any:
        return {"parent": _standing(_above(parameters)) if parameters.get("parent") else None}

    def image(self, parameters: Parameters) -> Image:
        found = get_tree(_tree(parameters)).categories.filter(code=_code(parameters)).first()
        return _image(found) if found else {}

    def branches(self, parameters: Parameters) -> list[str]:
        return []

    def carry_out(self, parameters: Parameters, *, actor: Actor, request: UUID, reason: str = "") -> None:
        create_category(
            get_tree(_tree(parameters)), code=_code(parameters), labels=_labels(parameters),
            parent=_text(parameters, "parent"), position=_number(parameters), actor=actor, request=request,
        )  # fmt: skip


class Rename(OfCategory):
    name = "taxonomy.rename"
    label = "Rename"
    taken = frozenset({"labels"})

    def carry_out(self, parameters: Parameters, *, actor: Actor, request: UUID, reason: str = "") -> None:
        rename_category(category_named(parameters), labels=_labels(parameters), actor=actor, request=request)


class Move(OfCategory):
    name = "taxonomy.move"
    label = "Move"
    taken = frozenset({"parent", "position"})

    def carry_out(self, parameters: Parameters, *, actor: Actor, request: UUID, reason: str = "") -> None:
        move_category(
            category_named(parameters), parent=_text(parameters, "parent"), position=_number(parameters), actor=actor,
            request=request,
        )  # fmt: skip


class Retire(OfCategory):
    name = "taxonomy.retire"
    label = "Retire"
    is_retired = True

    def carry_out(self, parameters: Parameters, *, actor: Actor, request: UUID, reason: str = "") -> None:
        retire_category(category_named(parameters), is_retired=self.is_retired, actor=actor, request=request)


class Restore(Retire):
    name = "taxonomy.restore"
    label = "Use again"
    is_retired = False


class Delete(OfCategory):
    name = "taxonomy.delete"
    label = "Delete"

    def image(self, parameters: Parameters) -> Image:
        found = get_tree(_tree(parameters)).categories.filter(code=_code(parameters)).first()
        return _image(found) if found else {}

    def carry_out(self, parameters: Parameters, *, actor: Actor, request: UUID, reason: str = "") -> None:
        delete_category(category_named(parameters), actor=actor, request=request)


def offer_category_changes() -> None:
    """Let changes of categories be asked for, and say what a branch holds."""
    for kind in (Create(), Rename(), Move(), Retire(), Restore(), Delete()):
        register_kind(kind)
    register_touched("subcategories", lambda keys: Category.objects.in_branches(keys).count() - len(keys))
    register_touched("roles", _roles_in)


def _roles_in(keys: list[str]) -> int:
    """Grants that are limited to what lies in these branches."""
    codes = Grant.objects.filter(dimension=CATEGORY).values_list("code", flat=True)
    known = {one.key for one in Category.objects.in_branches(keys).filter(line__overlap=list(codes))}
    return Grant.objects.filter(dimension=CATEGORY, code__in=known).count()


def _tree(parameters: Parameters) -> str:
    return str(parameters["category"]).partition("/")[0]


def _code(parameters: Parameters) -> str:
    return str(parameters["category"]).partition("/")[2]


def category_named(parameters: Parameters) -> Category:
    """The category that a request is about, as it is now."""
    return get_category(get_tree(_tree(parameters)), _code(parameters))


def _above(parameters: Parameters) -> Category:
    return get_category(get_tree(_tree(parameters)), str(parameters["parent"]))


def _standing(category: Category) -> list[Any]:
    return [category.version, category.line]


def _image(category: Category) -> Image:
    siblings = list(category.tree.categories.children_of(category.parent).values_list("pk", flat=True))
    names = {f"Name, {locale}": text for locale, text in sorted(category.labels.items())}
    return {
        **names,
        "Place": " / ".join(key.partition("/")[2] for key in category.line),
        "Siblings before it": str(siblings.index(category.pk)),
        "State": "Retired" if category.is_retired else "In use",
    }


def _labels(parameters: Parameters) -> Mapping[str, str]:
    labels: Mapping[str, str] = parameters.get("labels") or {}
    return labels


def _text(parameters: Parameters, name: str) -> str | None:
    value = parameters.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid("Name it by its code", path=f"parameters.{name}")
    return value or None


def _number(parameters: Parameters) -> int | None:
    value = parameters.get("position")
    if value is not None and (type(value) is not int or abs(value) > 10**9):
        raise Invalid("A position is a number, counted from 0", path="parameters.position")
    return value
