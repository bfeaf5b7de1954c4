"""From what a file carries to what may be bound. Pure: no tables, no clock.

A *sighting* is one identifier read from a file, in the form in which products are looked up. A *claim* is a sighting
that led to a product, with a doubt or without. A *finding* is what to do about one target: bind, or ask a person.

The rules:
1. Claims of the same target count together. The strongest source speaks for them.
2. A certain claim for a model gives way to a certain claim for a part of it (the model, and its red variant: red).
3. One certain target binds. Several contradict each other and are asked about, unless a manifest names exactly one.
4. A doubtful claim is asked about. A file name is a doubtful claim, and is heard only where nothing else speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from stdnum.ean import calc_check_digit

from associations.choices import STRENGTH, BindingRole, Source

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
# GS1 Digital Link (a path of application identifiers) and element strings: 01 announces a GTIN
GS1 = re.compile(r"(?:/01/|\(01\)|^\][A-Za-z]\d01)(\d{8,14})")
ROLE = re.compile(r"role\s*[:=]\s*([a-z]+)", re.IGNORECASE)
SOURCES = {"xmp": Source.EMBEDDED, "iptc": Source.EMBEDDED, "exif": Source.EMBEDDED}
SEPARATORS = re.compile(r"[\s_.\-]+")
LONGEST_NAME = 8  # parts of a file name that are looked at
SPEAKERS = {
    Source.MANIFEST: "The manifest",
    Source.EMBEDDED: "Embedded metadata",
    Source.BARCODE: "A barcode in the picture",
    Source.FILENAME: "The file name",
}


@dataclass(frozen=True)
class Sighting:
    """One identifier in the form it is looked up by: a GTIN of 14 digits, or a SKU."""

    source: str
    scheme: str
    value: str
    doubt: str = ""


@dataclass(frozen=True)
class Target:
    """Where a binding would hang. `line` is the target and everything above it, by id."""

    product_id: int
    sku: str
    axis: str
    line: frozenset[int]

    @property
    def label(self) -> str:
        return f"{self.sku} ({self.axis})" if self.axis else self.sku

    def is_above(self, other: Target) -> bool:
        if self.product_id == other.product_id:
            return not self.axis and bool(other.axis)
        return self.product_id in other.line and not self.axis


@dataclass(frozen=True)
class Claim:
    """A sighting that led to a product; `doubt` is a clause that says why a person should look."""

    sighting: Sighting
    sku: str
    target: Target
    doubt: str = ""

    @property
    def is_certain(self) -> bool:
        return not self.doubt and self.sighting.source != Source.FILENAME

    @property
    def sentence(self) -> str:
        seen = self.sighting
        verb = "begins with" if seen.source == Source.FILENAME else "names"
        text = f"{SPEAKERS[Source(seen.source)]} {verb} the {seen.scheme.upper()} {seen.value}"
        return text + (f" of {self.sku}" if seen.value != self.sku else "") + (f", {self.doubt}" if self.doubt else "")

    def to_json(self) -> dict[str, str]:
        seen = self.sighting
        return {"source": seen.source, "scheme": seen.scheme, "value": seen.value, "sku": self.sku}


@dataclass(frozen=True)
class Finding:
    """What to do about one target: bind where it is certain, else ask."""

    target: Target
    source: str
    is_certain: bool
    sentence: str
    claims: tuple[Claim, ...]


def sightings(identifiers: Iterable[Mapping[str, str]]) -> list[Sighting]:
    """What a version's identifiers can be looked up by; each once, strongest source first."""
    found: dict[tuple[str, str], Sighting] = {}
    rows = [
        (SOURCES.get(row["source"], row["source"]), row["scheme"], str(row["value"]).strip()) for row in identifiers
    ]
    for source, scheme, value in sorted(rows, key=lambda row: STRENGTH.get(row[0], len(STRENGTH))):
        if source not in STRENGTH or not value:
            continue
        for sighting in _read(source, scheme, value):
            found.setdefault((sighting.scheme, sighting.value), sighting)
    return list(found.values())


def spellings(value: str) -> list[str]:
    """How files may spell an identifier: as it is kept, or a GTIN without leading zeros of its 14 digits."""
    lengths = sorted(GTIN_LENGTHS) if len(value) == max(GTIN_LENGTHS) and value.isdecimal() else []
    return [value, *(value[-n:] for n in lengths if n < len(value) and not value[:-n].strip("0"))]


def _read(source: str, scheme: str, value: str) -> Iterator[Sighting]:
    gs1 = GS1.search(value)
    digits = gs1[1] if gs1 else re.sub(r"[\s\-]", "", value)
    if scheme in {"gtin", "any"} and digits.isdecimal() and len(digits) in GTIN_LENGTHS:
        expected = calc_check_digit(digits[:-1])
        if expected == digits[-1]:
            yield Sighting(source, "gtin", digits.zfill(14))
        else:
            mended = (digits[:-1] + expected).zfill(14)
            yield Sighting(source, "gtin", mended, f"if its wrong check digit {digits[-1]} is put right")
    if scheme in {"sku", "any"} and gs1 is None:
        yield Sighting(source, "sku", value)


def sightings_in_name(filename: str) -> list[Sighting]:
    """SKUs that a file name may begin with, longest first."""
    stem = PurePosixPath(filename.replace("\\", "/")).stem
    breaks = [match.start() for match in SEPARATORS.finditer(stem)][: LONGEST_NAME - 1]
    doubt = "and a name alone never binds"
    return [Sighting(Source.FILENAME, "sku", stem[:end], doubt) for end in [len(stem), *reversed(breaks)] if end > 0]


def role_in(*documents: Any) -> str | None:
    """The role that shoot metadata asks for: a text `role:hero` anywhere in it, such as an XMP keyword."""
    for text in _texts(documents):
        match = ROLE.fullmatch(text.strip())
        if match and match[1].lower() in BindingRole.values:
            return match[1].lower()
    return None


def _texts(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        for value in document.values():
            yield from _texts(value)
    elif isinstance(document, list | tuple):
        for value in document:
            yield from _texts(value)


def judge(claims: Iterable[Claim]) -> list[Finding]:
    """What to do about each target, sorted by product, so that locks are taken in one order."""
    heard = list(claims)
    if any(claim.sighting.source != Source.FILENAME for claim in heard):
        heard = [claim for claim in heard if claim.sighting.source != Source.FILENAME]
    certain = _narrowed([claim for claim in heard if claim.is_certain])
    targets = set(certain)
    ordered = {claim.target for claims_ in certain.values() for claim in claims_ if _is_ordered(claim)}
    chosen = targets if len(targets) == 1 else ordered if len(ordered) == 1 else set()
    findings = [_finding(target, claims_, targets, is_certain=target in chosen) for target, claims_ in certain.items()]
    for target, claims_ in _by_target(claim for claim in heard if not claim.is_certain).items():
        if target not in targets:
            findings.append(_finding(target, claims_, set(), is_certain=False))
    return sorted(findings, key=lambda finding: (finding.target.product_id, finding.target.axis))


def _is_ordered(claim: Claim) -> bool:
    return claim.sighting.source == Source.MANIFEST


def _by_target(claims: Iterable[Claim]) -> dict[Target, list[Claim]]:
    grouped: dict[Target, list[Claim]] = {}
    for claim in claims:
        grouped.setdefault(claim.target, []).append(claim)
    return grouped


def _narrowed(claims: list[Claim]) -> dict[Target, list[Claim]]:
    """Claims by target, without targets that only say less than another one."""
    grouped = _by_target(claims)
    return {
        target: claims_
        for target, claims_ in grouped.items()
        if not any(target.is_above(other) for other in grouped if other != target)
    }


def _finding(target: Target, claims: list[Claim], rivals: set[Target], *, is_certain: bool) -> Finding:
    strongest = min(claims, key=lambda claim: STRENGTH[claim.sighting.source])
    sentence = f"{strongest.sentence}."
    others = sorted(other.label for other in rivals - {target})
    if others:
        sentence += f" But other evidence names {', '.join(others)}."
    return Finding(target, strongest.sighting.source, is_certain, sentence, tuple(claims))


def shown_at(
    line: list[tuple[int, str]], axes: Mapping[str, int], values: Mapping[str, str], other_levels: Iterable[int]
) -> Target:
    """The level at which evidence that names one product holds: that of its looks, not of its size.

    `line` is (id, SKU) from the root model down to the named product; `axes` maps the visual axis to its level,
    `other_levels` are the levels of the other axes, `values` the named product's axis values. The target is the
    deepest product of the line above every other axis; looks that are decided below it go into the axis.
    """
    level = len(line) - 1
    base = min([level, *(other - 1 for other in other_levels)])
    below = sorted(code for code, at in axes.items() if base < at <= level)
    if any(code not in values for code in below):
        base, below = level, []
    ids = frozenset(product_id for product_id, _ in line[: base + 1])
    return Target(line[base][0], line[base][1], axis_text({code: values[code] for code in below}), ids)


def axis_text(values: Mapping[str, str]) -> str:
    """`colour=red`, several joined by `&` in the order of their codes."""
    return "&".join(f"{code}={values[code]}" for code in sorted(values))


def axis_pairs(text: str) -> dict[str, str]:
    """The reverse of `axis_text`."""
    return dict(pair.split("=", 1) for pair in text.split("&")) if text else {}
