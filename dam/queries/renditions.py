"""Finding renditions: by version and preset, in one query."""

from __future__ import annotations

from collections.abc import Sequence

from dam.models import AssetVersion, Preset, Rendition
from dam.recipes import complete_recipe, engine, hash_recipe, key_of
from foundation.core.errors import Missing


def get_preset(code: str) -> Preset:
    """The preset; raises `Missing` naming those that exist."""
    preset = Preset.objects.filter(code=code).first()
    if preset is None:
        known = ", ".join(Preset.objects.values_list("code", flat=True)) or "none yet"
        raise Missing(f"There is no preset {code!r}; there are {known}", path="preset")
    return preset


def rendition_key(version: AssetVersion, preset: Preset | str) -> str:
    """The key of the rendition, whether it was made or not."""
    chosen = get_preset(preset) if isinstance(preset, str) else preset
    return key_of(version.blob_id, hash_recipe(complete_recipe(chosen.body)), engine())


def find_rendition(version: AssetVersion, preset: Preset | str) -> Rendition | None:
    """The rendition in whatever state, or None when nobody asked for it yet."""
    return Rendition.objects.filter(key=rendition_key(version, preset)).first()


def find_renditions(versions: Sequence[AssetVersion], preset: Preset | str) -> dict[int, Rendition]:
    """The finished renditions of many versions by a preset: version id to rendition."""
    chosen = get_preset(preset) if isinstance(preset, str) else preset
    keys = {rendition_key(version, chosen): version.pk for version in versions}
    return {keys[row.key]: row for row in Rendition.objects.done().filter(key__in=keys)}
