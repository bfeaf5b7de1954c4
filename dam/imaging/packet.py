"""The XMP packet that every rendition carries: who made it, whom to credit, what is allowed. Nothing else."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"'
)


def rights_packet(described: dict[str, Any]) -> bytes:
    """The packet for what the source says of its rights; nothing when it says nothing."""
    parts = []
    if creator := described.get("creator"):
        parts.append(f"<dc:creator><rdf:Seq><rdf:li>{_clean(creator)}</rdf:li></rdf:Seq></dc:creator>")
    if rights := described.get("copyright"):
        parts.append(f"<dc:rights>{_alternative(rights)}</dc:rights>")
    if credit := described.get("credit"):
        parts.append(f"<photoshop:Credit>{_clean(credit)}</photoshop:Credit>")
    if terms := described.get("usage_terms"):
        parts.append(f"<xmpRights:UsageTerms>{_alternative(terms)}</xmpRights:UsageTerms>")
    if not parts:
        return b""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {SPACES}>{"".join(parts)}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


def _alternative(text: str) -> str:
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{_clean(text)}</rdf:li></rdf:Alt>'


def _clean(text: str) -> str:
    """Escaped, without the control characters that XML 1.0 forbids."""
    return escape("".join(letter for letter in text if letter >= " " or letter in "\t\n"))
