from __future__ import annotations

from django.db import models
from django.db.models import F

from foundation.core.actors import Actor
from foundation.core.fields import BitField, positions
from pim.choices import MASK_LENGTH
from pim.models.products import OfProductQuerySet, Product


class CompletenessQuerySet(models.QuerySet["Completeness"]):
    def visible_to(self, actor: Actor) -> CompletenessQuerySet:
        rows = self.filter(product_id__in=Product.objects.visible_to(actor).values("id"))
        for dimension in ("market", "channel"):
            if (limits := actor.limits(dimension)) is not None:
                rows = rows.filter(**{f"scope__{dimension}__code__in": limits})
        return rows

    def complete(self) -> CompletenessQuerySet:
        return self.filter(filled=F("required"))


class Completeness(models.Model):
    """How much of what a scope's channel requires of a product is there. Derived; no row where nothing is required.

    `missing` has the bits of the family's attributes. `is_placed` says whether the product is offered there.
    """

    product_id = models.BigIntegerField()
    root_id = models.BigIntegerField(db_index=True)
    scope = models.ForeignKey(
        "markets.Scope", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    required = models.SmallIntegerField()
    filled = models.SmallIntegerField()
    missing = BitField(length=MASK_LENGTH)
    is_placed = models.BooleanField()

    objects = CompletenessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "completeness"
        indexes = [models.Index(fields=["scope", "is_placed"], name="completeness_of_scope")]
        constraints = [models.UniqueConstraint(fields=["product_id", "scope"], name="one_completeness")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.scope_id}: {self.filled}/{self.required}"

    @property
    def percent(self) -> int:
        """Whole per cent, rounded down, so that 100 means complete."""
        return 100 * self.filled // self.required

    @property
    def is_complete(self) -> bool:
        return self.filled == self.required

    @property
    def missing_positions(self) -> list[int]:
        return positions(self.missing)


class FirstCompletion(models.Model):
    """The moment at which a sellable product was complete in a scope for the first time: a fact for the KPIs."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    scope = models.ForeignKey("markets.Scope", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    objects = OfProductQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "scope"], name="complete_first_once")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.scope_id} at {self.at}"
