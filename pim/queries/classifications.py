"""In which categories products lie, and who somebody is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from foundation.core.actors import CATEGORY, Actor
from foundation.taxonomy.models import Category
from pim.models import Classification, Product

NOWHERE: frozenset[str] = frozenset()


def branches_of(root_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """The keys of the primary category of each root and of those above it; NOWHERE for what is not classified."""
    rows = Classification.objects.filter(product__in=root_ids, is_primary=True)
    found = dict(rows.values_list("product", "category__line"))
    return {root: frozenset(found.get(root, ())) for root in root_ids}


def categories_of(root_ids: Collection[int]) -> dict[int, list[Category]]:
    """The categories of each root, the primary one first, then by key. One query."""
    found: dict[int, list[Category]] = defaultdict(list)
    rows = Classification.objects.filter(product__in=root_ids).select_related("category__tree")
    for row in sorted(rows, key=lambda row: (not row.is_primary, row.category.key)):
        found[row.product_id].append(row.category)
    return dict(found)


def category_of_product(uid: UUID) -> int | None:
    """The number of the category in which a product, by itself or by its model, lies."""
    rows = Classification.objects.filter(product__tree__uid=uid, is_primary=True)
    return rows.values_list("category_id", flat=True).first()


def products_in(keys: Collection[str]) -> int:
    """How many models and simple products lie in the branches of these categories."""
    within = Category.objects.in_branches(keys).order_by().values("pk")
    return Classification.objects.filter(category__in=within).order_by().values("product").distinct().count()


def place_of_root(root_id: int) -> Category | None:
    """The category of the product hierarchy that a model or simple product lies in."""
    row = Classification.objects.filter(product=root_id, is_primary=True).select_related("category").first()
    return row.category if row else None


def actor_at(product: Product, actor: Actor) -> Actor:
    """The actor as far as their reaches admit the product's category. A query only for who ends in some branch."""
    if not actor.is_anywhere_limited(CATEGORY):
        return actor
    return actor.at(category=branches_of([product.root_id])[product.root_id])


def actors_at(products: Iterable[Product], actor: Actor) -> dict[int, Actor]:
    """The same for many products, by their numbers."""
    found = list(products)
    if not actor.is_anywhere_limited(CATEGORY):
        return {product.pk: actor for product in found}
    branches = branches_of({product.root_id for product in found})
    return {product.pk: actor.at(category=branches[product.root_id]) for product in found}


def grouped_by_reach(products: Iterable[Product], actor: Actor) -> list[tuple[Actor, list[Product]]]:
    """Together those where the actor is the same: all of them, but for who ends in some branch."""
    found = list(products)
    groups: list[tuple[Actor, list[Product]]] = []
    theirs = actors_at(found, actor)
    for product in found:
        there = theirs[product.pk]
        group = next((group for known, group in groups if known.reaches == there.reaches), None)
        if group is None:
            groups.append((there, [product]))
        else:
            group.append(product)
    return groups
