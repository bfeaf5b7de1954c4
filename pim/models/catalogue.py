from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from foundation.core.actors import Actor
from pim.models.families import Family
from pim.models.products import Product


class CatalogueEntryQuerySet(models.QuerySet["CatalogueEntry"]):
    def visible_to(self, actor: Actor) -> CatalogueEntryQuerySet:
        """Those of visible products; who has no limits is spared the look at the products themselves."""
        if not actor.may("pim.view"):
            return self.none()
        if actor.limits("market") is None:
            return self
        return self.filter(root_id__in=Product.objects.visible_to(actor).roots().values("pk"))


class CatalogueEntry(models.Model):
    """What the list of products is filtered and counted by: one narrow row for each model and simple product. Derived.

    `offered` are the scopes in which something of the tree has a placement, `placed` those in which something of it is
    sold and judged, `incomplete` those of the latter in which something lacks a required value.
    """

    root_id = models.BigIntegerField(primary_key=True)
    family = models.ForeignKey(
        Family, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    offered = ArrayField(models.BigIntegerField(), default=list)
    placed = ArrayField(models.BigIntegerField(), default=list)
    incomplete = ArrayField(models.BigIntegerField(), default=list)

    objects = CatalogueEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "catalogue entries"

    def __str__(self) -> str:
        return f"{self.root_id}: placed in {len(self.placed)} scopes, incomplete in {len(self.incomplete)}"
