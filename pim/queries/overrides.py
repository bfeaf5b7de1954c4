"""Markets' own values: which there are, when they end, and whether what they were made over is another by now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.core.pages import keyset_page
from foundation.markets.models import Cell
from pim.models import Attribute, Override, ProductValues
from pim.queries.products import id_lines

DRIFTED, EXPIRED, ENDING = "drifted", "expired", "ending"
STATES = (DRIFTED, EXPIRED, ENDING)
AT_ONCE, ROUNDS = 200, 10  # overrides looked through for those that have drifted, before a page ends


@dataclass(frozen=True)
class OverrideAsked:
    """Which overrides somebody wants to see. `days` goes with `ending`."""

    market: str = ""
    attribute: str = ""
    by: str = ""
    state: str = ""
    days: int = 30


@dataclass(frozen=True)
class OverrideRow:
    """An override beside what holds for all markets: then, when it was said or confirmed, and now."""

    override: Override
    value: Any
    then: Any
    now: Any
    is_known: bool

    @property
    def has_drifted(self) -> bool:
        return self.is_known and self.then != self.now


@dataclass(frozen=True)
class OverridePage:
    rows: list[OverrideRow]
    next_cursor: str


def find_overrides(
    asked: OverrideAsked, *, actor: Actor, at: datetime, cursor: str = "", limit: int = 50
) -> OverridePage:
    """The newest first. A page of drifted ones may be short: it says where to go on all the same."""
    rows = Override.objects.visible_to(actor).select_related("product", "attribute", "cell__market")
    if asked.market:
        rows = rows.filter(cell__market__code=asked.market)
    if asked.attribute:
        rows = rows.filter(attribute__code=asked.attribute)
    if asked.by:
        rows = rows.filter(actor__in=(asked.by, f"user:{asked.by}"))
    if asked.state == EXPIRED:
        rows = rows.filter(expires_at__lte=at)
    elif asked.state == ENDING:
        rows = rows.filter(expires_at__gt=at, expires_at__lte=at + timedelta(days=asked.days))
    elif asked.state not in ("", DRIFTED):
        raise Invalid(f"state is one of {', '.join(STATES)}", path="state")
    if asked.state != DRIFTED:
        page = keyset_page(rows, order=("-pk",), cursor=cursor, limit=limit)
        return OverridePage(_told(page.rows), page.next_cursor)
    found: list[OverrideRow] = []
    for _ in range(ROUNDS):
        page = keyset_page(rows, order=("-pk",), cursor=cursor, limit=min(AT_ONCE, limit - len(found)))
        found += [one for one in _told(page.rows) if one.has_drifted]
        cursor = page.next_cursor
        if not cursor or len(found) >= limit:
            break
    return OverridePage(found, cursor)


def shared_values(rows: Sequence[Override]) -> list[Any]:
    """What would hold in the override's language without any market's own value, for each; None for nothing."""
    if not rows:
        return []
    locales = dict(Cell.objects.filter(pk__in={row.cell_id for row in rows}).values_list("pk", "locale"))
    lines = id_lines({row.product_id for row in rows})
    codes = dict(Attribute.objects.filter(pk__in={row.attribute_id for row in rows}).values_list("pk", "code"))
    owners = {pk for line in lines.values() for pk in line.ids}
    stored = ProductValues.objects.filter(
        product_id__in=owners, cell__market=None, cell__locale__in=set(locales.values())
    )
    said = {(pk, locale): vals for pk, locale, vals in stored.values_list("product_id", "cell__locale", "vals")}
    return [
        next(
            (
                said[pk, locales[row.cell_id]][codes[row.attribute_id]]
                for pk in lines[row.product_id].ids
                if codes[row.attribute_id] in said.get((pk, locales[row.cell_id]), {})
            ),
            None,
        )
        for row in rows
    ]


def _told(rows: Sequence[Override]) -> list[OverrideRow]:
    own = ProductValues.objects.filter(
        product_id__in={row.product_id for row in rows}, cell_id__in={row.cell_id for row in rows}
    )
    vals = {(pk, cell): vals for pk, cell, vals in own.values_list("product_id", "cell_id", "vals")} if rows else {}
    return [
        OverrideRow(
            row, vals.get((row.product_id, row.cell_id), {}).get(row.attribute.code), (row.shared or {}).get("value"),
            now, row.shared is not None,
        )
        for row, now in zip(rows, shared_values(rows), strict=True)
    ]  # fmt: skip
