from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from foundation.core.actors import CATEGORY, Actor, Limits
from foundation.taxonomy.models import Category

EVERYWHERE = "*"


def _within(cut: Limits) -> models.Q:
    found = models.Q()
    if "market" in cut:
        found &= models.Q(markets__overlap=[EVERYWHERE, *sorted(cut["market"])])
    if CATEGORY in cut:
        branches = Category.objects.in_branches(cut[CATEGORY]).order_by().values("pk")
        shown = LibraryPlace.objects.filter(category_id__in=branches, market__in=sorted(cut.get("market", {""})))
        found &= models.Q(is_bound=False, is_proposed=False) | models.Q(pk__in=shown.values("asset_id"))
    return found


class LibraryEntryQuerySet(models.QuerySet["LibraryEntry"]):
    def visible_to(self, actor: Actor) -> LibraryEntryQuerySet:
        """Those of assets that were visible when they were last told, at most a second ago: to count and to look
        among. What is shown of them is asked of the assets.
        """
        if not actor.may("dam.view"):
            return self.none()
        cuts = actor.within("dam.view").cuts("market", CATEGORY)
        if cuts == [{}]:
            return self
        found = models.Q(pk__in=[])
        for cut in cuts:
            found |= _within(cut)
        return self.filter(found)


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


class LibraryPlace(models.Model):
    """A category in which an asset is shown: the primary one of a product that it is bound to or proposed for. Derived.

    One row has the empty market and holds whatever the market; the others have the asset's own markets, or without such
    those in which that product is placed and for which that is said.
    """

    asset_id = models.BigIntegerField(db_index=True)
    category_id = models.BigIntegerField()
    market = models.TextField(blank=True)

    class Meta:
        constraints = [
            # the assets of a branch, without looking at the rows
            models.UniqueConstraint(fields=["category_id", "market", "asset_id"], name="asset_once_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.category_id}" + (f" for {self.market}" if self.market else "")
