"""Markets' own values as a list to decide on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.markets.models import Market
from pim.models import Attribute
from pim.queries.overrides import DRIFTED, ENDING, EXPIRED, OverrideAsked, OverrideRow, find_overrides
from workspace.queries.options import words_of
from workspace.queries.shown import LOCALE, Choice, State
from workspace.queries.words import in_words, person

STATES = (("", "All"), (DRIFTED, "Drifted"), (ENDING, "Ending in 30 days"), (EXPIRED, "Expired"))


@dataclass(frozen=True)
class ShownOverride:
    id: int
    uid: UUID
    sku: str
    label: str
    place: str
    value: str
    then: str
    now: str
    is_known: bool
    state: State | None
    reason: str
    by: str
    at: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class OverrideList:
    rows: list[ShownOverride]
    found: list[OverrideRow]
    states: list[Choice]
    markets: list[Choice]
    attributes: list[Choice]
    by: str
    next_cursor: str


def override_list(asked: OverrideAsked, *, actor: Actor, cursor: str) -> OverrideList:
    """A page of them, with the filters."""
    at = moment.now()
    page = find_overrides(asked, actor=actor, at=at, cursor=cursor)
    said = [(row.override.attribute, one) for row in page.rows for one in (row.value, row.then, row.now)]
    options = words_of(said, LOCALE)

    def spoken(row: OverrideRow, value: Any) -> str:
        return in_words(row.override.attribute, value, options).whole

    markets = Market.objects.visible_to(actor).order_by("code").values_list("code", flat=True)
    attributes = Attribute.objects.visible_to(actor).filter(is_market_overridable=True)
    return OverrideList(
        [
            ShownOverride(
                row.override.pk, row.override.product.uid, row.override.product.sku,
                row.override.attribute.label(LOCALE), _place(row), spoken(row, row.value), spoken(row, row.then),
                spoken(row, row.now), row.is_known, _state(row, at), row.override.reason, person(row.override.actor),
                row.override.at, row.override.expires_at,
            )
            for row in page.rows
        ],
        page.rows,
        [Choice(value, label, value == asked.state) for value, label in STATES],
        [Choice(code, code, code == asked.market) for code in markets],
        [Choice(one.code, one.label(LOCALE), one.code == asked.attribute) for one in attributes],
        asked.by,
        page.next_cursor,
    )  # fmt: skip


def _place(row: OverrideRow) -> str:
    return ", ".join(part for part in str(row.override.cell).split("/") if part != "*")


def _state(row: OverrideRow, at: datetime) -> State | None:
    if row.override.expires_at is not None and row.override.expires_at <= at:
        return State("Expired", "bad")
    return State("Drifted", "attention") if row.has_drifted else None
