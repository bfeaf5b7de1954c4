from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from dam.models import Asset
from foundation.core.actors import Actor


class LibraryEntryQuerySet(models.QuerySet["LibraryEntry"]):
    def visible_to(self, actor: Actor) -> LibraryEntryQuerySet:
        """Those of visible assets; who has no limits is spared the look at the assets themselves."""
        if not actor.may("dam.view"):
            return self.none()
        if actor.limits("market") is None:
            return self
        return self.filter(asset_id__in=Asset.objects.visible_to(actor).values("pk"))


class LibraryEntry(models.Model):
    """What the library is filtered, counted and searched by: one row for each asset that is not deleted. Derived.

    `words` are its title, file names and keywords, `shows` the SKUs of the products that it is bound to, both in small
    letters. `licences` are the numbers of its licences: whether these still hold is asked of the licences.
    """

    asset_id = models.BigIntegerField(primary_key=True)
    kind = models.TextField()
    state = models.TextField()
    is_bound = models.BooleanField()
    is_proposed = models.BooleanField()
    licences = ArrayField(models.BigIntegerField(), default=list)
    words = models.TextField()
    shows = models.TextField()

    objects = LibraryEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "library entries"
        indexes = [
            GinIndex(fields=["words"], name="library_words", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["shows"], name="library_shows", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.kind}, {self.state}"
