from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Upper

from foundation.core.actors import Actor
from foundation.core.ids import uuid7
from foundation.taxonomy.models import Category
from workspace.choices import LISTS


def _shared_with(actor: Actor) -> Q:
    return Q(is_shared=True) & actor.where(market=_of_markets, category=_of_branches)


def _of_markets(codes: frozenset[str]) -> Q:
    return Q(markets__contained_by=sorted(codes)) & ~Q(markets=[])


def _of_branches(keys: frozenset[str]) -> Q:
    """Of owners whose own branches lie in these."""
    key = Concat(F("tree__code"), Value("/"), F("code"), output_field=models.TextField())
    known = ArraySubquery(Category.objects.in_branches(keys).order_by().annotate(name=key).values("name"))
    return Q(categories__contained_by=known) & ~Q(categories=[])


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Actor) -> SavedViewQuerySet:
        """One's own, and what others share, on the lists that the actor may see.

        A view's words may name what only its owner knows of: who is limited to markets or branches sees those of owners
        who were limited to the same or fewer.
        """
        mine = Q(owner_id=actor.user_id or -1)
        found = Q(pk__in=[])
        for page, permission in LISTS.items():
            if actor.may(permission):
                found |= Q(page=page) & (mine | _shared_with(actor.within(permission)))
        return self.filter(found, deleted_at=None)

    def of(self, actor: Actor) -> SavedViewQuerySet:
        return self.filter(owner_id=actor.user_id or -1, deleted_at=None)


class SavedView(models.Model):
    """A list as somebody left it, under a name: the page and its query string. Deleted ones can be brought back."""

    uid = models.UUIDField(default=uuid7, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.TextField(choices=[(page, page) for page in LISTS])
    name = models.TextField()
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(default=False)
    markets = ArrayField(models.TextField(), default=list, blank=True, help_text="What its owner is limited to")
    categories = ArrayField(models.TextField(), default=list, blank=True, help_text="Likewise, as tree/code")
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "page", "name"], condition=Q(deleted_at=None), name="one_view_per_name"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]
        indexes = [
            # what a list's side panel shows besides one's own
            models.Index(fields=["page", "name"], condition=Q(is_shared=True, deleted_at=None), name="shared_views"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="view_names"),
        ]

    def __str__(self) -> str:
        return self.name
