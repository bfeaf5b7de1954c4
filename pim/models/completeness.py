from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q

from foundation.core.actors import Actor
from foundation.core.fields import BitField, positions
from pim.choices import MASK_LENGTH
from pim.models.classifications import of_branches
from pim.models.families import Family
from pim.models.products import OfProductQuerySet, Product

SCOPE = {"market": "scope__market__code__in", "channel": "scope__channel__code__in"}
M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class OfScopeQuerySet(models.QuerySet[M_co]):
    """Rows that belong to a scope and speak of nothing outside it."""

    def visible_to(self, actor: Actor) -> Self:
        if not actor.may("pim.view"):
            return self.none()
        return self.filter(actor.within("pim.view").where(**SCOPE, category=self.of_categories))

    def of_categories(self, keys: frozenset[str]) -> Q:
        """Sums over a family tell of all its branches, so who ends in some is shown none."""
        return Q(pk__in=[])


class CompletenessQuerySet(OfScopeQuerySet["Completeness"]):
    def visible_to(self, actor: Actor) -> CompletenessQuerySet:
        return self.of_places(actor).filter(product_id__in=Product.objects.visible_to(actor).values("id"))

    def of_places(self, actor: Actor) -> CompletenessQuerySet:
        """In the actor's scopes and branches: what is counted there they see, since it is placed in the scope."""
        return super().visible_to(actor)

    def of_categories(self, keys: frozenset[str]) -> Q:
        return of_branches("root_id__in")(keys)

    def counted(self) -> CompletenessQuerySet:
        """What is sold and offered there."""
        return self.filter(is_placed=True, is_sellable=True)

    def complete(self) -> CompletenessQuerySet:
        return self.filter(filled=F("required"))

    def incomplete(self) -> CompletenessQuerySet:
        return self.filter(filled__lt=F("required"))


class Completeness(models.Model):
    """How much of what a scope's channel requires of a product is there. Derived; no row where nothing is required.

    `missing` has the bits of the family's attributes. `is_placed` says whether the product is offered there,
    `is_sellable` whether it is at the deepest level of its family. Counted are those that are both.
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
    family = models.ForeignKey(
        Family, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    is_sellable = models.BooleanField()

    objects = CompletenessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "completeness"
        indexes = [
            models.Index(fields=["scope", "is_placed"], name="completeness_of_scope"),
            # what somebody who ends in branches counts: without looking at the rows, and those that lack something
            models.Index(
                fields=["root_id"],
                include=["family", "scope", "required", "filled"],
                condition=Q(is_placed=True, is_sellable=True),
                name="counted_of_root",
            ),
            models.Index(
                fields=["root_id"],
                condition=Q(is_placed=True, is_sellable=True, filled__lt=F("required")),
                name="incomplete_of_root",
            ),
            # what to mend: the products of a family that lack something where they are offered
            models.Index(
                fields=["family", "product_id", "scope"],
                condition=Q(is_placed=True, is_sellable=True, filled__lt=F("required")),
                name="incomplete_of_family",
            ),
        ]
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


class CompletenessSummary(models.Model):
    """What is counted of a family in a scope. Derived; triggers on completeness keep it, row by changed row."""

    family = models.ForeignKey(Family, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    scope = models.ForeignKey(
        "markets.Scope", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    products = models.IntegerField()
    complete = models.IntegerField()
    required = models.BigIntegerField()
    filled = models.BigIntegerField()

    objects = OfScopeQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "completeness summaries"
        constraints = [models.UniqueConstraint(fields=["family", "scope"], name="one_summary")]

    def __str__(self) -> str:
        return f"{self.family_id} in {self.scope_id}: {self.complete}/{self.products}"


class MissingCount(models.Model):
    """How many of the counted products of a family miss one of its attributes in a scope. Derived, as the summary."""

    family = models.ForeignKey(Family, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    scope = models.ForeignKey(
        "markets.Scope", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    index = models.SmallIntegerField(help_text="The attribute's bit in the family's masks")
    products = models.IntegerField()

    objects = OfScopeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["family", "scope", "index"], name="one_missing_count")]

    def __str__(self) -> str:
        return f"{self.family_id} in {self.scope_id}, bit {self.index}: {self.products}"


class CompletenessDay(models.Model):
    """The summary of a family in a scope as it was at the end of a day (UTC): a fact for trends.

    There is a row for each day on which it differed from the day before; between two rows it did not move.
    """

    day = models.DateField()
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="+", db_index=False)
    scope = models.ForeignKey("markets.Scope", on_delete=models.PROTECT, related_name="+", db_index=False)
    products = models.IntegerField()
    complete = models.IntegerField()
    required = models.BigIntegerField()
    filled = models.BigIntegerField()

    objects = OfScopeQuerySet.as_manager()

    class Meta:
        # also how a trend finds the last row before its first day
        constraints = [models.UniqueConstraint(fields=["family", "scope", "day"], name="one_summary_a_day")]
        indexes = [models.Index(fields=["day"], name="summaries_of_day")]

    def __str__(self) -> str:
        return f"{self.family_id} in {self.scope_id} on {self.day}: {self.complete}/{self.products}"


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
