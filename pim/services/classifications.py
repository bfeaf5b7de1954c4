"""Products put into categories and taken out. Variants lie where their model lies."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.core.actors import Actor
from pim.models import Product
from pim.services.drafts import CategoriesDraft, ProductDraft
from pim.services.products import Upserted, write_one


def classify_product(product: Product, *, category: str, actor: Actor) -> Upserted:
    """Put a product into a category (`tree/code`); in the hierarchy it leaves the one where it was.

    Raises `Denied` for a category outside the actor's branches, `BadProduct` for one that takes nothing in.
    """
    return _write(product, CategoriesDraft(added=[category]), actor)


def unclassify_product(product: Product, *, category: str, actor: Actor) -> Upserted:
    """Take a product out of a category; where it does not lie there, nothing changes."""
    return _write(product, CategoriesDraft(removed=[category]), actor)


def set_categories(
    product: Product, *, categories: Sequence[str], actor: Actor, expected: Sequence[str] | None = None
) -> Upserted:
    """Let a product lie in exactly these categories; with `expected` only if it lies in exactly those now."""
    return _write(product, CategoriesDraft(exactly=list(categories), expected=expected), actor)


def _write(product: Product, categories: CategoriesDraft, actor: Actor) -> Upserted:
    return write_one(ProductDraft(sku=product.sku, must_be="known", categories=categories), actor=actor)
