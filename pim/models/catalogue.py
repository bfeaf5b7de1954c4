from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.taxonomy.models import Category
from pim.models.families import Family


def _of_branches(keys: frozenset[str]) -> Q:
    return Q(category__in=Category.objects.in_branches(keys).order_by().values("pk"))


class CatalogueEntryQuerySet(models.QuerySet["CatalogueEntry"]):
    def visible_to(self, actor: Actor) -> CatalogueEntryQuerySet:
        """Those of products that were visible when they were last told, at most a second ago: to count and to look
        among. What is shown of them is asked of the products.
        """
        if not actor.may("pim.view"):
            return self.none()
        return self.filter(actor.within("pim.view").where(market="markets__overlap", category=_of_branches))


class CatalogueEntry(models.Model):
    """What the list of products is filtered and counted by: one narrow row for each model and simple product. Derived.

    `markets` and `offered` are the markets and the scopes in which something of the tree has a placement, `placed` the
    scopes in which something of it is sold and judged, `incomplete` those of the latter in which something lacks a
    required value. `category` is its place in the product hierarchy. `words` are those that any product of the tree
    is found by (`ProductSearch`), each once: a list that joined them would be at the mercy of how common the planner
    takes them for.
    """

    root_id = models.BigIntegerField(primary_key=True)
    family = models.ForeignKey(
        Family, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    markets = ArrayField(models.TextField(), default=list)
    category = models.ForeignKey(
        Category, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    offered = ArrayField(models.BigIntegerField(), default=list)
    placed = ArrayField(models.BigIntegerField(), default=list)
    incomplete = ArrayField(models.BigIntegerField(), default=list)
    words = models.TextField(default="")

    objects = CatalogueEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "catalogue entries"
        indexes = [
            GinIndex(fields=["words"], name="catalogue_words", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["category"], name="catalogue_of_category"),
        ]

    def __str__(self) -> str:
        return f"{self.root_id}: placed in {len(self.placed)} scopes, incomplete in {len(self.incomplete)}"
