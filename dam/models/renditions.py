from __future__ import annotations

from django.db import models
from django.db.models import Q

from dam.choices import RenditionState
from foundation.core.actors import Actor
from foundation.core.ids import uuid7


class PresetQuerySet(models.QuerySet["Preset"]):
    def visible_to(self, actor: Actor) -> PresetQuerySet:
        return self if actor.may("dam.view") else self.none()


class Preset(models.Model):
    """A named wish for renditions: size, fit, format. Its body follows `dam.recipes.SCHEMA`."""

    uid = models.UUIDField(default=uuid7, unique=True)
    code = models.TextField(unique=True)
    label = models.TextField()
    body = models.JSONField()

    objects = PresetQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Recipe(models.Model):
    """All that shapes a rendition's bytes besides the source and the engine, under its hash."""

    hash = models.CharField(max_length=64, primary_key=True)
    body = models.JSONField()

    def __str__(self) -> str:
        return self.hash[:12]


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def visible_to(self, actor: Actor) -> RenditionQuerySet:
        return self if actor.may("dam.view") else self.none()

    def done(self) -> RenditionQuerySet:
        return self.filter(state=RenditionState.DONE)


class Rendition(models.Model):
    """Bytes made of a source by a recipe and an engine: the key is the hash of the three.

    The job `held_by` makes it until `lease_until`; `attempt` fences off a maker that was overtaken.
    """

    key = models.CharField(max_length=64, unique=True)
    source_sha256 = models.CharField(max_length=64)
    recipe = models.ForeignKey(Recipe, on_delete=models.PROTECT, related_name="+")
    engine = models.TextField()
    sha256 = models.CharField(max_length=64, null=True)  # noqa: DJ001  null until there are bytes
    state = models.TextField(choices=RenditionState, default=RenditionState.WAITING)
    attempt = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    held_by = models.BigIntegerField(null=True)
    media_type = models.TextField(blank=True)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    bytes = models.BigIntegerField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()

    objects = RenditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RenditionState.DONE, sha256__isnull=False)
                | (~Q(state=RenditionState.DONE) & Q(sha256=None)),
                name="done_means_bytes",
            )
        ]
        indexes = [
            models.Index(fields=["source_sha256"], name="renditions_of_source"),
            models.Index(fields=["id"], condition=~Q(state=RenditionState.DONE), name="renditions_open"),
        ]

    def __str__(self) -> str:
        return f"{self.key[:12]} ({self.state})"
