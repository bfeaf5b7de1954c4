"""Metadata that a photographer writes into a picture: XMP as an RDF packet, plus a little Exif.

Properties: IPTC Photo Metadata Standard 2023 (Dublin Core, Photoshop, rights management, IPTC Extension) and
PLUS 1.2 for the licensor. Prices and costs never appear here.
"""

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

import pyexiv2

CREATOR: Final = "Mara Lindqvist"
CREDIT: Final = "Studio Nordlicht / Harrow & Fell"
USAGE: Final = "Worldwide use in Harrow & Fell channels; see licence."
LICENSOR: Final = (
    "Studio Nordlicht GbR",
    "https://studio-nordlicht.example/licensing",
    "rights@studio-nordlicht.example",
)

SPACES: Final = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What is written into one picture."""

    title: str
    keywords: tuple[str, ...]
    #: An SKU in ``dc:identifier``.
    identifier: str | None = None
    #: A GTIN in ``Iptc4xmpExt:ProductInImage``.
    gtin: str | None = None
    credit: str = CREDIT


def packet(caption: Caption) -> str:
    """Return the XMP packet."""
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
    name, url, mail = LICENSOR
    parts = [
        f"<dc:creator><rdf:Seq>{item(CREATOR)}</rdf:Seq></dc:creator>",
        f"<dc:title>{translated(caption.title)}</dc:title>",
        f"<dc:subject><rdf:Bag>{''.join(map(item, caption.keywords))}</rdf:Bag></dc:subject>",
        f"<photoshop:Credit>{escape(caption.credit)}</photoshop:Credit>",
        "<xmpRights:Marked>True</xmpRights:Marked>",
        f"<xmpRights:UsageTerms>{translated(USAGE)}</xmpRights:UsageTerms>",
        (
            '<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource">'
            f"<plus:LicensorName>{escape(name)}</plus:LicensorName><plus:LicensorURL>{url}</plus:LicensorURL>"
            f"<plus:LicensorEmail>{mail}</plus:LicensorEmail></rdf:li></rdf:Seq></plus:Licensor>"
        ),
    ]
    if caption.identifier:
        parts.append(f"<dc:identifier>{escape(caption.identifier)}</dc:identifier>")
    if caption.gtin:
        parts.append(
            '<Iptc4xmpExt:ProductInImage><rdf:Bag><rdf:li rdf:parseType="Resource">'
            f"<Iptc4xmpExt:ProductGTIN>{caption.gtin}</Iptc4xmpExt:ProductGTIN>"
            "</rdf:li></rdf:Bag></Iptc4xmpExt:ProductInImage>"
        )
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {spaces}>{"".join(parts)}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


def item(text: str) -> str:
    """Return one list entry."""
    return f"<rdf:li>{escape(text)}</rdf:li>"


def translated(text: str) -> str:
    """Return a language alternative with a default."""
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'


def write_caption(picture: bytes, caption: Caption) -> bytes:
    """Return ``picture`` (JPEG, PNG or TIFF) with the caption in it; pixels stay as they are."""
    with pyexiv2.ImageData(picture) as image:
        image.modify_exif({"Exif.Photo.DateTimeOriginal": "2025:01:14 10:30:00", "Exif.Image.Artist": CREATOR})
        image.modify_raw_xmp(packet(caption))
        return bytes(image.get_bytes())
