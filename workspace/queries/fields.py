"""The fields of a product's form: what each shows, where an edit goes, and what became of what somebody typed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation.history.models import Revision
from pim.choices import AttributeType, Sensitivity
from pim.models import Attribute, ProductValues
from workspace.queries.cells import Grid, grid
from workspace.queries.controls import PLACEHOLDING, Around, Control, control, help_text
from workspace.queries.options import short_lists, words_of
from workspace.queries.origins import Origin, OverrideNote, note_of, origin
from workspace.queries.sheets import MARKET, Entry, Sheet
from workspace.queries.shown import LOCALE
from workspace.queries.words import in_words, person

LOOKED_BACK = 50


@dataclass(frozen=True)
class Clash:
    """Somebody said something else meanwhile: who, when, and what; an empty text where they cleared it."""

    by: str
    at: datetime | None
    text: str


@dataclass(frozen=True)
class Answer:
    """What became of what somebody typed into a field. `expected` is the own value that they saw before."""

    raw: Any = None
    place: str = ""
    expected: str = ""
    error: str = ""
    clash: Clash | None = None
    is_saved: bool = False
    reason: str = ""
    last_day: str = ""

    @property
    def is_open(self) -> bool:
        """What was typed is not stored yet."""
        return bool(self.error or self.clash)


@dataclass(frozen=True)
class Field:
    """One attribute on the form. `place` is where an edit goes; `expected` is what is there now, as JSON."""

    code: str
    label: str
    text: str
    unit: str
    is_required: bool
    is_missing: bool
    note: str
    origin: Origin
    reach: str
    help: str
    can_edit: bool
    place: str
    market: str
    expected: str
    has_own: bool
    clears_to: str
    aside: str
    control: Control | None
    grid: Grid | None
    override: OverrideNote | None
    can_override: bool
    is_overriding: bool
    answer: Answer
    why_not: str = ""
    why_url: str = ""


class FieldMaker:
    """Makes the fields of some entries; what they need together is read once."""

    def __init__(self, sheet: Sheet, entries: Iterable[Entry], typed: Any = None) -> None:
        self.sheet, self.entries = sheet, list(entries)
        attributes = [entry.attribute for entry in self.entries]
        said: list[tuple[Attribute, Any]] = [(attribute, typed) for attribute in attributes]
        for entry in self.entries:
            said += [(entry.attribute, step.value) for step in sheet.ground.trail(entry.code)]
        locale = sheet.scope.locale_id
        may_edit = sheet.editor.may("pim.edit")
        self.around = Around(
            lists=short_lists(attributes, locale) if may_edit else {},
            words=words_of(said, locale),
            currency=sheet.scope.market.currency,
        )

    def fields(self) -> list[Field]:
        return [self.field(entry) for entry in self.entries]

    def field(self, entry: Entry, *, overriding: bool = False, answer: Answer | None = None) -> Field:
        """The field as it stands; `overriding` is the form in which a market's own value gets its reason."""
        sheet, attribute, answer = self.sheet, entry.attribute, answer or Answer()
        why_not, why_url = self._why_not(entry)
        may_edit = sheet.editor.may("pim.edit") and not entry.is_below and not why_not
        overriding = overriding and may_edit and attribute.is_market_overridable
        place = MARKET if overriding else answer.place or sheet.place_of(entry)
        if answer.clash and place == MARKET and sheet.own(entry, MARKET) is None:
            overriding = True  # the other one took the override away, and its reason with it
        own, under = sheet.own(entry, place), sheet.without_own(entry, place)
        can_edit = may_edit and (overriding or own is not None or sheet.editor.limits("market") is None)
        held = under.value if under else None
        start = held if overriding and own is None else own
        words = in_words(attribute, entry.found.value if entry.found else None, self.around.words)
        beneath = in_words(attribute, held, self.around.words).whole
        made = control(attribute, answer.raw if answer.is_open else start, held, self.around) if can_edit else None
        shows = made is not None and made.kind in PLACEHOLDING
        cell = sheet.cell_of(entry, MARKET)
        return Field(
            code=attribute.code,
            label=attribute.label(LOCALE),
            text=words.text,
            unit=words.unit if words.text else "",
            is_required=entry.is_required,
            is_missing=entry.is_missing,
            note="" if attribute.sensitivity == Sensitivity.PUBLIC else attribute.sensitivity.capitalize(),
            origin=origin(sheet, entry),
            reach=_reach(attribute),
            help=help_text(attribute),
            can_edit=can_edit,
            place=place,
            market=sheet.scope.market.code,
            expected=answer.expected if answer.error else json.dumps(own, ensure_ascii=False),
            has_own=own is not None,
            clears_to=beneath or "empty",
            aside="" if own is not None or shows or not can_edit else beneath,
            control=made,
            grid=grid(attribute, entry.found.value) if entry.found and attribute.type == AttributeType.TABLE else None,
            override=note_of(sheet.override(entry, sheet.product.pk, cell or 0), sheet.scope.market.code),
            can_override=may_edit and attribute.is_market_overridable and sheet.own(entry, MARKET) is None,
            is_overriding=overriding,
            answer=answer,
            why_not=why_not if sheet.editor.may("pim.edit") else "",
            why_url=why_url,
        )

    def _why_not(self, entry: Entry) -> tuple[str, str]:
        """Why a steward may not say it here, and where they may."""
        product = self.sheet.product
        if entry.level < product.level and not entry.may_override_below:
            owner = self.sheet.owner_at(entry.level)
            sku = owner.sku if owner else ""
            return f"Said on {sku} for all its variants", self.sheet.page_of(sku, entry.code)
        if self.sheet.editor.limits("market") is not None and not entry.attribute.is_market_overridable:
            return "The same in all markets; a steward of all markets can change it", ""
        return "", ""


def _reach(attribute: Attribute) -> str:
    words = [word for word, holds in (
        ("locale", attribute.is_localizable), ("market", attribute.is_market_overridable)
    ) if holds]  # fmt: skip
    return f"per {' and '.join(words)}" if words else "shared"


def clash_of(sheet: Sheet, entry: Entry, place: str) -> Clash:
    """Who said what stands there now, and when, as history has it."""
    attribute, value = entry.attribute, sheet.own(entry, place)
    words = in_words(attribute, value, words_of([(attribute, value)], sheet.scope.locale_id))
    revision = last_change(sheet, entry, place)
    if revision is None:
        return Clash("Somebody", None, words.whole)
    return Clash(person(revision.actor), revision.at, words.whole)


def last_change(sheet: Sheet, entry: Entry, place: str) -> Revision | None:
    """The newest revision that changed what the product itself says there."""
    rows = ProductValues.objects.filter(product=sheet.product, cell_id=sheet.cell_of(entry, place) or 0)
    row = rows.first()
    if row is None:
        return None
    after = row.vals.get(entry.code)
    revisions = Revision.objects.filter(table_name=ProductValues._meta.db_table, row_key=str(row.pk))
    for revision in revisions.order_by("-id")[:LOOKED_BACK]:
        before = (revision.before or {}).get("vals", {}).get(entry.code)
        if before != after:
            return revision
    return None
