from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from associations.choices import SINGLE_ROLES, BindingRole, BindingStatus, Source
from dam.choices import AssetState
from dam.models import Asset
from foundation.core.actors import Actor
from foundation.core.ids import uuid7
from foundation.markets.models import Cell
from pim.models import Product
from pim.models.classifications import of_branches


class TsTzRange(Func):
    """The half-open interval of two moments; null is without end."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def _for_all_or(markets: frozenset[str]) -> Q:
    return Q(cell__market=None) | Q(cell__market__code__in=markets)


class BindingQuerySet(models.QuerySet["Binding"]):
    def visible_to(self, actor: Actor) -> BindingQuerySet:
        """Both sides must be visible, and the market, where the binding is for one."""
        bindings = self.filter(
            product__in=Product.objects.visible_to(actor).values("pk"),
            asset__in=Asset.objects.visible_to(actor).values("pk"),
        )
        return bindings.in_markets_of(actor)

    def in_markets_of(self, actor: Actor) -> BindingQuerySet:
        """Those for all markets, and those for one of the actor's, where their product lies."""
        seer = actor.within("pim.view").within("dam.view")
        return self.filter(seer.where(market=_for_all_or, category=of_branches("product__root__in")))

    def active(self) -> BindingQuerySet:
        return self.filter(status=BindingStatus.ACTIVE)

    def proposed(self) -> BindingQuerySet:
        return self.filter(status=BindingStatus.PROPOSED)

    def current(self, at: datetime) -> BindingQuerySet:
        """Active ones whose time it is."""
        return self.active().filter(Q(starts_at=None) | Q(starts_at__lte=at), Q(ends_at=None) | Q(ends_at__gt=at))

    def of_live_assets(self) -> BindingQuerySet:
        return self.filter(asset__deleted_at=None).exclude(asset__state=AssetState.RETIRED)


class Binding(models.Model):
    """The claim that an asset shows a product in a role: proposed, active, or decided against.

    It holds in a cell (a market and locale, or any), for the variants with the axis values that `axis` names
    (`colour=red`; empty means all), and between two moments. `source` is where the claim came from,
    `settled_by` the source of the last decision about it, `proposed_at` is set if a person was asked.
    """

    uid = models.UUIDField(default=uuid7, unique=True)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="bindings")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="bindings")
    role = models.TextField(choices=BindingRole)
    is_single = models.BooleanField()
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    axis = models.TextField(blank=True)
    position = models.IntegerField(default=0)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    boundary_at = models.DateTimeField(
        null=True, blank=True, help_text="When it next begins or ends to show; a timer moves it on"
    )
    status = models.TextField(choices=BindingStatus)
    source = models.TextField(choices=Source)
    settled_by = models.TextField(choices=Source, blank=True)
    evidence = models.JSONField(default=dict)
    actor = models.TextField()
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = BindingQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_asset_per_single_role",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("cell", RangeOperators.EQUAL),
                    ("axis", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status="active", is_single=True),
            ),
            ExclusionConstraint(
                name="bound_once",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    ("asset", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("cell", RangeOperators.EQUAL),
                    ("axis", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status="active"),
            ),
            # a replayed event cannot ask the same question twice
            models.UniqueConstraint(
                fields=["product", "asset", "cell", "axis"],
                condition=Q(status="proposed"),
                name="proposed_once",
            ),
            models.CheckConstraint(
                condition=Q(is_single=True, role__in=sorted(SINGLE_ROLES))
                | (Q(is_single=False) & ~Q(role__in=sorted(SINGLE_ROLES))),
                name="single_goes_with_role",
            ),
            models.CheckConstraint(condition=Q(role__in=BindingRole.values), name="known_role"),
            models.CheckConstraint(condition=Q(status__in=BindingStatus.values), name="known_binding_status"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=F("ends_at")),
                name="binding_ends_after_start",
            ),
        ]
        indexes = [
            # a product's media
            models.Index(fields=["product"], condition=Q(status="active"), name="media_of_product"),
            # what an asset shows
            models.Index(fields=["asset"], condition=Q(status="active"), name="products_of_asset"),
            # the desk, oldest first
            models.Index(fields=["id"], condition=Q(status="proposed"), name="open_proposals"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} ← {self.asset_id} {self.role}" + (f" ({self.axis})" if self.axis else "")

    @property
    def cause_key(self) -> str:
        """Of the work item that asks a person."""
        return f"proposal:{self.uid}"

    def next_boundary(self, at: datetime) -> datetime | None:
        """The next moment after this one at which it begins or ends to show, if any."""
        if self.status != BindingStatus.ACTIVE:
            return None
        ahead = [moment for moment in (self.starts_at, self.ends_at) if moment is not None and moment > at]
        return min(ahead, default=None)

    @property
    def sentence(self) -> str:
        """Why somebody or something thinks so."""
        return str(self.evidence.get("sentence", ""))

    def payload(self) -> dict[str, Any]:
        """What its events say; needs product and asset at hand."""
        return {
            "binding": str(self.uid),
            "sku": self.product.sku,
            "asset": str(self.asset.uid),
            "role": self.role,
            "axis": self.axis,
            "source": self.source,
        }
