"""Where a value comes from: in a sentence, and as the whole chain of places that were looked in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pim.models import Override
from pim.resolution import Resolved, Step
from workspace.queries.options import OptionWords, words_of
from workspace.queries.sheets import Entry, Sheet
from workspace.queries.words import in_words, person


@dataclass(frozen=True)
class Origin:
    """Where a value comes from: own, parent, market, fallback, computed or below; empty where there is none."""

    kind: str = ""
    text: str = ""
    url: str = ""


# Attributes that live on the variants are empty on their model, and nothing misses them there.
BELOW = Origin("below", "Set on each variant")


@dataclass(frozen=True)
class OverrideNote:
    """Why a market has a value of its own, who said so, and the last day on which it holds."""

    market: str
    reason: str
    by: str
    at: datetime
    last_day: datetime | None


@dataclass(frozen=True)
class Place:
    """One place that was looked in."""

    product: str
    where: str
    text: str
    url: str
    is_winner: bool
    note: str = ""
    override: OverrideNote | None = None


def origin(sheet: Sheet, entry: Entry) -> Origin:
    """The most telling of the reasons decides the sign; all of them are in the words."""
    found = entry.found
    if found is None:
        return BELOW if entry.is_below else Origin()
    words = _reasons(found)
    if not words:
        return Origin("own")
    kind = "fallback" if found.is_fallback else "parent" if found.is_inherited else ""
    kind = kind or ("computed" if found.kind == "computed" else "market")
    text = ", ".join(words)
    return Origin(kind, text[0].upper() + text[1:], sheet.page_of(found.sku, entry.code))


def _reasons(found: Resolved) -> list[str]:
    words = [f"from {found.sku}"] if found.is_inherited else []
    if found.market:
        words.append(f"for {found.market} only")
    if found.is_fallback:
        words.append(f"in {found.locale}" + ("" if found.counts else ", not translated"))
    if found.kind == "computed":
        words.append("by a rule")
    return words


def note_of(row: Override | None, market: str) -> OverrideNote | None:
    """The override in words; it ends with its last day."""
    if row is None:
        return None
    last = row.expires_at - timedelta(microseconds=1) if row.expires_at else None
    return OverrideNote(market, row.reason, person(row.actor), row.at, last)


def trail(sheet: Sheet, entry: Entry) -> list[Place]:
    """Each place in the order in which it is looked in, with what it holds."""
    steps = [step for step in sheet.ground.trail(entry.code) if _can_hold(entry, step)]
    said = words_of([(entry.attribute, step.value) for step in steps], sheet.scope.locale_id)
    winner = next((step for step in steps if step.value is not None), None)
    return [_place(sheet, entry, step, said, is_winner=step is winner) for step in steps]


def _can_hold(entry: Entry, step: Step) -> bool:
    """Places where nothing can be said of the attribute are left out, unless something is there all the same."""
    attribute = entry.attribute
    fits = (attribute.is_localizable or step.cell.locale == "*") and (
        attribute.is_market_overridable or step.cell.market is None
    )
    level = entry.level
    reaches = step.owner.level == level or (step.owner.level > level and entry.may_override_below)
    return step.value is not None or (fits and reaches)


def _place(sheet: Sheet, entry: Entry, step: Step, said: OptionWords, *, is_winner: bool) -> Place:
    cell, locale = step.cell, "all languages" if step.cell.locale == "*" else step.cell.locale
    override = sheet.override(entry, step.owner.product_id, cell.cell_id)
    notes: Sequence[str] = [
        *(["by a rule"] if step.kind == "computed" else []),
        *(["not translated"] if step.value is not None and not cell.counts else []),
    ]
    return Place(
        product=step.owner.sku,
        where=f"{cell.market or 'all markets'}, {locale}",
        text=in_words(entry.attribute, step.value, said).whole,
        url=sheet.page_of(step.owner.sku, entry.code),
        is_winner=is_winner,
        note=", ".join(notes),
        override=note_of(override, cell.market or ""),
    )
