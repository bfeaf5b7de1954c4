"""Barcodes in the picture itself: retail codes as GTINs, others as they read."""

from __future__ import annotations

import re

import zxingcpp

from dam.imaging.limits import IDENTIFIERS

RETAIL = {
    zxingcpp.BarcodeFormat.EAN13,
    zxingcpp.BarcodeFormat.EAN8,
    zxingcpp.BarcodeFormat.UPCA,
    zxingcpp.BarcodeFormat.UPCE,
}
FORMATS = [*RETAIL, zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.ITF14]
# GS1 element string and GS1 Digital Link: application identifier 01 is a GTIN.
GS1 = re.compile(r"^(?:\(01\)|\]C101)(\d{14})|/01/(\d{8,14})(?:[/?#]|$)")


def gtin14(text: str) -> str:
    """The GTIN as 14 digits, or nothing when its check digit is wrong (GS1 General Specifications 7.9)."""
    digits = re.sub(r"[\s-]", "", text)
    if not digits.isascii() or not digits.isdecimal() or len(digits) not in {8, 12, 13, 14}:
        return ""
    padded = digits.zfill(14)
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(padded))
    return padded if total % 10 == 0 and int(padded) else ""


def read_barcodes(grey: bytes, width: int, height: int) -> list[dict[str, str]]:
    """The codes in a grey picture, as {source, scheme, value}, each once, in reading order."""
    view = memoryview(grey).cast("B", (height, width))
    found: dict[str, dict[str, str]] = {}
    for code in zxingcpp.read_barcodes(view, formats=zxingcpp.BarcodeFormats(FORMATS)):
        text = code.text.replace("\x00", "").strip()[:200]
        if not text:
            continue
        inner = GS1.search(text)
        gtin = gtin14(next(filter(None, inner.groups())) if inner else text)
        retail = code.format in RETAIL or bool(inner) or code.format == zxingcpp.BarcodeFormat.ITF14
        scheme, value = ("gtin", gtin) if retail and gtin else ("any", text)
        found.setdefault(value, {"source": "barcode", "scheme": scheme, "value": value})
    return list(found.values())[:IDENTIFIERS]
