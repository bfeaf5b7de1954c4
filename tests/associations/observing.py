"""What tests look at: statuses, events since a moment, open work items."""

from __future__ import annotations

from typing import Any

from associations.models import Binding
from dam.models import Asset
from foundation.events.models import Event, OutboxEvent
from foundation.workflow.models import WorkItem


def shown(asset: Asset) -> set[tuple[str, str, str, str, str]]:
    """(SKU, axis, role, status, source) of each of the asset's bindings."""
    return set(Binding.objects.filter(asset=asset).values_list("product__sku", "axis", "role", "status", "source"))


def told(prefix: str = "associations.") -> list[str]:
    """Types of the events so far, positions given or not."""
    done = list(Event.objects.filter(type__startswith=prefix).order_by("position").values_list("type", flat=True))
    waiting = OutboxEvent.objects.filter(type__startswith=prefix).order_by("id").values_list("type", flat=True)
    return [name.removeprefix("associations.binding.") for name in [*done, *waiting]]


def open_items() -> set[str]:
    return set(WorkItem.objects.unfinished().filter(queue__code="matching").values_list("cause_key", flat=True))


def everything() -> list[Any]:
    """Every binding as it is, for comparison."""
    return list(Binding.objects.order_by("pk").values())
