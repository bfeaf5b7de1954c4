from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class ProductFacets(models.Model):
    """What a product can be filtered by: a number for each value that it has or inherits in some market. Derived.

    The database makes the numbers (`pim_facet`).
    """

    product_id = models.BigIntegerField(primary_key=True)
    root_id = models.BigIntegerField(db_index=True)
    facets = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name_plural = "product facets"
        indexes = [
            GinIndex(fields=["facets"], name="products_by_facet"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {len(self.facets)} facets"


class FacetCount(models.Model):
    """How many products, and how many trees, have an answer of a list, or an amount or date in a step of its range.

    Derived; kept with the facets.
    """

    facet = models.BigIntegerField(primary_key=True)
    products = models.IntegerField()
    trees = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.facet}: {self.products}"


class UnitInUse(models.Model):
    """A unit that values of an attribute were measured in. Derived; one that is used no more harms nobody."""

    attribute = models.TextField()
    unit = models.TextField()

    class Meta:
        verbose_name_plural = "units in use"
        constraints = [models.UniqueConstraint(fields=["attribute", "unit"], name="one_unit_in_use")]

    def __str__(self) -> str:
        return f"{self.attribute} in {self.unit}"
