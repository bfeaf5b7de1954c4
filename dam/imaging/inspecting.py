"""One look at a foreign file: is it sound, what does it show, what does it say of itself."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyvips

from dam.imaging.barcodes import read_barcodes
from dam.imaging.embedded import describe, read_embedded, read_identifiers
from dam.imaging.limits import FILE_BYTES, Refusal
from dam.imaging.opening import open_header, open_page, unreadable
from dam.imaging.sniffing import HEAD, KINDS, UNKNOWN, sniff
from dam.imaging.vectors import check_svg

STRIP = 128
LEGIBLE_SIDE = 2400
TURNED = (5, 6, 7, 8)


def inspect(path: Path) -> dict[str, Any]:
    """Everything that ingest keeps of a file. Raises `Refusal` for what is not let in."""
    media_type = _type_of(path)
    if media_type == "application/pdf":
        page = open_page(path)
        return _facts(media_type, page, (page.width, page.height), "", _empty())
    if media_type == "image/svg+xml":
        check_svg(path)
        picture = open_header(path, media_type)
        return _facts(media_type, _grey(path), (picture.width, picture.height), "", _empty())
    picture = open_header(path, media_type)
    width, height = picture.width, picture.height
    if _orientation(picture) in TURNED:
        width, height = height, width
    digest = _digest_pixels(picture)
    return _facts(media_type, _grey(path), (width, height), digest, read_embedded(path))


def _type_of(path: Path) -> str:
    with path.open("rb") as stream:
        media_type = sniff(stream.read(HEAD))
    if path.stat().st_size > FILE_BYTES:
        raise Refusal("too-large", f"A file may have {FILE_BYTES // 1024**3} GB")
    if path.stat().st_size == 0:
        raise Refusal("empty", "The file has no bytes")
    if media_type == UNKNOWN:
        raise Refusal("not-an-image", "The bytes are no picture and no document, whatever the name says")
    if media_type not in KINDS:
        raise Refusal("unsupported", f"Files of the type {media_type} are not let in yet")
    return media_type


def _facts(media_type: str, shown: Any, size: tuple[int, int], digest: str, embedded: dict[str, Any]) -> dict[str, Any]:
    grey = shown.colourspace("b-w")
    return {
        "media_type": media_type,
        "kind": KINDS[media_type],
        "width": size[0],
        "height": size[1],
        "pixel_sha256": digest,
        "phash": _difference_hash(grey),
        "embedded": embedded,
        "described": describe(embedded),
        "identifiers": read_identifiers(embedded) + read_barcodes(grey.write_to_memory(), grey.width, grey.height),
    }


def _digest_pixels(picture: Any) -> str:
    """Digest of every decoded pixel with what gives it its meaning; reading them all proves the file whole."""
    profile = picture.get("icc-profile-data") if picture.get_typeof("icc-profile-data") else b""
    shape = (
        picture.width,
        picture.height,
        picture.bands,
        picture.format,
        picture.interpretation,
        _orientation(picture),
    )
    digest = hashlib.sha256(repr(shape).encode() + hashlib.sha256(profile).digest())
    region = pyvips.Region.new(picture)
    try:
        for top in range(0, picture.height, STRIP):
            digest.update(region.fetch(0, top, picture.width, min(STRIP, picture.height - top)))
    except pyvips.Error as error:
        raise unreadable(error) from None
    return digest.hexdigest()


def _grey(path: Path) -> Any:
    """The picture upright, in grey, no larger than a barcode needs."""
    try:
        small = pyvips.Image.thumbnail(str(path), LEGIBLE_SIDE, height=LEGIBLE_SIDE, size="down", fail_on="error")
        if small.hasalpha():
            small = small.flatten(background=[255])
        return small.colourspace("b-w").cast("uchar").copy_memory()
    except pyvips.Error as error:
        raise unreadable(error) from None


def _difference_hash(grey: Any) -> str:
    """64 bits: is each of 8 × 8 places darker than its right neighbour (Krawetz's dHash)."""
    small = grey.thumbnail_image(9, height=8, size="force").write_to_memory()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (small[at] < small[at + 1])
    return f"{bits:016x}"


def _orientation(picture: Any) -> int:
    return int(picture.get("orientation")) if picture.get_typeof("orientation") else 1


def _empty() -> dict[str, Any]:
    return {"exif": {}, "iptc": {}, "xmp": {}}
