from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from foundation.taxonomy.models import Category
from pim.models.products import OfProductQuerySet, Product


class Classification(models.Model):
    """A model or simple product lies in a category, and all its variants with it.

    `is_primary` says that it is the one of the product hierarchy: whose limits end in a branch sees the product by it.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="classifications")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_primary = models.BooleanField()

    objects = OfProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "category"], name="classified_once"),
            models.UniqueConstraint(fields=["product"], condition=Q(is_primary=True), name="one_primary_category"),
        ]
        indexes = [models.Index(fields=["category", "is_primary", "product"], name="products_of_category")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.category_id}"


def roots_in(keys: Iterable[str]) -> Any:
    """Numbers of the models and simple products in these branches of the hierarchy, as a subquery."""
    branches = Category.objects.in_branches(frozenset(keys)).order_by().values("pk")
    return Classification.objects.filter(is_primary=True, category__in=branches).values("product")


def of_branches(field: str) -> Callable[[frozenset[str]], Q]:
    """For `Actor.where`: rows whose root, named by the field, lies in the branches: `of_branches("root_id__in")`."""
    return lambda keys: Q(**{field: roots_in(keys)})
