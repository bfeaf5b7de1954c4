"""What of a product's values in history an actor may see."""

from __future__ import annotations

from typing import Any

from foundation.audit.registry import Cut, Image
from foundation.core.actors import Actor
from pim.models.attributes import clearance_of
from pim.queries.values import allowed_codes


def cut_values(actor: Actor) -> Cut:
    """Own and computed values, cut to the attributes of the actor's clearance."""
    allowed = set(allowed_codes(clearance_of(actor)))

    def cut(image: Image) -> Image:
        return image | {name: _within(image.get(name), allowed) for name in ("vals", "computed")}

    return cut


def _within(values: Any, allowed: set[str]) -> Any:
    return {code: one for code, one in values.items() if code in allowed} if isinstance(values, dict) else values
