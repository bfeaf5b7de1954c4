from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from foundation.core.actors import Actor
from foundation.core.words import in_locale
from foundation.markets.models import Market
from pim.models.classifications import of_branches
from pim.models.products import Product


class RelationTypeQuerySet(models.QuerySet["RelationType"]):
    def visible_to(self, actor: Actor) -> RelationTypeQuerySet:
        return self if actor.may("pim.view") else self.none()


class RelationType(models.Model):
    """What one product may be to another: an accessory, a replacement, a part of a pack.

    What `has_quantity` is made of its targets, so many of each, and never of itself. `is_two_way`: said of one product,
    it holds of the other. `is_market_limitable`: a relation may hold in one market alone.
    """

    code = models.TextField(unique=True)
    labels = models.JSONField(default=dict)
    inverse_labels = models.JSONField(default=dict, help_text="Locale to what it is called from the target's side")
    position = models.IntegerField(default=0)
    is_two_way = models.BooleanField(default=False)
    has_quantity = models.BooleanField(default=False)
    is_market_limitable = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)

    objects = RelationTypeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(is_two_way=True, has_quantity=True), name="what_is_made_of_others_has_one_way"
            )
        ]

    def __str__(self) -> str:
        return self.code

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)

    def inverse_label(self, locale: str) -> str:
        """What the target is: by words of its own, else `Accessory of`."""
        return in_locale(self.inverse_labels, locale, f"{self.label(locale)} of")


class RelationQuerySet(models.QuerySet["Relation"]):
    def visible_to(self, actor: Actor) -> RelationQuerySet:
        """Those of which the actor sees both ends, for all markets or for one of theirs."""
        seen = Product.objects.visible_to(actor)
        places = {"market": within_markets, "category": of_branches("product__root__in")}
        return self.filter(actor.within("pim.view").where(**places), product__in=seen, target__in=seen)

    def said_of(self, product: Product) -> RelationQuerySet:
        """The product's own, and two-way ones that another product says of it."""
        return self.filter(Q(product=product) | Q(target=product, type__is_two_way=True))

    def pointing_at(self, product: Product) -> RelationQuerySet:
        """What other products say of it that does not hold the other way round."""
        return self.filter(target=product, type__is_two_way=False)


def within_markets(codes: frozenset[str]) -> Q:
    return Q(market=None) | Q(market__code__in=sorted(codes))


class Relation(models.Model):
    """What a product is to another one, everywhere or in a market; there the market's own row comes before the other.

    A two-way one is a single row at the product of which it was said. `position` sorts a product's rows of a type.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="relations")
    type = models.ForeignKey(RelationType, on_delete=models.PROTECT, related_name="relations")
    target = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    market = models.ForeignKey(Market, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField(null=True, blank=True)
    position = models.IntegerField(default=0)

    objects = RelationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["target", "type"], name="relations_of_target")]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "type", "target", "market"], name="related_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(product=F("target")), name="not_related_to_itself"),
            models.CheckConstraint(condition=Q(quantity=None) | Q(quantity__gte=1), name="at_least_one_of_it"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.type_id} {self.target_id}"

    def other(self, product: Product) -> Product:
        """The product at the other end."""
        return self.product if self.target_id == product.pk else self.target

    @property
    def place(self) -> str | None:
        """The code of the market that it is limited to."""
        return self.market.code if self.market else None

    @property
    def told(self) -> dict[str, Any]:
        """What it says beside its ends."""
        return {"quantity": self.quantity, "position": self.position}
