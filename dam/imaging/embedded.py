"""What a file says of itself in EXIF, IPTC and XMP: bounded, and mapped to our words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyexiv2

from dam.imaging.barcodes import gtin14
from dam.imaging.limits import FIELDS, IDENTIFIERS, TEXT

pyexiv2.set_log_level(4)

# Private, heavy, or both: places, serial numbers, vendor blocks, thumbnails.
LEFT_OUT = re.compile(
    r"MakerNote|GPS|Serial|Thumbnail|PrintImageMatching|InterColorProfile|JPEGTables|\.0x", re.IGNORECASE
)
Fields = dict[str, Any]
# Our word: where it is read from, best first.
WORDS = {
    "title": ("Xmp.dc.title", "Xmp.photoshop.Headline", "Iptc.Application2.ObjectName"),
    "caption": ("Xmp.dc.description", "Iptc.Application2.Caption", "Exif.Image.ImageDescription"),
    "creator": ("Xmp.dc.creator", "Iptc.Application2.Byline", "Exif.Image.Artist"),
    "credit": ("Xmp.photoshop.Credit", "Iptc.Application2.Credit"),
    "copyright": ("Xmp.dc.rights", "Iptc.Application2.Copyright", "Exif.Image.Copyright"),
    "usage_terms": ("Xmp.xmpRights.UsageTerms",),
}
KEYWORDS = ("Xmp.dc.subject", "Iptc.Application2.Keywords")


def read_embedded(path: Path) -> dict[str, Fields]:
    """The fields of each standard; an unreadable block is an empty one."""
    try:
        image = pyexiv2.Image(str(path))
    except RuntimeError:
        return {"exif": {}, "iptc": {}, "xmp": {}}
    try:
        return {name: _bounded(_read(image, name)) for name in ("exif", "iptc", "xmp")}
    finally:
        image.close()


def describe(embedded: dict[str, Fields]) -> Fields:
    """Title, creator and the like in our words, as plain texts; keywords as a list."""
    fields = embedded["exif"] | embedded["iptc"] | embedded["xmp"]
    found: Fields = {}
    for word, sources in WORDS.items():
        text = next((text for source in sources if (text := plain(fields.get(source)))), "")
        if text:
            found[word] = text
    for source in KEYWORDS:
        value = fields.get(source)
        words = value if isinstance(value, list) else [value] if value else []
        if words:
            found["keywords"] = [str(word).strip() for word in words if str(word).strip()][:100]
            break
    return found


def read_identifiers(embedded: dict[str, Fields]) -> list[dict[str, str]]:
    """Codes by which the file names products, as {source, scheme, value}."""
    found = []
    for key, value in embedded["xmp"].items():
        texts = [plain(one) for one in (value if isinstance(value, list) else [value])]
        if key == "Xmp.dc.identifier" or (key.endswith(("ProductGTIN", "ProductId")) and "ProductInImage" in key):
            found += [_identifier(text) for text in texts if text]
    return found[:IDENTIFIERS]


def plain(value: Any) -> str:
    """One text of what Exiv2 gives: a text, a list, or alternatives by language."""
    if isinstance(value, dict):
        value = next((text for tag, text in value.items() if "x-default" in tag), next(iter(value.values()), ""))
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value)
    return str(value or "").strip()


def _identifier(text: str) -> dict[str, str]:
    scheme, colon, rest = text.partition(":")
    if colon and scheme.strip().lower() in {"sku", "gtin"}:
        text = rest.strip()
        if scheme.strip().lower() == "sku":
            return {"source": "xmp", "scheme": "sku", "value": text[:200]}
    gtin = gtin14(text)
    if gtin:
        return {"source": "xmp", "scheme": "gtin", "value": gtin}
    return {"source": "xmp", "scheme": "any", "value": text[:200]}


def _read(image: Any, name: str) -> Fields:
    try:
        return dict(getattr(image, f"read_{name}")(encoding="utf-8"))
    except UnicodeDecodeError:
        return dict(getattr(image, f"read_{name}")(encoding="iso-8859-1"))
    except RuntimeError:
        return {}


def _bounded(fields: Fields) -> Fields:
    kept = {key: _short(value) for key, value in fields.items() if not LEFT_OUT.search(key)}
    return dict(list(kept.items())[:FIELDS])


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(tag)[:100]: _short(text) for tag, text in list(value.items())[:50]}
    if isinstance(value, list):
        return [_short(one) for one in value[:100]]
    # Postgres keeps no NUL in text
    return str(value).replace("\x00", "")[:TEXT]
