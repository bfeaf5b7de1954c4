"""SVG is a programme as much as a picture: anything in it that runs or fetches is refused."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from dam.imaging.limits import SVG_BYTES, Refusal

SPACE = "http://www.w3.org/2000/svg"
ACTIVE = {"script", "foreignObject", "iframe", "embed", "object", "audio", "video", "handler", "listener"}
EMBEDDED = re.compile(r"data:image/(?:png|jpeg|webp|gif);base64,", re.IGNORECASE)
FETCHES = re.compile(r"@import|expression\s*\(|url\(\s*['\"]?\s*(?!#)", re.IGNORECASE)
STYLESHEET = re.compile(rb"<\?xml-stylesheet", re.IGNORECASE)


def check_svg(path: Path) -> None:
    """Raise `Refusal` unless the drawing is still: no script, no handler, no reference that leaves the file."""
    if path.stat().st_size > SVG_BYTES:
        raise Refusal("too-large", f"A drawing may have {SVG_BYTES // 1024**2} MB")
    content = path.read_bytes()
    if STYLESHEET.search(content):
        raise Refusal("active-content", "The drawing names an outside style sheet")
    try:
        root = defusedxml.ElementTree.fromstring(content, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise Refusal("active-content", "The drawing declares entities") from None
    except (ParseError, ValueError) as error:
        raise Refusal("damaged", f"The drawing is not well-formed: {error}") from None
    for element in root.iter():
        _check_element(element)


def _check_element(element: Element) -> None:
    space, _, name = element.tag.rpartition("}")
    if name in ACTIVE or (space.lstrip("{") == "http://www.w3.org/1999/xhtml"):
        raise Refusal("active-content", f"The drawing contains <{name}>")
    for key, value in element.attrib.items():
        _check_attribute(name, key.rpartition("}")[2], value)
    if name == "style" and FETCHES.search(element.text or ""):
        raise Refusal("active-content", "A style of the drawing refers to something outside of it")


def _check_attribute(element: str, name: str, value: str) -> None:
    if name.lower().startswith("on"):
        raise Refusal("active-content", f"The drawing has a handler: {name}")
    if name == "attributeName" and value.rpartition(":")[2].lower() in {"href", "style"}:
        raise Refusal("active-content", "An animation of the drawing changes a reference")
    if name in {"href", "src"}:
        target = value.strip()
        if target and not target.startswith("#") and not EMBEDDED.match(target) and element != "a":
            raise Refusal("active-content", f"The drawing refers to something outside of it: {target[:100]}")
        if element == "a" and re.match(r"[\s\x00-\x1f]*(?:javascript|data|vbscript)", target, re.IGNORECASE):
            raise Refusal("active-content", "A link of the drawing runs a script")
    elif FETCHES.search(value):
        raise Refusal("active-content", f"The attribute {name} refers to something outside of the drawing")
