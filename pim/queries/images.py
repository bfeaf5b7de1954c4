"""What of rows in history and of entries of the audit an actor may see: nothing of attributes above their clearance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foundation.audit.registry import Cut, Image
from foundation.core.actors import Actor
from pim.choices import Sensitivity
from pim.models import Attribute
from pim.models.attributes import clearance_of
from pim.queries.values import allowed_codes

Hidden = Callable[[Image], bool]
MOST = Sensitivity.SECRET  # what a class that was erased may have been


def cut_values(actor: Actor) -> Cut:
    """Own and computed values, cut to the attributes of the actor's clearance."""
    allowed = set(allowed_codes(clearance_of(actor)))

    def cut(image: Image) -> Image:
        return image | {name: _within(image.get(name), allowed) for name in ("vals", "computed")}

    return cut


def cut_attributes(actor: Actor) -> Cut:
    """Definitions, of a class that they had then or have now."""
    clearance, hidden = clearance_of(actor), _hidden(actor)
    return _numbers_of(lambda image: image["id"] in hidden or not clearance.admits(image.get("sensitivity") or MOST))


def cut_parts(actor: Actor) -> Cut:
    """Rows that belong to an attribute: options, overrides."""
    hidden = _hidden(actor)
    return _numbers_of(lambda image: image.get("attribute_id") in hidden)


def cut_identifiers(actor: Actor) -> Cut:
    """Identifiers that are values of an attribute."""
    schemes = {one.validation.get("scheme", one.code) for one in _hidden(actor).values() if one.is_unique}
    return _numbers_of(lambda image: image.get("scheme") in schemes)


def cut_rules(actor: Actor) -> Cut:
    """Rules that read an attribute."""
    codes = {one.code for one in _hidden(actor).values()}
    return _numbers_of(lambda image: not codes.isdisjoint(image.get("inputs") or ()))


def cut_entries(actor: Actor) -> Cut:
    """Entries that name the attributes whose values were shown."""
    codes = {one.code for one in _hidden(actor).values()}

    def cut(detail: dict[str, Any]) -> dict[str, Any]:
        shown = [code for code in detail.get("attributes", ()) if code not in codes]
        return detail | {"attributes": shown} if "attributes" in detail else detail

    return cut


def _hidden(actor: Actor) -> dict[int, Attribute]:
    return {one.pk: one for one in Attribute.objects.exclude(pk__in=Attribute.objects.visible_to(actor).values("pk"))}


def _numbers_of(hidden: Hidden) -> Cut:
    """Of a hidden row its number alone. A row that is gone has an empty image."""
    return lambda image: {"id": image["id"]} if image and hidden(image) else image


def _within(values: Any, allowed: set[str]) -> Any:
    return {code: one for code, one in values.items() if code in allowed} if isinstance(values, dict) else values
