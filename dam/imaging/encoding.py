"""From pixels to a file: quality, byte limit, and only the metadata that ought to travel."""

from __future__ import annotations

import math
from typing import Any

import pyvips

from dam.imaging.limits import Refusal

# GPS places, serial numbers and thumbnails stay at home; the rights packet and the profile travel.
KEEP = pyvips.enums.ForeignKeep.XMP | pyvips.enums.ForeignKeep.ICC
CARRIED = ("exif-data", "iptc-data", "xmp-data", "orientation", "photoshop-data", "jpeg-thumbnail-data")
LOWEST_QUALITY = 25
TRIES = 6
SLACK = 0.93  # near enough below the limit to stop


def encode(picture: Any, recipe: dict[str, Any], packet: bytes) -> tuple[bytes, Any]:
    """The encoded file, within the recipe's byte limit, and the picture as it was encoded."""
    limit = recipe["max_bytes"]
    picture = _dress(picture, packet)
    content = _save(picture, recipe, recipe["quality"])
    while limit is not None and len(content) > limit:
        fitting = _fit_quality(picture, recipe, len(content)) if recipe["format"] != "png" else None
        if fitting is not None:
            return fitting, picture
        if min(picture.width, picture.height) < 32:
            raise Refusal("cannot-fit", f"No picture of it fits into {limit} bytes")
        picture = _dress(_smaller(picture, recipe), packet)
        content = _save(picture, recipe, recipe["quality"])
    return content, picture


def _fit_quality(picture: Any, recipe: dict[str, Any], size: int) -> bytes | None:
    """The best quality that fits. Bytes grow about exponentially with quality, so guess on a log scale."""
    limit, high, high_size = recipe["max_bytes"], recipe["quality"], size
    best = _save(picture, recipe, LOWEST_QUALITY)
    if len(best) > limit:
        return None
    low, low_size = LOWEST_QUALITY, len(best)
    for _ in range(TRIES):
        if high - low <= 1 or low_size >= SLACK * limit:
            break
        share = math.log(limit * 0.97 / low_size) / max(math.log(high_size / low_size), 1e-6)
        quality = min(max(low + round((high - low) * share), low + 1), high - 1)
        content = _save(picture, recipe, quality)
        if len(content) <= limit:
            best, low, low_size = content, quality, len(content)
        else:
            high, high_size = quality, len(content)
    return best


def _smaller(picture: Any, recipe: dict[str, Any]) -> Any:
    width, height = max(1, round(picture.width * 0.85)), max(1, round(picture.height * 0.85))
    smaller = picture.thumbnail_image(width, height=height, size="force")
    if recipe["fit"] == "pad":
        colour = [int(recipe["background"][at : at + 2], 16) for at in (1, 3, 5)]
        smaller = smaller.gravity("centre", recipe["width"], recipe["height"], extend="background", background=colour)
    return smaller.copy_memory()


def _dress(picture: Any, packet: bytes) -> Any:
    dressed = picture.copy()
    for field in dressed.get_fields():
        if field in CARRIED or field.startswith(("exif-", "png-comment")):
            dressed.remove(field)
    if packet:
        dressed.set_type(pyvips.GValue.blob_type, "xmp-data", packet)
    return dressed


def _save(picture: Any, recipe: dict[str, Any], quality: int) -> bytes:
    match recipe["format"]:
        case "jpeg":
            content = picture.jpegsave_buffer(Q=quality, optimize_coding=True, keep=KEEP, profile="srgb")
        case "webp":
            content = picture.webpsave_buffer(Q=quality, effort=2, keep=KEEP, profile="srgb")
        case "avif":
            content = picture.heifsave_buffer(Q=quality, compression="av1", effort=1, keep=KEEP, profile="srgb")
        case _:
            content = picture.pngsave_buffer(compression=6, keep=KEEP, profile="srgb")
    return bytes(content)
