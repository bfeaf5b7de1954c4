"""Finding bindings, and assets that have none."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from associations.choices import BindingStatus
from associations.models import Binding, BindingQuerySet
from dam.choices import AssetState
from dam.models import Asset
from foundation.core.actors import Actor
from foundation.core.errors import Missing


def find_bindings(actor: Actor) -> BindingQuerySet:
    """All that the actor may see, with both sides at hand."""
    return Binding.objects.visible_to(actor).select_related("product", "asset", "cell__market")


def get_binding(uid: UUID | str, *, actor: Actor) -> Binding:
    """The binding, if the actor may see it."""
    binding = find_bindings(actor).filter(uid=uid).first()
    if binding is None:
        raise Missing("There is no such binding", path="uid")
    return binding


def unbound_assets(actor: Actor) -> QuerySet[Asset]:
    """Assets that show no product and of which nobody is asked: newest first. Nothing foreign is said of them, so their
    own markets decide who sees them.
    """
    heard = Binding.objects.filter(asset=OuterRef("pk"), status__in=[BindingStatus.ACTIVE, BindingStatus.PROPOSED])
    present = Asset.objects.in_own_markets_of(actor).exclude(state=AssetState.RETIRED)
    return present.filter(~Exists(heard)).order_by("-pk")
