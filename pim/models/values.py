from __future__ import annotations

from django.db import models

from foundation.core.actors import Actor
from foundation.core.fields import BitField
from foundation.markets.models import Cell
from pim.choices import MASK_LENGTH
from pim.models.attributes import Attribute
from pim.models.classifications import of_branches
from pim.models.products import Product


def _shared_or_of(markets: frozenset[str]) -> models.Q:
    return models.Q(cell__market=None) | models.Q(cell__market__code__in=markets)


class ValuesQuerySet(models.QuerySet["ProductValues"]):
    def visible_to(self, actor: Actor) -> ValuesQuerySet:
        """Values of visible products in shared cells and in those of the actor's markets. Attributes are cut later."""
        rows = self.filter(product__in=Product.objects.visible_to(actor))
        return rows.filter(
            actor.within("pim.view").where(market=_shared_or_of, category=of_branches("product__root__in"))
        )


class ProductValues(models.Model):
    """What is said of one product itself in one cell: attribute code to typed value.

    `computed` holds results of rules, which an own value beats. The database keeps `filled`: one bit per
    attribute of the family that has either.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="values")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    vals = models.JSONField(default=dict)
    computed = models.JSONField(default=dict)
    filled = BitField(length=MASK_LENGTH, default="0" * MASK_LENGTH, editable=False)
    version = models.BigIntegerField(default=1)

    objects = ValuesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "product values"
        constraints = [models.UniqueConstraint(fields=["product", "cell"], name="one_row_per_product_and_cell")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.cell_id}: {', '.join(sorted(self.vals))}"


class OverrideQuerySet(models.QuerySet["Override"]):
    def visible_to(self, actor: Actor) -> OverrideQuerySet:
        rows = self.filter(
            product__in=Product.objects.visible_to(actor), attribute__in=Attribute.objects.visible_to(actor)
        )
        categories = of_branches("product__root__in")
        return rows.filter(actor.within("pim.view").where(market="cell__market__code__in", category=categories))


class Override(models.Model):
    """Why a market has a value of its own, who said so, and until when.

    `shared` is what held for all markets when it was said or confirmed, as {"value": …}; null where nobody noted it.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="overrides")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    actor = models.TextField()
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    shared = models.JSONField(null=True, blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "cell", "attribute"], name="one_override")]
        # what ends soon
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(expires_at__isnull=False), name="overrides_that_end")
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.attribute_id} in {self.cell_id}: {self.reason}"
