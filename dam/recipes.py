"""What shapes a rendition's bytes: a preset's body, checked and completed, and the key that follows from it."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version
from typing import Any

from foundation.core.errors import Invalid
from foundation.core.hashing import hash_document, sha256_bytes

# Raise when dam.imaging.rendering makes other bytes of the same recipe.
EDITION = 1
FITS = ("contain", "cover", "pad")
FORMATS = {
    "jpeg": ("image/jpeg", "jpg"),
    "webp": ("image/webp", "webp"),
    "avif": ("image/avif", "avif"),
    "png": ("image/png", "png"),
}
COLOUR = re.compile(r"#[0-9a-f]{6}")
LARGEST_SIDE = 8192
SCHEMA: dict[str, str] = {
    "width": f"whole number from 1 to {LARGEST_SIDE}",
    "height": f"whole number from 1 to {LARGEST_SIDE}",
    "fit": "contain (inside the box), cover (fill it, cropped at the middle) or pad (inside, on the background)",
    "format": "jpeg, webp, avif or png",
    "quality": "1 to 100, where the format has one",
    "background": "#rrggbb, behind what is transparent and beside what is padded",
    "max_bytes": "at most so many bytes; quality gives way first, then size",
}


@cache
def engine() -> str:
    """The engine's name and version, which is part of every key."""
    return f"tandem-{EDITION}/vips-{version('pyvips-binary')}"


def complete_recipe(body: dict[str, Any]) -> dict[str, Any]:
    """The recipe of a preset's body, with every default written out. Raises `Invalid` naming what is wrong."""
    if unknown := sorted(body.keys() - SCHEMA.keys()):
        raise Invalid(f"A preset has no {unknown[0]!r}; it has {', '.join(SCHEMA)}", path=unknown[0])
    recipe: dict[str, Any] = {
        "fit": "contain",
        "format": "jpeg",
        "quality": 82,
        "background": None,
        "max_bytes": None,
    } | body
    for side in ("width", "height"):
        _check(_is_whole(recipe.get(side), 1, LARGEST_SIDE), side)
    _check(recipe["fit"] in FITS, "fit")
    _check(recipe["format"] in FORMATS, "format")
    _check(_is_whole(recipe["quality"], 1, 100), "quality")
    _check(recipe["max_bytes"] is None or _is_whole(recipe["max_bytes"], 1024, 2**31), "max_bytes")
    if recipe["background"] is not None:
        recipe["background"] = str(recipe["background"]).lower()
        _check(COLOUR.fullmatch(recipe["background"]) is not None, "background")
    elif recipe["format"] == "jpeg" or recipe["fit"] == "pad":
        recipe["background"] = "#ffffff"
    return recipe


def hash_recipe(recipe: dict[str, Any]) -> str:
    return hash_document(recipe)


def key_of(source_sha256: str, recipe_hash: str, engine_name: str) -> str:
    """The key of the rendition of these bytes by this recipe and engine."""
    return sha256_bytes(f"{source_sha256}\n{recipe_hash}\n{engine_name}".encode())


def media_type_of(recipe: dict[str, Any]) -> str:
    return FORMATS[recipe["format"]][0]


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _check(holds: bool, path: str) -> None:  # noqa: FBT001
    if not holds:
        raise Invalid(f"{path} must be: {SCHEMA[path]}", path=path)
