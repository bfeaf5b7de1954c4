from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from foundation.core.actors import AND, Actor
from foundation.core.ids import uuid7
from foundation.core.words import in_locale
from foundation.taxonomy.choices import TreeKind


class TreeQuerySet(models.QuerySet["Tree"]):
    def visible_to(self, actor: Actor) -> TreeQuerySet:
        """Definitions are the same for everybody; what lies in them is cut to what one sees."""
        return self


class Tree(models.Model):
    """Categories under a name. Its code and its kind stay for ever.

    A controlled one is changed by what somebody asked for and somebody else approved, and by nothing else.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    code = models.TextField(unique=True)
    kind = models.TextField(choices=TreeKind)
    labels = models.JSONField(default=dict)
    is_controlled = models.BooleanField(default=False, db_default=False)
    version = models.BigIntegerField(default=1)

    objects = TreeQuerySet.as_manager()

    class Meta:
        ordering = ["-kind", "code"]
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="hierarchy"), name="one_product_hierarchy"),
            models.CheckConstraint(condition=Q(kind__in=TreeKind.values), name="tree_kind_known"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_hierarchy(self) -> bool:
        return self.kind == TreeKind.HIERARCHY

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)


class CategoryQuerySet(models.QuerySet["Category"]):
    def visible_to(self, actor: Actor) -> CategoryQuerySet:
        """Definitions are the same for everybody; what lies in them is cut to what one sees."""
        return self

    def in_branches(self, keys: Iterable[str]) -> CategoryQuerySet:
        """These categories and all below them; one of several keys joined by AND lies in each of their branches."""
        alone = sorted(key for key in keys if AND not in key)
        found = Q(line__overlap=alone) if alone else Q(pk__in=[])
        for key in sorted(key for key in keys if AND in key):
            found |= Q(line__contains=key.split(AND))
        return self.filter(found)

    def children_of(self, parent: Category | None) -> CategoryQuerySet:
        return self.filter(parent=parent).order_by("position", "pk")


class Category(models.Model):
    """A branch of a tree. Its key `tree/code` stays for ever, whatever it is called and wherever it is moved.

    `line` has the keys of those above it, the top first, and its own. It is told by the parents and kept by the
    services, so that "in the branch of" is one look into an index. `version` counts its changes by hand.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="categories")
    code = models.TextField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    line = ArrayField(models.TextField())
    position = models.IntegerField(default=0, help_text="Among its siblings, the smallest first")
    labels = models.JSONField(default=dict)
    is_retired = models.BooleanField(default=False, help_text="Takes in nothing new")
    version = models.BigIntegerField(default=1)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "categories"
        indexes = [
            GinIndex(fields=["line"], name="categories_of_branch"),
            models.Index(fields=["tree", "parent", "position"], name="categories_of_parent"),
        ]
        constraints = [models.UniqueConstraint(fields=["tree", "code"], name="one_category_per_code")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """`tree/code`, by which roles and documents name it."""
        return self.line[-1]

    @property
    def depth(self) -> int:
        """1 at the top."""
        return len(self.line)

    def label(self, locale: str) -> str:
        return in_locale(self.labels, locale, self.code)
