"""Renditions: one decode for all of a source's recipes, and bytes that depend on nothing but source and recipe.

Every recipe starts from one of two bases, chosen by recipe and source alone, never by what else is asked
for in the same breath: the picture upright in sRGB inside 2,048 pixels, or inside 8,192 for large wishes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyvips

from dam.imaging.embedded import describe, read_embedded
from dam.imaging.encoding import encode
from dam.imaging.opening import open_header, open_page, unreadable
from dam.imaging.packet import rights_packet
from dam.imaging.vectors import check_svg

BASES = (2048, 8192)


def render(path: Path, media_type: str, recipes: dict[str, dict[str, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    """Write one file per recipe into the folder; name, size and length of each by the recipe's name."""
    source = Source(path, media_type)
    made = {}
    try:
        for name, recipe in recipes.items():
            picture = _shape(source.base_for(recipe), recipe)
            content, picture = encode(picture, recipe, source.packet)
            (folder / name).write_bytes(content)
            made[name] = {"width": picture.width, "height": picture.height, "bytes": len(content)}
    except pyvips.Error as error:
        raise unreadable(error) from None
    return made


class Source:
    """One opened source and its bases, each decoded at most once."""

    def __init__(self, path: Path, media_type: str) -> None:
        self.path = path
        self.bases: dict[int, Any] = {}
        self.is_vector = media_type == "image/svg+xml"
        self.packet = b""
        if media_type == "application/pdf":
            self.bases = dict.fromkeys(BASES, open_page(path))
            return
        if self.is_vector:
            check_svg(path)
        else:
            self.packet = rights_packet(describe(read_embedded(path)))
        header = open_header(path, media_type)
        self.size = (header.width, header.height)
        is_tagged = header.get_typeof("icc-profile-data")
        self.untagged_cmyk = header.interpretation == "cmyk" and not is_tagged
        self.is_srgb = header.interpretation == "srgb" and not is_tagged

    def base_for(self, recipe: dict[str, Any]) -> Any:
        base = self._base(BASES[0])
        longest = max(recipe["width"], recipe["height"])
        if longest > BASES[0] or (recipe["fit"] == "cover" and not _covers(base, recipe)):
            return self._base(BASES[1])
        return base

    def _base(self, box: int) -> Any:
        if box not in self.bases:
            # thumbnail turns upright by EXIF, shrinks on load, and brings any profile to sRGB; what is sRGB already
            # comes out the same without, for a third of the time
            options = {} if self.is_srgb else {"export_profile": "srgb", "intent": "relative"}
            if self.untagged_cmyk:
                options["import_profile"] = "cmyk"
            picture = pyvips.Image.thumbnail(
                str(self.path), box, height=box, size="both" if self.is_vector else "down", fail_on="error", **options
            )
            self.bases[box] = picture.colourspace("srgb").cast("uchar").copy_memory()
        return self.bases[box]


def _covers(picture: Any, recipe: dict[str, Any]) -> bool:
    return bool(picture.width >= recipe["width"] and picture.height >= recipe["height"])


def _shape(picture: Any, recipe: dict[str, Any]) -> Any:
    """The picture in the recipe's box. Nothing is ever made larger than it is."""
    width, height = recipe["width"], recipe["height"]
    if recipe["fit"] == "cover":
        picture = _crop(picture, width / height)
    exact = recipe["fit"] == "cover" and _covers(picture, recipe)
    picture = picture.thumbnail_image(width, height=height, size="force" if exact else "down")
    if recipe["background"]:
        colour = [int(recipe["background"][at : at + 2], 16) for at in (1, 3, 5)]
        if picture.hasalpha():
            picture = picture.flatten(background=colour)
        if recipe["fit"] == "pad":
            picture = picture.gravity("centre", width, height, extend="background", background=colour)
    return picture.copy_memory()


def _crop(picture: Any, ratio: float) -> Any:
    """The largest part of this ratio around the middle."""
    width = min(picture.width, max(1, round(picture.height * ratio)))
    height = min(picture.height, max(1, round(picture.width / ratio)))
    return picture.crop((picture.width - width) // 2, (picture.height - height) // 2, width, height)
