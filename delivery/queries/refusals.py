"""Reading what was refused."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from delivery.models import DeliveryRefusal, RefusalQuerySet
from foundation.core.actors import Actor


def find_refusals(
    *, actor: Actor, code: str = "", channel: str = "", market: str = "", asset: UUID | None = None,
    since: datetime | None = None, until: datetime | None = None,
) -> RefusalQuerySet:  # fmt: skip
    """Refusals that the actor may see, narrowed by what is given; `until` is not part of the span."""
    wanted: dict[str, object] = {"code": code, "channel": channel, "market": market, "asset_uid": asset}
    wanted |= {"at__gte": since, "at__lt": until}
    return DeliveryRefusal.objects.visible_to(actor).filter(**{name: value for name, value in wanted.items() if value})
