"""How well products are shown, per family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Coalesce, Concat

from associations.choices import BindingRole
from associations.models import Binding, BindingQuerySet
from foundation.core import moment
from foundation.core.actors import Actor
from pim.choices import ProductState
from pim.models import Product


@dataclass(frozen=True)
class FamilyCoverage:
    """Of a family's sellable products: how many there are, and how many lack a hero or any picture."""

    family: str
    products: int
    without_hero: int
    without_picture: int


class Words(Func):
    """`colour=red&size=m` as a set of its pairs; the empty text as the empty set."""

    function = "STRING_TO_ARRAY"
    template = "%(function)s(%(expressions)s, '&')"
    output_field = ArrayField(TextField())


def coverage_overview(actor: Actor, *, at: datetime | None = None) -> list[FamilyCoverage]:
    """Per family with active sellable products that the actor sees; inherited pictures count. One query."""
    at = at or moment.now()
    axes = Concat(F("axis_key"), as_text("&"), Coalesce(F("parent__axis_key"), as_text("")))
    pictures = _shown_by(at).exclude(role=BindingRole.MANUAL)
    rows = (
        Product.objects.visible_to(actor)
        .sellable()
        .filter(state=ProductState.ACTIVE)
        .annotate(words=Words(axes))
        .annotate(has_picture=Exists(pictures), has_hero=Exists(_shown_by(at).filter(role=BindingRole.HERO)))
        .order_by()
        .values("family__code")
        .annotate(
            products=Count("pk"),
            without_hero=Count("pk", filter=Q(has_hero=False)),
            without_picture=Count("pk", filter=Q(has_picture=False)),
        )
        .order_by("family__code")
    )
    return [
        FamilyCoverage(row["family__code"], row["products"], row["without_hero"], row["without_picture"])
        for row in rows
    ]


def as_text(value: str) -> Value:
    """A constant, as the database needs to be told."""
    return Value(value, output_field=TextField())


def _shown_by(at: datetime) -> BindingQuerySet:
    """Bindings on the outer product or above it; a variant's axes are at most two levels deep."""
    places = Q(product=OuterRef("pk")) | (Q(product=OuterRef("parent_id")) | Q(product=OuterRef("root_id"))) & Q(
        pairs__contained_by=OuterRef("words")
    )
    current = Binding.objects.current(at).of_live_assets()
    return current.annotate(pairs=Words("axis")).filter(places)
