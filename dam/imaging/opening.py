"""Opening foreign pictures with libvips: by our own finding of the type, with its own sniffing shut off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pyvips

from dam.imaging.limits import FRAMES, PIXELS, Refusal

LOADERS = {
    "image/jpeg": ("jpegload", "VipsForeignLoadJpeg"),
    "image/png": ("pngload", "VipsForeignLoadPng"),
    "image/gif": ("gifload", "VipsForeignLoadNsgif"),
    "image/webp": ("webpload", "VipsForeignLoadWebp"),
    "image/tiff": ("tiffload", "VipsForeignLoadTiff"),
    "image/avif": ("heifload", "VipsForeignLoadHeif"),
    "image/svg+xml": ("svgload", "VipsForeignLoadSvg"),
}
PDF_SIDE = 2048
ENDS_EARLY = (
    "premature",
    "truncat",
    "unexpected end",
    "end of file",
    "not enough",
    "too short",
    "eof",
    "read error",
    "end of stream",
)


def shut_loaders() -> None:
    """Leave libvips only the loaders that we name."""
    pyvips.cache_set_max(0)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for _, operation in LOADERS.values():
        pyvips.operation_block_set(operation, False)


def open_header(path: Path, media_type: str) -> Any:
    """The picture with nothing but its header read, once that header keeps to the limits."""
    try:
        picture = getattr(pyvips.Image, LOADERS[media_type][0])(str(path), access="sequential", fail_on="error")
    except pyvips.Error as error:
        raise unreadable(error) from None
    if picture.width * picture.height > PIXELS:
        size = f"{picture.width} × {picture.height}"
        raise Refusal(
            "decompression-bomb", f"The picture says it has {size} pixels; {PIXELS // 10**6} million are let in"
        )
    frames = picture.get("n-pages") if picture.get_typeof("n-pages") else 1
    if frames > FRAMES:
        raise Refusal("too-many-frames", f"The picture has {frames} frames; {FRAMES} are let in")
    return picture


def open_page(path: Path) -> Any:
    """The first page of a PDF as a picture."""
    try:
        document = pypdfium2.PdfDocument(path)
        page = document[0]
        width, height = page.get_size()
        scale = PDF_SIDE / max(width, height, 1)
        bitmap = page.render(scale=scale)
        pixels = bitmap.to_pil().convert("RGB")
    except (pypdfium2.PdfiumError, ValueError, IndexError) as error:
        raise Refusal("damaged", f"The document cannot be opened: {error}") from None
    picture = pyvips.Image.new_from_memory(pixels.tobytes(), pixels.width, pixels.height, 3, "uchar")
    return picture.copy(interpretation="srgb").copy_memory()


def unreadable(error: pyvips.Error) -> Refusal:
    """The refusal that a decoder's complaint stands for."""
    lines = [line.strip() for line in str(error.detail or error).splitlines() if line.strip()]
    text = (lines[0] if lines else "no reason given")[:300]
    lowered = " ".join(lines).lower()
    if "out of memory" in lowered:
        return Refusal("too-much-memory", "Decoding the picture takes more memory than a file is given")
    if any(word in lowered for word in ENDS_EARLY):
        return Refusal("truncated", f"The picture ends before it is complete: {text}")
    return Refusal("damaged", f"The picture cannot be decoded: {text}")
