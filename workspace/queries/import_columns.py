"""Headers of a file: what each was taken for, and a way to say what the others mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from django.urls import reverse

from foundation.core.actors import Actor
from foundation.markets.models import Locale, Market
from pim.models import Attribute, ProductImport
from workspace.queries.shown import LOCALE

SHOWN = 20  # headers to map at once; each has a list of all attributes
FIELDS = (("sku", "SKU"), ("parent", "SKU of the parent"), ("family", "Family"), ("state", "State"))
LEAVE_OUT = "-"
NOTE = "!"
CLOSE = 0.84
PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Target:
    value: str
    label: str


@dataclass(frozen=True)
class Unmapped:
    header: str
    reason: str
    suggestion: str


@dataclass(frozen=True)
class Mapped:
    header: str
    target: str


@dataclass(frozen=True)
class Mapper:
    url: str
    problem: str
    unmapped: list[Unmapped]
    waiting: int
    mapped: list[Mapped]
    left_out: list[str]
    fields: list[Target]
    attributes: list[Target]
    places: list[Target]


def mapper(record: ProductImport, actor: Actor) -> Mapper:
    """For a file that was checked. Three queries where something is to be mapped."""
    reading, said = record.reading, record.mapping.get("columns", {})
    reasons = reading.get("unmapped", {})
    headers = [one for one in reading.get("headers", []) if one and not one.startswith(NOTE)]
    lacking = [one for one in headers if one in reasons]
    attributes = list(Attribute.objects.visible_to(actor).order_by("code")) if lacking else []
    return Mapper(
        url=reverse("import_mapping", args=[record.uid]),
        problem=str(reading.get("problem", "")),
        unmapped=[
            Unmapped(one, reasons[one].partition(": map it")[0], suggestion(one, attributes)) for one in lacking[:SHOWN]
        ],
        waiting=max(0, len(lacking) - SHOWN),
        mapped=[
            Mapped(one, said.get(one) or one)
            for one in headers
            if one not in reasons and said.get(one, one) is not None
        ],
        left_out=[one for one in headers if one in said and said[one] is None],
        fields=[Target(code, label) for code, label in FIELDS],
        attributes=[Target(one.code, f"{one.label(LOCALE)} ({one.code})") for one in attributes],
        places=_places(actor) if lacking else [],
    )


def suggestion(header: str, attributes: Sequence[Attribute]) -> str:
    """The attribute or field that the header is named like, by code or by label in any language; empty if none is."""
    names = {_plain(label): code for code, label in FIELDS} | {code: code for code, _ in FIELDS}
    for one in attributes:
        names |= {_plain(str(label)): one.code for label in (*one.labels.values(), one.code)}
    found = get_close_matches(_plain(header), [name for name in names if name], n=1, cutoff=CLOSE)
    return names[found[0]] if found else ""


def _plain(text: str) -> str:
    return PLAIN.sub("", text).casefold()


def _places(actor: Actor) -> list[Target]:
    locales = [Target(one.code, one.name or one.code) for one in Locale.objects.all()]
    return [*locales, *(Target(one.code, f"{one.name} only") for one in Market.objects.visible_to(actor))]
