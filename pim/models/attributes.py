from __future__ import annotations

from django.db import models

from foundation.core.actors import Actor
from pim.choices import AttributeType, Sensitivity


def clearance_of(actor: Actor) -> Sensitivity:
    """The highest class of attribute that the actor may see wherever they see products at all."""
    if actor.holds_throughout("pim.view_secret", wherever="pim.view"):
        return Sensitivity.SECRET
    is_cleared = actor.holds_throughout("pim.view_restricted", wherever="pim.view")
    return Sensitivity.RESTRICTED if is_cleared else Sensitivity.PUBLIC


class AttributeQuerySet(models.QuerySet["Attribute"]):
    def visible_to(self, actor: Actor) -> AttributeQuerySet:
        return self.within(clearance_of(actor))

    def within(self, clearance: Sensitivity) -> AttributeQuerySet:
        return self.filter(sensitivity__in=[one for one in Sensitivity if clearance.admits(one)])


class Attribute(models.Model):
    """One fact that can be said of a product, with its type and what a value must satisfy.

    `validation` holds the limits of the type: min, max, decimals, min_length, max_length, pattern, units, scheme.
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

    objects = AttributeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def label(self, locale: str) -> str:
        return str(self.labels.get(locale) or next(iter(self.labels.values()), self.code))


class OptionQuerySet(models.QuerySet["Option"]):
    def visible_to(self, actor: Actor) -> OptionQuerySet:
        return self.filter(attribute__in=Attribute.objects.visible_to(actor))


class Option(models.Model):
    """One allowed answer of a select attribute, with its words per locale and its codes at partners."""

    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="options")
    code = models.TextField()
    labels = models.JSONField(default=dict)
    synonyms = models.JSONField(default=list)
    external_codes = models.JSONField(default=dict, help_text="Channel code to the option's code there")
    swatch = models.TextField(blank=True, help_text="Colour as #rrggbb")
    position = models.IntegerField(default=0)

    objects = OptionQuerySet.as_manager()

    class Meta:
        ordering = ["attribute_id", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["attribute", "code"], name="one_option_per_code")]

    def __str__(self) -> str:
        return f"{self.attribute_id}: {self.code}"

    def label(self, locale: str) -> str:
        return str(self.labels.get(locale) or next(iter(self.labels.values()), self.code))
