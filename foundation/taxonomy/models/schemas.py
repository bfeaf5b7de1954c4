from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.ids import uuid7
from foundation.taxonomy.choices import ChangeKind, SchemaFormat
from foundation.taxonomy.models.trees import Category


class ExternalSchemaQuerySet(models.QuerySet["ExternalSchema"]):
    def visible_to(self, actor: Actor) -> ExternalSchemaQuerySet:
        """What others publish is the same for everybody."""
        return self


class ExternalSchema(models.Model):
    """A tree that somebody else publishes: Google's product taxonomy, GPC, UNSPSC, ETIM."""

    uid = models.UUIDField(default=uuid7, unique=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    format = models.TextField(choices=SchemaFormat)

    objects = ExternalSchemaQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(format__in=SchemaFormat.values), name="schema_format_known"),
        ]

    def __str__(self) -> str:
        return self.name


class SchemaVersion(models.Model):
    """One published state of a schema, the latest last; how many of its nodes are new, gone, renamed or moved."""

    schema = models.ForeignKey(ExternalSchema, on_delete=models.PROTECT, related_name="versions")
    label = models.TextField(help_text="As its publisher calls it")
    nodes = models.IntegerField()
    counts = models.JSONField(default=dict)
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["schema", "label"], name="one_version_per_label")]

    def __str__(self) -> str:
        return f"{self.schema} {self.label}"


class SchemaFile(models.Model):
    """A file that a version was read from: one for each language."""

    version = models.ForeignKey(SchemaVersion, on_delete=models.PROTECT, related_name="files")
    locale = models.TextField()
    filename = models.TextField()
    sha256 = models.CharField(max_length=64)
    lines = models.IntegerField()
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "locale"], name="one_file_per_language")]

    def __str__(self) -> str:
        return f"{self.filename} of {self.version}"


class ExternalNodeQuerySet(models.QuerySet["ExternalNode"]):
    def visible_to(self, actor: Actor) -> ExternalNodeQuerySet:
        """What others publish is the same for everybody."""
        return self

    def standing(self) -> ExternalNodeQuerySet:
        """Those of the latest version."""
        return self.filter(removed_in=None)

    def holding(self, text: str) -> ExternalNodeQuerySet:
        """Those with every word in their code or in one of their names."""
        found = self
        for word in text.replace("\0", "").lower().split()[:8]:
            found = found.filter(text__contains=word)
        return found


class ExternalNode(models.Model):
    """A category of somebody else's, by the code that they gave it. `line` has the codes above it and its own.

    One that a later version has no more stays, for the mappings that point at it.
    """

    schema = models.ForeignKey(ExternalSchema, on_delete=models.PROTECT, related_name="nodes", db_index=False)
    code = models.TextField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    line = ArrayField(models.TextField())
    names = models.JSONField(default=dict)
    text = models.TextField(help_text="Code and names in small letters, for finding it")
    removed_in = models.ForeignKey(SchemaVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = ExternalNodeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schema", "code"], name="one_node_per_code")]
        indexes = [GinIndex(fields=["text"], name="external_node_words", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return f"{self.code} {self.label('en')}"

    def label(self, locale: str) -> str:
        """Its name in the language, in one of the same tongue, or in any."""
        tongue = locale.partition("-")[0]
        near = (text for code, text in self.names.items() if code.partition("-")[0] == tongue)
        return str(self.names.get(locale) or next(near, "") or next(iter(self.names.values()), self.code))


class SchemaChange(models.Model):
    """What a version did to a node that there was, or a node that is new in it."""

    version = models.ForeignKey(SchemaVersion, on_delete=models.PROTECT, related_name="changes", db_index=False)
    code = models.TextField()
    kind = models.TextField(choices=ChangeKind)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["version", "kind", "id"], name="changes_of_version")]

    def __str__(self) -> str:
        return f"{self.code} {self.get_kind_display()}"


class CategoryMappingQuerySet(models.QuerySet["CategoryMapping"]):
    def visible_to(self, actor: Actor) -> CategoryMappingQuerySet:
        """Definitions are the same for everybody."""
        return self


class CategoryMapping(models.Model):
    """What a category of ours is in a schema of somebody else's. It holds for all below it that has no own."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="mappings")
    schema = models.ForeignKey(ExternalSchema, on_delete=models.PROTECT, related_name="mappings")
    node = models.ForeignKey(ExternalNode, on_delete=models.PROTECT, related_name="mappings")
    actor = models.TextField()
    reason = models.TextField(blank=True)
    mapped_at = models.DateTimeField()
    version = models.BigIntegerField(default=1)

    objects = CategoryMappingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "schema"], name="one_mapping_per_schema")]

    def __str__(self) -> str:
        return f"{self.category_id} is {self.node_id}"
