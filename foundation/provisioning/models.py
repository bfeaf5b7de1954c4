from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor


class Entry(models.Model):
    """What the directory says of somebody. Name, address and whether they may come are the account's own.

    `closing` is the count of the account's closings that the directory caused: it reopens only what it closed.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="entry")
    external_id = models.TextField(blank=True)
    document = models.JSONField(default=dict)
    is_gone = models.BooleanField(default=False, help_text="The directory deleted it")
    closing = models.IntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["external_id"], condition=~Q(external_id=""), name="entry_by_external_id")]

    def __str__(self) -> str:
        return f"{self.user_id} ({self.external_id})"


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    def visible_to(self, actor: Actor) -> ExchangeQuerySet:
        return self if actor.may("accounts.manage") else self.none()


class Exchange(models.Model):
    """One request of a directory and what became of it; an operation of a bulk request has a line of its own."""

    at = models.DateTimeField()
    key = models.TextField(help_text="Prefix of the API key")
    method = models.TextField()
    path = models.TextField()
    subject = models.TextField(blank=True, help_text="Whom or which group, by name")
    what = models.TextField(blank=True, help_text="The attributes that were to be written, without their values")
    status = models.IntegerField()
    error = models.TextField(blank=True)
    request = models.TextField(blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["at"], name="exchange_at")]

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"
