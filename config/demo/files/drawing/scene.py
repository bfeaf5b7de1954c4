"""A product in a studio: wall, floor, soft shadow, light; vectors in, pixels out (librsvg through libvips)."""
# ruff: noqa: E501  a path of a drawing is one word

from collections.abc import Callable
from functools import cache
from hashlib import shake_256
from typing import Final

import pyvips
from PIL import Image, ImageChops

from config.demo.files.drawing import bags, coats, home
from config.demo.files.drawing.palette import Palette, mix

SHAPES: Final[dict[str, Callable[[Palette], str]]] = {
    "raincoat": coats.raincoat, "trench": coats.trench, "quilted": coats.quilted,
    "tote": bags.tote, "backpack": bags.backpack, "weekender": bags.weekender,
    "vase": home.vase, "lamp": home.lamp, "mug": home.mug,
}  # fmt: skip

#: What the camera sees of the canvas: x, y, width, height; always 4 to 5.
FRAMES: Final = {
    "front": (0, 0, 1600, 2000),
    "detail": (500, 560, 760, 950),
    "close": (300, 700, 960, 1200),
    "wide": (-260, -420, 2120, 2650),
}
#: Where the hem of what hangs ends.
HEMS: Final = {"raincoat": 1620, "trench": 1690, "quilted": 1400}
WALLS: Final = ("#efece6", "#e8ebec", "#efe7df", "#e9ece4", "#ece8ee")


def render(*, kind: str, colour: str, wall: str, frame: tuple[int, int, int, int], width: int) -> Image.Image:
    """Draw one picture ``width`` pixels wide; ``colour`` and ``wall`` are sRGB ``#rrggbb``."""
    source = scene(kind, Palette(colour), wall, frame).encode()
    drawn = pyvips.Image.svgload_buffer(source, scale=width / 1600)
    pixels = Image.frombuffer("RGBA", (drawn.width, drawn.height), drawn.write_to_memory()).convert("RGB")
    return ImageChops.add(pixels, grain(*pixels.size), 1, -3)


@cache
def grain(width: int, height: int) -> Image.Image:
    """Film grain of 0 to 6 steps, tiled: it hides the banding of smooth light."""
    side = 512
    tile = Image.frombytes("L", (side, side), shake_256(b"grain").digest(side * side)).point(
        [v * 7 // 256 for v in range(256)]
    )
    sheet = Image.new("L", (width, height))
    for x in range(0, width, side):
        for y in range(0, height, side):
            sheet.paste(tile, (x, y))
    return Image.merge("RGB", (sheet, sheet, sheet))


def scene(kind: str, p: Palette, wall: str, frame: tuple[int, int, int, int]) -> str:
    """Return the whole scene as SVG."""
    shape = SHAPES[kind](p)
    view = " ".join(map(str, frame))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="1600" height="2000"><defs>{paints(p, wall)}</defs>'
        '<rect x="-400" y="-500" width="2400" height="3000" fill="url(#wall)"/>'
        '<rect x="-400" y="1400" width="2400" height="1100" fill="url(#floor)"/>'
        '<ellipse cx="560" cy="560" rx="1100" ry="900" fill="url(#lamp)"/>'
        f"{shadow(kind)}<g>{shape}</g></svg>"
    )


def shadow(kind: str) -> str:
    """Return the shadow on the floor, or on the wall for what hangs in front of it; gradients, as blurs are slow."""
    if hem := HEMS.get(kind):
        half = (hem - 430) / 2 * 1.3
        return (
            f'<ellipse cx="880" cy="{hem - half * 0.72:.0f}" rx="500" ry="{half:.0f}" fill="url(#cast)"/>'
            '<ellipse cx="480" cy="1090" rx="230" ry="400" fill="url(#cast)" transform="rotate(10 480 1090)" opacity=".7"/>'
            '<ellipse cx="1190" cy="1100" rx="230" ry="420" fill="url(#cast)" transform="rotate(-10 1190 1100)"/>'
        )
    return (
        '<ellipse cx="850" cy="1640" rx="760" ry="96" fill="url(#cast)"/>'
        '<ellipse cx="806" cy="1638" rx="520" ry="40" fill="url(#contact)"/>'
    )


def paints(p: Palette, wall: str) -> str:
    """Return the gradients and blurs that shapes refer to by name."""

    def across(name: str, *stops: tuple[float, str, float]) -> str:
        inner = "".join(
            f'<stop offset="{at}" stop-color="{fill}" stop-opacity="{alpha}"/>' for at, fill, alpha in stops
        )
        return f'<linearGradient id="{name}" x1="0" x2="1" y1="0" y2=".12">{inner}</linearGradient>'

    def down(name: str, top: str, bottom: str, alpha: float = 1) -> str:
        return (
            f'<linearGradient id="{name}" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stop-color="{top}" stop-opacity="{alpha}"/>'
            f'<stop offset="1" stop-color="{bottom}"/></linearGradient>'
        )

    def spot(name: str, fill: str, alpha: float, middle: float = 0.5) -> str:
        return (
            f'<radialGradient id="{name}"><stop offset="0" stop-color="{fill}" stop-opacity="{alpha}"/>'
            f'<stop offset=".5" stop-color="{fill}" stop-opacity="{alpha * middle:.3f}"/>'
            f'<stop offset=".78" stop-color="{fill}" stop-opacity="{alpha * middle * 0.3:.3f}"/>'
            f'<stop offset="1" stop-color="{fill}" stop-opacity="0"/></radialGradient>'
        )

    def blur(name: str, by: int) -> str:
        return f'<filter id="{name}" x="-40%" y="-40%" width="180%" height="180%"><feGaussianBlur stdDeviation="{by}"/></filter>'

    return "".join((
        across("main", (0, p.dark, 1), (0.2, p.base, 1), (0.42, p.light, 1), (0.72, p.base, 1), (1, p.dark, 1)),
        across("side", (0, p.base, 1), (0.45, p.light, 1), (1, p.dark, 1)),
        across("round", (0, p.deep, 1), (0.16, p.base, 1), (0.34, p.glow, 1), (0.62, p.base, 1), (1, p.deep, 1)),
        across("shade", (0, "#000", 0.35), (0.3, "#fff", 0.25), (0.62, "#000", 0), (1, "#000", 0.42)),
        across("drape", (0, p.deep, 0), (0.3, p.deep, 0.35), (0.4, p.glow, 0.25), (0.6, p.deep, 0.3), (0.72, p.glow, 0.2),
               (1, p.deep, 0.4)),
        across("linen", (0, "#e6d3a6", 1), (0.4, "#fff3d2", 1), (0.6, "#fff0c8", 1), (1, "#d9c08a", 1)),
        down("wall", mix(wall, "#ffffff", 0.35), mix(wall, "#8b8f98", 0.14)),
        down("floor", mix(wall, "#8b8f98", 0.14), mix(wall, "#ffffff", 0.25), 0),
        spot("lamp", "#ffffff", 0.75), spot("warm", "#ffe2a0", 0.55),
        spot("cast", "#1b1d22", 0.42, 0.5), spot("contact", "#14161a", 0.62, 0.5),
        blur("blur", 14), blur("soft", 9),
    ))  # fmt: skip
