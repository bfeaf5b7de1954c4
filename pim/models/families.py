from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.words import in_locale
from foundation.markets.models import Channel
from pim.choices import MASK_LENGTH
from pim.models.attributes import Attribute


class FamilyQuerySet(models.QuerySet["Family"]):
    def visible_to(self, actor: Actor) -> FamilyQuerySet:
        return self if actor.may("pim.view") else self.none()


class Family(models.Model):
    """Which attributes products of a kind have, and at which level. `depth` counts its levels of variants."""

    code = models.TextField(unique=True)
    labels = models.JSONField(default=dict)
    label_attribute = models.ForeignKey(Attribute, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    visual_axis = models.ForeignKey(Attribute, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    depth = models.SmallIntegerField(default=0)
    version = models.BigIntegerField(default=1)
    required_media = models.JSONField(default=dict, help_text="Channel code to the roles of picture that it asks for")

    objects = FamilyQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "families"

    def __str__(self) -> str:
        return self.code

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)


M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class FamilyPartQuerySet(models.QuerySet[M_co]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(attribute__in=Attribute.objects.visible_to(actor))


class FamilyAttribute(models.Model):
    """An attribute of a family. `index` is its bit in masks and is never given to another attribute."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="members")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="memberships")
    index = models.SmallIntegerField()
    level = models.SmallIntegerField(default=0)
    may_override_below = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    objects = FamilyPartQuerySet.as_manager()

    class Meta:
        ordering = ["family_id", "index"]
        constraints = [
            models.UniqueConstraint(fields=["family", "attribute"], name="attribute_once_per_family"),
            models.UniqueConstraint(fields=["family", "index"], name="one_attribute_per_bit"),
            models.CheckConstraint(condition=Q(index__gte=0, index__lt=MASK_LENGTH), name="bit_in_mask"),
        ]

    def __str__(self) -> str:
        return f"{self.family_id}: {self.attribute_id} at {self.level}"


class FamilyAxis(models.Model):
    """What tells the variants of a level apart."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="axes")
    level = models.SmallIntegerField()
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()

    objects = FamilyPartQuerySet.as_manager()

    class Meta:
        ordering = ["family_id", "level", "position"]
        verbose_name_plural = "family axes"
        constraints = [
            models.UniqueConstraint(fields=["family", "attribute"], name="axis_once_per_family"),
            models.UniqueConstraint(fields=["family", "level", "position"], name="one_axis_per_position"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=2), name="axis_level_one_or_two"),
        ]

    def __str__(self) -> str:
        return f"{self.family_id}: {self.attribute_id} at {self.level}"


class Requirement(models.Model):
    """An attribute that a channel requires of a family's products."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="requirements")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="+")

    objects = FamilyPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["family", "channel", "attribute"], name="one_requirement"),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} requires {self.attribute_id} of {self.family_id}"
