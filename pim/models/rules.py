from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.words import in_locale
from pim.choices import Severity
from pim.models.attributes import Attribute
from pim.models.families import Family
from pim.models.products import Product


class RuleQuerySet(models.QuerySet["ValidationRule"]):
    def visible_to(self, actor: Actor) -> RuleQuerySet:
        """Those that read nothing above the actor's clearance: a rule tells of what it reads."""
        if not actor.may("pim.view"):
            return self.none()
        hidden = Attribute.objects.exclude(pk__in=Attribute.objects.visible_to(actor).order_by().values("pk"))
        return self.exclude(inputs__overlap=ArraySubquery(hidden.order_by().values("code")))


class ValidationRule(models.Model):
    """What must hold of several values of a product, as an expression in CEL; see `pim.checks.rules`.

    `inputs` are the codes of the attributes that it reads. An error refuses the write that breaks it, a warning lets
    it pass; both are found in the catalogue.
    """

    code = models.TextField(unique=True)
    family = models.ForeignKey(Family, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    expression = models.TextField()
    inputs = ArrayField(models.TextField())
    severity = models.TextField(choices=Severity)
    messages = models.JSONField(default=dict, help_text="Locale to what is said where the rule does not hold")
    attribute = models.ForeignKey(Attribute, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    version = models.BigIntegerField(default=1)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(severity__in=Severity.values), name="severity_known")]

    def __str__(self) -> str:
        return self.code

    def message(self, locale: str) -> str:
        return in_locale(self.messages, locale, self.code)


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, actor: Actor) -> FindingQuerySet:
        """Of visible products and rules, in shared places and those of the actor's markets."""
        from pim.models.classifications import of_branches  # noqa: PLC0415  it stands on products, too

        rows = self.filter(
            product_id__in=Product.objects.visible_to(actor).values("pk"),
            rule__in=ValidationRule.objects.visible_to(actor),
        )
        return rows.filter(
            actor.within("pim.view").where(
                market=lambda codes: Q(market="") | Q(market__in=codes), category=of_branches("root_id__in")
            )
        )


class Finding(models.Model):
    """A product of which a rule does not hold, in a market and a language. Derived.

    `market` is empty where it is so in all of them; `locale` is * where no language matters.
    """

    product_id = models.BigIntegerField()
    root_id = models.BigIntegerField(db_index=True)
    rule = models.ForeignKey(ValidationRule, on_delete=models.CASCADE, db_constraint=False, related_name="findings")
    market = models.TextField(blank=True)
    locale = models.TextField()

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product_id", "rule", "market", "locale"], name="found_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} of {self.product_id} in {self.market or '*'}/{self.locale}"
