from __future__ import annotations

from typing import Any, Self, TypeVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from foundation.core.actors import Actor
from foundation.core.ids import uuid7
from pim.choices import ProductState, Sensitivity
from pim.models.attributes import Attribute
from pim.models.families import Family


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, actor: Actor) -> ProductQuerySet:
        """All, or as far as the actor is limited, whole trees: to markets, those placed in one of them; to categories,
        those that lie in their branches.
        """
        if not actor.may("pim.view"):
            return self.none()
        from pim.models.classifications import of_branches  # noqa: PLC0415  what follows points at products
        from pim.models.placements import placed_in_markets  # noqa: PLC0415

        markets, categories = placed_in_markets("root_id__in"), of_branches("root_id__in")
        return self.filter(actor.within("pim.view").where(market=markets, category=categories))

    def sellable(self) -> ProductQuerySet:
        """Variants at the deepest level of their family, and simple products."""
        return self.filter(level=F("family__depth"))

    def roots(self) -> ProductQuerySet:
        return self.filter(parent=None)


class Product(models.Model):
    """A thing that is described: a model, a level below it, or what is sold. `version` counts its changes.

    `axis_key` spells what tells a variant from its siblings (`colour=red&size=m`), so that no two are the same.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    sku = models.TextField(unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    root = models.ForeignKey("self", on_delete=models.PROTECT, related_name="tree")
    level = models.SmallIntegerField(default=0)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="products")
    axis_key = models.TextField(blank=True)
    version = models.BigIntegerField(default=1)
    state = models.TextField(choices=ProductState, default=ProductState.ACTIVE)
    created_at = models.DateTimeField()

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["sku"]
        indexes = [
            models.Index(fields=["root", "level"], name="product_tree"),
            models.Index(fields=["family", "id"], name="product_of_family"),
            models.Index(fields=["state", "sku"], name="product_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "axis_key"], condition=~Q(parent=None), name="one_variant_per_axes"
            ),
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=2), name="at_most_two_levels_of_variants"),
            models.CheckConstraint(condition=~Q(sku=""), name="sku_not_empty"),
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def is_root(self) -> bool:
        return self.parent_id is None


M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class OfProductQuerySet(models.QuerySet[M_co]):
    """Rows that belong to a product and are seen by who sees it."""

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(product__in=Product.objects.visible_to(actor))


def with_schemes() -> models.QuerySet[Any]:
    """The attributes whose values are identifiers, each with its scheme."""
    return Attribute.objects.filter(is_unique=True).annotate(scheme=Coalesce(KT("validation__scheme"), "code"))


class IdentifierQuerySet(OfProductQuerySet["Identifier"]):
    def classed(self) -> IdentifierQuerySet:
        """With the class of the attribute whose values they are; None for those of none."""
        classes = with_schemes().filter(scheme=OuterRef("scheme")).order_by("-sensitivity").values("sensitivity")
        return self.annotate(sensitivity=Subquery(classes[:1]))

    def within(self, clearance: Sensitivity) -> IdentifierQuerySet:
        admitted = [one for one in Sensitivity if clearance.admits(one)]
        return self.classed().filter(Q(sensitivity=None) | Q(sensitivity__in=admitted))


class Identifier(models.Model):
    """A code that finds a product. GTINs have 14 digits; scheme `sku` holds former SKUs."""

    scheme = models.TextField()
    value = models.TextField(db_collation="C")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="identifiers")

    objects = IdentifierQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="identifier_finds_one_product")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"


class ProductSearch(models.Model):
    """The words by which a product is found: SKU, identifiers and public shared texts. Derived."""

    product_id = models.BigIntegerField(primary_key=True)
    root_id = models.BigIntegerField(db_index=True)
    text = models.TextField()

    class Meta:
        indexes = [GinIndex(fields=["text"], name="product_words", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.text[:40]}"
