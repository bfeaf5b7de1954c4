"""Pictures made on the spot, sound and hostile, and assets of them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyexiv2
from PIL import Image, ImageDraw

from dam import services
from dam.models import Asset, Ingest
from dam.verdict import TermFacts
from foundation.core.actors import Actor, system
from foundation.jobs.running import run_due_jobs, run_job

HOUSE = system("tests")
COLOURS = {"nw": (230, 20, 20), "ne": (20, 200, 20), "sw": (20, 20, 230), "se": (240, 220, 20)}
Corners = Mapping[str, tuple[int, int, int]]


def quarters(width: int = 320, height: int = 200, seed: int = 0) -> Image.Image:
    """Four plain quarters, told apart by corner; the seed makes the picture another one."""
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    middle, centre = width // 2, height // 2
    boxes = {"nw": (0, 0, middle, centre), "ne": (middle, 0, width, centre)}
    boxes |= {"sw": (0, centre, middle, height), "se": (middle, centre, width, height)}
    for corner, box in boxes.items():
        draw.rectangle(box, fill=COLOURS[corner])
    for bit in range(16):
        if seed >> bit & 1:
            draw.rectangle((middle - 8 * bit, centre - 4, middle - 8 * bit + 6, centre + 4), fill=(0, 0, 0))
    return picture


def jpeg(picture: Image.Image | None = None, *, seed: int = 0, **options: Any) -> bytes:
    out = io.BytesIO()
    (picture or quarters(seed=seed)).save(out, "JPEG", **({"quality": 92} | options))
    return out.getvalue()


def png(picture: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", **options)
    return out.getvalue()


def with_xmp(
    picture: bytes, *, xmp: dict[str, Any] | None = None, raw: str = "", exif: dict[str, str] | None = None
) -> bytes:
    """The picture with metadata; its pixels stay as they are."""
    with pyexiv2.ImageData(picture) as image:
        if exif:
            image.modify_exif(exif)
        if raw:
            image.modify_raw_xmp(raw)
        if xmp:
            image.modify_xmp(xmp)
        return bytes(image.get_bytes())


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that says it has side² pixels, and has them."""
    stream = zlib.compressobj(9)
    row = bytes(1 + side)
    body = b"".join(stream.compress(row) for _ in range(200)) + stream.flush()

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def svg(inside: str, head: str = "") -> bytes:
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'{head}<svg {space} width="80" height="40" viewBox="0 0 80 40">{inside}</svg>'.encode()


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def ingest_files(files: Mapping[str, bytes], *, actor: Actor = HOUSE, run: bool = True, **options: Any) -> Ingest:
    """Store and take in these files, and run every job that is due."""
    stored = [
        services.UploadedFile(name, services.store_upload(io.BytesIO(content), actor=actor).pk)
        for name, content in files.items()
    ]
    ingest = services.start_ingest(stored, actor=actor, **options)
    if run:
        run_due_jobs()
    return ingest


def make_asset(content: bytes | None = None, *, name: str = "picture.jpg", seed: int = 0, run: bool = True) -> Asset:
    """An asset of one picture, as a draft; `run=False` leaves its renditions to be made."""
    ingest = ingest_files({name: content or jpeg(seed=seed)}, run=False)
    run_job(ingest.job_id, heartbeat=False)
    if run:
        run_due_jobs()
    file = ingest.files.get()
    assert file.asset is not None, f"{file.code}: {file.reason}"
    return Asset.objects.get(pk=file.asset_id)


def make_licence(name: str = "Studio", **term: Any) -> Any:
    return services.define_licence(name=name, terms=[TermFacts(**term)], credit="Studio Nord", actor=HOUSE)


def pixel(content: bytes, at: tuple[float, float]) -> tuple[int, ...]:
    """The colour at a place given in shares of width and height."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    return picture.getpixel((int(picture.width * at[0]), int(picture.height * at[1])))  # type: ignore[return-value]


def is_near(found: tuple[int, ...], wanted: tuple[int, ...], tolerance: int) -> bool:
    return all(abs(one - other) <= tolerance for one, other in zip(found, wanted, strict=True))
