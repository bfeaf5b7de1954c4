"""Presets: named wishes for renditions."""

from __future__ import annotations

from typing import Any

from dam import events
from dam.choices import DEFAULT_PRESETS, FULL_SIZE, FULL_SIZE_PRESET
from dam.models import Preset
from dam.recipes import complete_recipe
from foundation.core.actors import Actor, system
from foundation.events.services import append_event
from foundation.history.services import recorded


def define_preset(*, code: str, label: str, body: dict[str, Any], actor: Actor) -> Preset:
    """Create or change a preset. Changed, it asks for other renditions from now on; those made stay."""
    actor = actor.require("dam.edit")
    complete_recipe(body)
    with recorded(actor):
        known = Preset.objects.select_for_update().filter(code=code).first()
        if known is not None and (known.label, known.body) == (label, body):
            return known
        preset, _ = Preset.objects.update_or_create(code=code, defaults={"label": label, "body": body})
        append_event(events.PRESET_CHANGED, preset.uid, preset=code)
    return preset


def ensure_default_presets() -> list[Preset]:
    """The presets that every version is rendered in on ingest."""
    found = {preset.code: preset for preset in Preset.objects.filter(code__in=DEFAULT_PRESETS)}
    for code, (label, body) in DEFAULT_PRESETS.items():
        if code not in found:
            found[code] = define_preset(code=code, label=label, body=body, actor=system("dam"))
    return [found[code] for code in DEFAULT_PRESETS]


def ensure_full_size_preset() -> Preset:
    """The preset for looking closely; nothing is rendered in it until somebody asks."""
    found = Preset.objects.filter(code=FULL_SIZE).first()
    if found is not None:
        return found
    label, body = FULL_SIZE_PRESET
    return define_preset(code=FULL_SIZE, label=label, body=body, actor=system("dam"))
