"""In which categories a product lies, and those that it may be put into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from foundation.core.actors import Actor
from foundation.taxonomy.choices import TreeKind
from foundation.taxonomy.models import Category, Tree
from foundation.taxonomy.queries import categories_by_key
from pim.models import Product
from pim.queries.classifications import categories_of
from workspace.queries.shown import LOCALE

FOUND = 12


@dataclass(frozen=True)
class Shelf:
    """A category with the names of those above it."""

    key: str
    tree: str
    path: Sequence[str]
    is_primary: bool
    is_retired: bool
    url: str

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(frozen=True)
class CategoryCard:
    """`model_url` leads from a variant to its model, where it is classified."""

    uid: UUID
    shelves: list[Shelf]
    can_edit: bool
    model_url: str
    has_trees: bool
    q: str
    choices: list[Shelf]


def category_card(product: Product, *, actor: Actor, q: str = "") -> CategoryCard:
    """The product's own, or its model's; with words, what it may be put into."""
    rows = categories_of([product.root_id]).get(product.root_id, [])
    has_trees = bool(rows) or Tree.objects.exists()
    can_edit = product.is_root and actor.may("pim.edit") and has_trees
    return CategoryCard(
        uid=product.uid,
        shelves=shelves_of(rows),
        can_edit=can_edit,
        model_url="" if product.is_root else reverse("product", args=[product.root.uid]) + "#categories-title",
        has_trees=has_trees,
        q=q,
        choices=category_choices(q, without=[one.key for one in rows]) if can_edit and q else [],
    )


def category_choices(q: str, *, without: Sequence[str] = ()) -> list[Shelf]:
    """Categories that take something in, by a part of their code or of any of their names."""
    rows = Category.objects.filter(is_retired=False).annotate(names=Cast("labels", TextField())).select_related("tree")
    for word in q.split()[:8]:
        rows = rows.filter(Q(code__icontains=word) | Q(names__icontains=word))
    found = [one for one in rows.order_by("line")[: FOUND + len(without)] if one.key not in without]
    return shelves_of(found[:FOUND])


def shelves_of(rows: Sequence[Category]) -> list[Shelf]:
    """With their ways down. One query for all that is above them."""
    above = categories_by_key({key for one in rows for key in one.line})
    return [
        Shelf(
            key=one.key,
            tree=one.tree.label(LOCALE),
            path=[above[key].label(LOCALE) for key in one.line],
            is_primary=one.tree.kind == TreeKind.HIERARCHY,
            is_retired=one.is_retired,
            url=f"{reverse('tree', args=[one.tree.code])}?category={one.code}",
        )
        for one in rows
    ]
