from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from foundation.core.actors import Actor
from foundation.core.words import in_locale
from pim.models.words import saying, spoken


class RecordTypeQuerySet(models.QuerySet["RecordType"]):
    def visible_to(self, actor: Actor) -> RecordTypeQuerySet:
        return self if actor.may("pim.view") else self.none()


class RecordType(models.Model):
    """What some records are: brands, materials, size charts. `fields` are the columns that each of them may fill."""

    code = models.TextField(unique=True)
    labels = models.JSONField(default=dict)
    fields = models.JSONField(default=list)
    version = models.BigIntegerField(default=1)

    objects = RecordTypeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)


class RecordQuerySet(models.QuerySet["Record"]):
    def visible_to(self, actor: Actor) -> RecordQuerySet:
        return self if actor.may("pim.view") else self.none()

    def saying(self, words: str) -> RecordQuerySet:
        return saying(self, words)


class Record(models.Model):
    """One thing that products refer to, with its words per locale, its codes at partners, and what its fields say.

    A retired one is not said of anything new; where it stands, it stays.
    """

    record_type = models.ForeignKey(RecordType, on_delete=models.PROTECT, related_name="records")
    code = models.TextField()
    labels = models.JSONField(default=dict)
    synonyms = models.JSONField(default=list)
    external_codes = models.JSONField(default=dict, help_text="Channel code to the record's code there")
    values = models.JSONField(default=dict)
    is_retired = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ["record_type_id", "code"]
        constraints = [models.UniqueConstraint(fields=["record_type", "code"], name="one_record_per_code")]
        indexes = [GinIndex(OpClass(spoken(), "gin_trgm_ops"), name="record_words")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Type and code, by which addresses name it."""
        return f"{self.record_type.code}/{self.code}"

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)


class RecordUse(models.Model):
    """That a product's own values name a record. Derived: noted by the database as they are written.

    Uses that are over are tidied away with completeness: for a moment there may be too many, never too few, so that who
    follows a record's changes misses no product.
    """

    record_id = models.BigIntegerField()
    product_id = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record_id", "product_id"], name="one_use_of_a_record")]

    def __str__(self) -> str:
        return f"{self.product_id} names {self.record_id}"
