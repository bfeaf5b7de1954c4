from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from foundation.core.actors import Actor
from foundation.core.words import in_locale
from pim.choices import AttributeType, Sensitivity
from pim.models.words import saying, spoken


def clearance_of(actor: Actor) -> Sensitivity:
    """The highest class of attribute that the actor may see wherever they see products at all."""
    if actor.holds_throughout("pim.view_secret", wherever="pim.view"):
        return Sensitivity.SECRET
    is_cleared = actor.holds_throughout("pim.view_restricted", wherever="pim.view")
    return Sensitivity.RESTRICTED if is_cleared else Sensitivity.PUBLIC


class AttributeGroupQuerySet(models.QuerySet["AttributeGroup"]):
    def visible_to(self, actor: Actor) -> AttributeGroupQuerySet:
        return self if actor.may("pim.view") else self.none()


class AttributeGroup(models.Model):
    """Attributes that stand together on pages, in this order. `Attribute.group` has its code."""

    code = models.TextField(unique=True)
    labels = models.JSONField(default=dict)
    position = models.IntegerField(default=0)

    objects = AttributeGroupQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)


class AttributeQuerySet(models.QuerySet["Attribute"]):
    def visible_to(self, actor: Actor) -> AttributeQuerySet:
        return self.within(clearance_of(actor))

    def within(self, clearance: Sensitivity) -> AttributeQuerySet:
        return self.filter(sensitivity__in=[one for one in Sensitivity if clearance.admits(one)])


class Attribute(models.Model):
    """One fact that can be said of a product, with its type and what a value must satisfy.

    `validation` holds the limits of the type, as `pim.checks.limits` names them.
    """

    code = models.TextField(unique=True)
    type = models.TextField(choices=AttributeType)
    labels = models.JSONField(default=dict)
    group = models.TextField(blank=True)
    is_localizable = models.BooleanField(default=False)
    is_market_overridable = models.BooleanField(default=False)
    sensitivity = models.TextField(choices=Sensitivity, default=Sensitivity.PUBLIC)
    unit = models.TextField(blank=True, help_text="The unit of a bare number, and of the limits in `validation`")
    validation = models.JSONField(default=dict)
    is_unique = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)

    objects = AttributeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)


class OptionQuerySet(models.QuerySet["Option"]):
    def visible_to(self, actor: Actor) -> OptionQuerySet:
        return self.filter(attribute__in=Attribute.objects.visible_to(actor))

    def saying(self, words: str) -> OptionQuerySet:
        return saying(self, words)


class Option(models.Model):
    """One allowed answer of a select attribute, with its words per locale and its codes at partners.

    A retired one is not said of anything new; where it stands, it stays.
    """

    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="options")
    code = models.TextField()
    labels = models.JSONField(default=dict)
    synonyms = models.JSONField(default=list)
    external_codes = models.JSONField(default=dict, help_text="Channel code to the option's code there")
    swatch = models.TextField(blank=True, help_text="Colour as #rrggbb")
    position = models.IntegerField(default=0)
    is_retired = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)

    objects = OptionQuerySet.as_manager()

    class Meta:
        ordering = ["attribute_id", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["attribute", "code"], name="one_option_per_code")]
        indexes = [
            GinIndex(OpClass(spoken(), "gin_trgm_ops"), name="option_words"),
            models.Index(fields=["attribute", "position", "code"], name="options_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.attribute_id}: {self.code}"

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)
