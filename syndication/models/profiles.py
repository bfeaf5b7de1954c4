from __future__ import annotations

from typing import TypeVar

from django.db import models

from foundation.core.actors import Actor
from foundation.markets.models import Channel

M = TypeVar("M", bound=models.Model)


class OfChannelQuerySet(models.QuerySet[M]):
    """Rows of a channel, seen by who may see what is published there."""

    def visible_to(self, actor: Actor) -> OfChannelQuerySet[M]:
        if not actor.may("syndication.view"):
            return self.none()
        return self.filter(channel__in=Channel.objects.visible_to(actor.within("syndication.view")))


class ChannelProfile(models.Model):
    """A channel's rules: fields from attributes, media by preset, what is required, what a lost hero means.

    The body follows `syndication.mapping.SCHEMA`. `version` grows with each change; a channel without a profile
    publishes nothing.
    """

    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="profile")
    version = models.IntegerField(default=1)
    body = models.JSONField()

    objects = OfChannelQuerySet["ChannelProfile"].as_manager()

    class Meta:
        ordering = ["channel__code"]

    def __str__(self) -> str:
        return f"{self.channel.code} v{self.version}"


class ChannelCredential(models.Model):
    """The bearer key that a channel's endpoint wants. A secret of this instance: neither exported, nor in history,
    nor shown anywhere.
    """

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="+")
    token = models.TextField()

    def __str__(self) -> str:
        return f"key of channel {self.channel_id}"
