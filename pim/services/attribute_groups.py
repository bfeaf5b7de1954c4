"""Groups of attributes: what they are called, and in which order they stand."""

from __future__ import annotations

from collections.abc import Mapping

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.history.services import recorded
from foundation.taxonomy.services.trees import checked_code, checked_labels
from pim.models import AttributeGroup

LAST = 10_000


def define_attribute_group(*, code: str, labels: Mapping[str, str], position: int, actor: Actor) -> AttributeGroup:
    """Create or change a group; `Attribute.group` names it by its code."""
    actor = actor.require("pim.define")
    wanted = checked_labels(labels)
    if not 0 <= position <= LAST:
        raise Invalid(f"A place is a number from 0 to {LAST:,}", path="position")
    with recorded(actor):
        group = AttributeGroup.objects.select_for_update().filter(code=code).first()
        if group is None:
            return AttributeGroup.objects.create(code=checked_code(code), labels=wanted, position=position)
        if (group.labels, group.position) != (wanted, position):
            group.labels, group.position = wanted, position
            group.save()
    return group
