"""Two ICC version 2 profiles built from their definitions, since none can be taken for granted on a machine.

Layout: ICC.1:2001-04. Numbers are big-endian; XYZ and white point as s15Fixed16, D50 adapted.
"""

import struct
from datetime import UTC, datetime
from itertools import product
from typing import Final

#: Display P3 primaries adapted to D50 (SMPTE EG 432-1 primaries, D65 white, Bradford), as X, Y, Z.
P3: Final = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
D50: Final = (0.9642, 1.0, 0.8249)
#: Linear sRGB to XYZ, adapted to D50.
SRGB_TO_XYZ: Final = (
    (0.4360747, 0.3850649, 0.1430804),
    (0.2225045, 0.7168786, 0.0606169),
    (0.0139322, 0.0971045, 0.7141733),
)


def fixed(*numbers: float) -> bytes:
    """Return s15Fixed16 numbers."""
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def expand(value: float) -> float:
    """Return the linear light of an sRGB value (IEC 61966-2-1), both 0 to 1."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def described(name: str) -> dict[bytes, bytes]:
    """Return the tags that every profile needs."""
    text = name.encode() + b"\0"
    return {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(12 + 67),
        b"cprt": b"text\0\0\0\0Public domain\0",
        b"wtpt": b"XYZ \0\0\0\0" + fixed(*D50),
    }


def assemble(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Put header, tag table and tags together."""
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    made = datetime(2025, 1, 1, tzinfo=UTC)
    header = struct.pack(
        ">I4s4s4s4s4s6H4s",
        offset + len(body),
        bytes(4),
        b"\x02\x10\0\0",
        kind,
        space,
        connection,
        *made.timetuple()[:6],
        b"acsp",
    )
    header += bytes(68 - len(header)) + fixed(*D50)
    return header + bytes(128 - len(header)) + table + body


def display_p3() -> bytes:
    """Return Display P3: the primaries above with the sRGB curve in 1,024 steps."""
    tags = described("Display P3")
    tags |= {name: b"XYZ \0\0\0\0" + fixed(*xyz) for name, xyz in P3.items()}
    curve = struct.pack(">I1024H", 1024, *(round(expand(step / 1023) * 65535) for step in range(1024)))
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), b"curv\0\0\0\0" + curve)
    return assemble(b"mntr", b"RGB ", b"XYZ ", tags)


def print_cmyk() -> bytes:
    """Return a CMYK printer profile: a lut8 of 5 grid points from ink to Lab, on warm paper."""
    grid = b"".join(bytes(lab_bytes(ink)) for ink in product((0, 0.25, 0.5, 0.75, 1), repeat=4))
    ramp = bytes(range(256))
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 5, 0)) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1) + ramp * 4 + grid + ramp * 3
    return assemble(b"prtr", b"CMYK", b"Lab ", described("Demonstration coated CMYK") | {b"A2B0": lut})


def lab_bytes(ink: tuple[float, ...]) -> tuple[int, int, int]:
    """Return the 8-bit Lab of an ink mixture, 0 to 1 each of cyan, magenta, yellow and black."""
    cyan, magenta, yellow, black = ink
    paper, dull = (0.99, 0.985, 0.965), 0.9
    rgb = [
        white * (1 - dull * part) * (1 - 0.94 * black)
        for white, part in zip(paper, (cyan, magenta, yellow), strict=True)
    ]
    linear = [expand(value) for value in rgb]
    xyz = [sum(share * value for share, value in zip(row, linear, strict=True)) for row in SRGB_TO_XYZ]
    x, y, z = (lab_curve(value / white) for value, white in zip(xyz, D50, strict=True))
    lightness, a, b = 116 * y - 16, 500 * (x - y), 200 * (y - z)
    return clip(lightness * 2.55), clip(a + 128), clip(b + 128)


def lab_curve(ratio: float) -> float:
    """Return the CIE Lab compression of a ratio to white."""
    return float(ratio ** (1 / 3)) if ratio > (6 / 29) ** 3 else ratio * 841 / 108 + 4 / 29


def clip(value: float) -> int:
    """Return the nearest byte."""
    return min(255, max(0, round(value)))
