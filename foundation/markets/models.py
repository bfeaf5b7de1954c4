from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from foundation.core.actors import Actor
from foundation.core.ids import uuid7

ANY_LOCALE = "*"


class Locale(models.Model):
    """A language as it is written somewhere (BCP 47), and where its readers look next."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    fallback = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    fallback_counts = models.BooleanField(
        default=False, help_text="A value found by this fallback counts as translated"
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class MarketQuerySet(models.QuerySet["Market"]):
    def visible_to(self, actor: Actor) -> MarketQuerySet:
        limits = actor.limits("market")
        return self if limits is None else self.filter(code__in=limits)


class Market(models.Model):
    """Where one sells: territories (ISO 3166-1 alpha-2), languages, currency (ISO 4217), system of units."""

    class Units(models.TextChoices):
        METRIC = "metric", "metric"
        IMPERIAL = "imperial", "imperial"

    code = models.TextField(unique=True)
    name = models.TextField()
    territories = ArrayField(models.CharField(max_length=2))
    locales = models.ManyToManyField(Locale, related_name="markets")
    currency = models.CharField(max_length=3)
    units = models.TextField(choices=Units, default=Units.METRIC)

    objects = MarketQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, actor: Actor) -> ChannelQuerySet:
        limits = actor.limits("channel")
        return self if limits is None else self.filter(code__in=limits)


class Channel(models.Model):
    """Where one publishes: a shop, a marketplace. Its revision counts the changes of its listings."""

    class Kind(models.TextChoices):
        D2C = "d2c", "own shop"
        MARKETPLACE = "marketplace", "marketplace"

    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField(choices=Kind)
    use = models.TextField(default="web", help_text="The use, in the words of licences, that publishing here is")
    asks_restricted = models.BooleanField(
        default=False, help_text="May receive attributes classed restricted, such as the retail price"
    )
    endpoint = models.TextField(blank=True, help_text="Where feeds are sent; empty for channels that pull")
    last_revision = models.BigIntegerField(default=0)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Cell(models.Model):
    """Where a value may live: a market or any (null), a locale or any (`*`)."""

    market = models.ForeignKey(Market, null=True, blank=True, on_delete=models.PROTECT, related_name="cells")
    locale = models.TextField(default=ANY_LOCALE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["market", "locale"], name="one_cell", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.market.code if self.market else '*'}/{self.locale}"


class ScopeQuerySet(models.QuerySet["Scope"]):
    def visible_to(self, actor: Actor) -> ScopeQuerySet:
        return self.filter(actor.where(market="market__code__in", channel="channel__code__in"))


class Scope(models.Model):
    """Where something is published and judged: channel × market × locale."""

    uid = models.UUIDField(default=uuid7, unique=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="scopes")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="scopes")
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="scopes")

    objects = ScopeQuerySet.as_manager()

    class Meta:
        ordering = ["channel__code", "market__code", "locale__code"]
        constraints = [models.UniqueConstraint(fields=["channel", "market", "locale"], name="one_scope")]

    def __str__(self) -> str:
        return f"{self.channel.code}/{self.market.code}/{self.locale_id}"


class ScopeCell(models.Model):
    """One step of a scope's fallback chain, as data.

    `step` is the locale's place in the chain (the last one is `*`); inside a step the nearer level wins
    before the market's value wins over the shared one, so resolution orders by (step, level, rank).
    `counts` says whether a localizable value found here counts as translated.
    """

    scope = models.ForeignKey(Scope, on_delete=models.CASCADE, related_name="cells")
    rank = models.SmallIntegerField()
    step = models.SmallIntegerField()
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    counts = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "rank"], name="one_cell_per_rank"),
            models.UniqueConstraint(fields=["scope", "cell"], name="cell_once_per_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.scope_id}: {self.rank} {self.cell_id}"
