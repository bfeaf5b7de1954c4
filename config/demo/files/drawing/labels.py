"""Swing tags with an EAN-13 barcode, as they hang on goods in a shoot."""

from typing import Any

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from config.demo.files.products import BRAND


def tag(gtin: str, module: int) -> Image.Image:
    """Return a paper tag; ``module`` is the width of the thinnest bar in pixels, at least 2."""
    bars = barcode(gtin, module)
    margin = 9 * module
    width, height = bars.width + 2 * margin, bars.height + 46 * module
    paper = Image.new("RGB", (width, height), "#fdfbf6")
    draw = ImageDraw.Draw(paper)
    draw.ellipse((width // 2 - 5 * module, 5 * module, width // 2 + 5 * module, 15 * module), fill="#c9bda6")
    draw.text((width // 2, 25 * module), BRAND.upper(), "#2a2722", ImageFont.load_default(9 * module), "mm")
    paper.paste(bars, (margin, 34 * module))
    spaced = f"{gtin[0]} {gtin[1:7]} {gtin[7:]}"
    draw.text((width // 2, height - 6 * module), spaced, "#2a2722", ImageFont.load_default(8 * module), "mm")
    return paper


def barcode(gtin: str, module: int) -> Image.Image:
    """Return the bars with their quiet zones, 34 modules high."""
    made = zxingcpp.create_barcode(gtin, zxingcpp.BarcodeFormat.EAN13)
    drawn: Any = made.to_image(scale=1, add_quiet_zones=False)  # a buffer, which its stub does not say
    height, width = drawn.shape[:2]
    line = Image.frombytes("L", (width, height), memoryview(drawn).tobytes()).crop((0, 0, width, 1))
    quiet = Image.new("L", ((width + 22) * module, 34 * module), 255)
    quiet.paste(line.resize((width * module, 34 * module), Image.Resampling.NEAREST), (11 * module, 0))
    return quiet.convert("RGB")


def hang(picture: Image.Image, gtin: str, *, at: tuple[float, float], turn: float) -> None:
    """Hang a tag into ``picture``: ``at`` is its middle in shares of the sides, ``turn`` in degrees."""
    card = tag(gtin, max(2, picture.width // 400))
    mask = Image.new("L", card.size, 255).rotate(turn, Image.Resampling.BICUBIC, expand=True)
    card = card.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    left, top = (round(share * side - own / 2) for share, side, own in zip(at, picture.size, card.size, strict=True))
    drop = max(4, picture.width // 130)
    shade = Image.new("L", (mask.width + 6 * drop, mask.height + 6 * drop))
    shade.paste(mask.point([value // 3 for value in range(256)]), (3 * drop, 3 * drop))
    shade = shade.filter(ImageFilter.GaussianBlur(drop))
    picture.paste("#15171b", (left - 2 * drop, top - 2 * drop), shade)
    string = [
        (left + card.width / 2, top + card.height * 0.06),
        (left + card.width * 0.62, top - card.height * 0.9),
    ]
    picture.paste(card, (left, top), mask)
    ImageDraw.Draw(picture).line(string, "#efe6d2", max(2, picture.width // 260))
