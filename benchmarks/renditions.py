"""Six renditions of a photograph of 24 MP: CPU of `dam.imaging`, beside one small decode and one encode per file.

The limit neither resizes nor looks for a quality: it decodes once, shrunk on load, and encodes pictures that lie
ready, each at the quality that ours ended with. `python -m benchmarks.renditions`
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.house import in_turns, require, timed
from benchmarks.report import row, write_report

os.environ["VIPS_CONCURRENCY"] = "1"  # as in the children that render; read when libvips is loaded

ROUNDS, WIDTH, HEIGHT = 5, 6000, 4000
LEAST_DECIBELS = 30.0
PRESETS: dict[str, dict[str, Any]] = {
    "shop-large": {"width": 1400, "height": 1750, "format": "webp"},
    "shop-card": {"width": 600, "height": 750, "fit": "cover", "format": "webp"},
    "market-main": {"width": 2000, "height": 2000, "fit": "pad", "quality": 95, "max_bytes": 500_000},
    "press": {"width": 2048, "height": 2048, "quality": 90},
    "preview": {"width": 800, "height": 800, "format": "avif", "quality": 60},
    "thumbnail": {"width": 240, "height": 240, "fit": "cover"},
}


def make_photograph(path: Path, width: int, height: int) -> None:
    """Soft light, edges and fine grain, always the same: what a coder has to work for."""
    import pyvips

    grain = pyvips.Image.gaussnoise(width, height, mean=0, sigma=6, seed=1)
    clouds = pyvips.Image.perlin(width, height, cell_size=max(width // 12, 8), seed=2) * 70
    rings = (pyvips.Image.zone(width, height) * 25).gaussblur(1.5)
    bands = [clouds * weight + rings + grain + middle for weight, middle in ((1.0, 120), (0.8, 110), (0.6, 95))]
    picture = bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb")
    picture.jpegsave(str(path), Q=92)


def recipes() -> dict[str, dict[str, Any]]:
    from dam.recipes import complete_recipe

    return {name: complete_recipe(body) for name, body in PRESETS.items()}


def render_all(source: Path, folder: Path) -> dict[str, dict[str, Any]]:
    from dam.imaging.rendering import render

    return render(source, "image/jpeg", recipes(), folder)


def encode_all(source: Path, ready: dict[str, tuple[Any, int]]) -> int:
    """The least that can be done: the number of bytes, so that nothing can be left out."""
    import pyvips

    pyvips.Image.thumbnail(str(source), 2048, height=2048).copy_memory()
    return sum(
        len(save(picture, PRESETS[name].get("format", "jpeg"), quality)) for name, (picture, quality) in ready.items()
    )


def save(picture: Any, form: str, quality: int) -> bytes:
    if form == "webp":
        return bytes(picture.webpsave_buffer(Q=quality, effort=2))
    if form == "avif":
        return bytes(picture.heifsave_buffer(Q=quality, compression="av1", effort=1))
    return bytes(picture.jpegsave_buffer(Q=quality, optimize_coding=True))


def lay_ready(source: Path, folder: Path) -> dict[str, tuple[Any, int]]:
    """Each picture as it is before it is encoded, and the best quality that fits."""
    from dam.imaging import rendering

    opened = rendering.Source(source, "image/jpeg")
    found = {}
    for name, recipe in recipes().items():
        picture = rendering._shape(opened.base_for(recipe), recipe)  # noqa: SLF001  what ours encodes
        quality = recipe["quality"]
        while recipe["max_bytes"] and len(save(picture, recipe["format"], quality)) > recipe["max_bytes"]:
            quality -= 1
        found[name] = (picture.copy_memory(), quality)
    return found


def check(source: Path, folder: Path, made: dict[str, dict[str, Any]]) -> tuple[float, float]:
    """Every file decodes to the right size and likeness; the least likeness (dB) and the share of the byte limit."""
    worst, share = float("inf"), 0.0
    for name, recipe in recipes().items():
        content = (folder / name).read_bytes()
        require(len(content) == made[name]["bytes"], f"{name} is not as long as it says")
        worst = min(worst, likeness(source, content, recipe, made[name]))
        if recipe["max_bytes"]:
            share = len(content) / recipe["max_bytes"]
            require(0.90 <= share <= 1, f"{name} fills {share:.0%} of its bytes")
    require(worst >= LEAST_DECIBELS, f"a rendition is only {worst:.1f} dB like its source")
    return worst, share


def likeness(source: Path, content: bytes, recipe: dict[str, Any], made: dict[str, Any]) -> float:
    """Peak signal to noise, in dB, against the whole source decoded at full size and shrunk by other means."""
    import math

    import pyvips

    loader = {"jpeg": "jpegload_buffer", "webp": "webpload_buffer", "avif": "heifload_buffer"}[recipe["format"]]
    picture = getattr(pyvips.Image, loader)(content)
    require((picture.width, picture.height) == (made["width"], made["height"]), "a picture has another size")
    whole = pyvips.Image.jpegload(str(source))
    if recipe["fit"] == "cover":
        require((picture.width, picture.height) == (recipe["width"], recipe["height"]), "cover does not fill its box")
        scale = max(recipe["width"] / whole.width, recipe["height"] / whole.height)
    else:
        scale = min(recipe["width"] / whole.width, recipe["height"] / whole.height)
    shrunk = whole.resize(scale)
    width, height = min(picture.width, shrunk.width), min(picture.height, shrunk.height)
    ours, theirs = (
        one.crop((one.width - width) // 2, (one.height - height) // 2, width, height).cast("float")
        for one in (picture, shrunk)
    )
    error = ((ours - theirs) ** 2).avg()
    return 10 * math.log10(255**2 / max(error, 1e-9))


def measure(width: int, height: int, rounds: int) -> list[dict[str, Any]]:
    from dam.imaging.opening import shut_loaders

    shut_loaders()
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as name:
        folder = Path(name)
        source = folder / "source.jpg"
        make_photograph(source, width, height)
        ready = lay_ready(source, folder)
        worst: list[tuple[float, float]] = []

        def ours(_: int) -> float:
            seconds, made = timed(lambda: render_all(source, folder), clock=time.process_time)
            worst.append(check(source, folder, made))
            return 1 / seconds

        def limit(_: int) -> float:
            seconds, length = timed(lambda: encode_all(source, ready), clock=time.process_time)
            require(length > 0, "nothing was encoded")
            return 1 / seconds

        figures = in_turns(rounds, ours, limit)
        decibels, share = min(worst)
        more = {
            "least_likeness_db": decibels,
            "share_of_byte_limit": share,
            "cpu_ms": 1000 / sorted(figures[0])[rounds // 2],
        }
        return [row(f"6 presets of {width * height / 1e6:.0f} MP", "sources/s of CPU", *figures, **more)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--height", type=int, default=HEIGHT)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    write_report(
        "renditions", measure(chosen.width, chosen.height, chosen.rounds), packages=["pyvips", "pyvips-binary"]
    )


if __name__ == "__main__":
    main()
