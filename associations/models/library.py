from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from foundation.core.actors import Actor

EVERYWHERE = "*"


class LibraryEntryQuerySet(models.QuerySet["LibraryEntry"]):
    def visible_to(self, actor: Actor) -> LibraryEntryQuerySet:
        """Those of assets that were visible when they were last told, at most a second ago: to count and to look
        among. What is shown of them is asked of the assets.
        """
        if not actor.may("dam.view"):
            return self.none()
        limits = actor.within("dam.view").limits("market")
        return self if limits is None else self.filter(markets__overlap=[EVERYWHERE, *sorted(limits)])


class LibraryEntry(models.Model):
    """What the library is filtered, counted and searched by: one row for each asset that is not deleted. Derived.

    `words` are its title, file names and keywords, `shows` the SKUs of the products that it is bound to, both in small
    letters. `markets` are those whose people see it, or EVERYWHERE (`associations.queries.sharing`). `licences` are the
    numbers of its licences: whether these still hold is asked of the licences.
    """

    asset_id = models.BigIntegerField(primary_key=True)
    kind = models.TextField()
    state = models.TextField()
    is_bound = models.BooleanField()
    is_proposed = models.BooleanField()
    markets = ArrayField(models.TextField(), default=list)
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
