from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from foundation.core.actors import Actor
from foundation.core.ids import uuid7
from foundation.core.words import in_locale


class VocabularyQuerySet(models.QuerySet["Vocabulary"]):
    def visible_to(self, actor: Actor) -> VocabularyQuerySet:
        """Definitions are the same for everybody."""
        return self


class Vocabulary(models.Model):
    """Words that the house agreed on, under a name: colours, materials, occasions. Its code stays for ever."""

    uid = models.UUIDField(default=uuid7, unique=True)
    code = models.TextField(unique=True)
    labels = models.JSONField(default=dict)
    version = models.BigIntegerField(default=1)

    objects = VocabularyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "vocabularies"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)


class TermQuerySet(models.QuerySet["Term"]):
    def visible_to(self, actor: Actor) -> TermQuerySet:
        """Definitions are the same for everybody."""
        return self


class Term(models.Model):
    """One agreed word, what else people call it by language, and the broader one that it is a kind of.

    `words` are all of these as they are compared: it is told by the others and kept by the services.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.PROTECT, related_name="terms", db_index=False)
    code = models.TextField()
    labels = models.JSONField(default=dict)
    synonyms = models.JSONField(default=dict, help_text="Locale to words")
    broader = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="narrower")
    is_retired = models.BooleanField(default=False, help_text="Not chosen any more")
    words = ArrayField(models.TextField())
    version = models.BigIntegerField(default=1)

    objects = TermQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vocabulary", "code"], name="one_term_per_code")]
        indexes = [GinIndex(fields=["words"], name="terms_by_word")]

    def __str__(self) -> str:
        return self.code

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)
