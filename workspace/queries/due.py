"""What ends soon: terms of licences, and markets' own values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.urls import reverse

from dam.models import Licence, LicenceTerm
from foundation.core import moment
from foundation.core.actors import Actor
from pim.models import Override
from workspace.queries.counts import MOST
from workspace.queries.shown import LOCALE
from workspace.queries.words import anchor

SOON = 30  # days
SHOWN = 8


@dataclass(frozen=True)
class DueRow:
    at: datetime
    title: str
    note: str
    icon: str
    url: str


def due_list(actor: Actor, terms: Iterable[LicenceTerm]) -> list[DueRow]:
    """The next things to end, soonest first: of the terms, and of the overrides that the actor sees."""
    rows = [*_licences(terms), *_overrides(actor)]
    return sorted(rows, key=lambda row: row.at)[:SHOWN]


def terms_ending(actor: Actor) -> list[LicenceTerm]:
    """Grants of licences in force that end soon that the actor may see, soonest first; at most one beyond `MOST`."""
    at = moment.now()
    terms = LicenceTerm.objects.filter(is_grant=True, ends_at__gt=at, ends_at__lte=at + timedelta(days=SOON))
    seen = terms.filter(licence__in=Licence.objects.visible_to(actor).filter(revoked_at=None))
    return list(seen.select_related("licence").order_by("ends_at", "pk")[: MOST + 1])


def _licences(terms: Iterable[LicenceTerm]) -> Iterable[DueRow]:
    for term in islice(terms, SHOWN):
        where = ", ".join(term.territories) or "everywhere"
        yield DueRow(
            term.ends_at or moment.now(),
            f"Licence {term.licence.name} ends",
            where,
            "lock",
            f"{reverse('asset_list')}?licence=licensed",
        )


def _overrides(actor: Actor) -> Iterable[DueRow]:
    if not actor.may("pim.view"):
        return
    at = moment.now()
    ending = Override.objects.visible_to(actor).filter(expires_at__gt=at, expires_at__lte=at + timedelta(days=SOON))
    for row in ending.select_related("product", "attribute", "cell__market").order_by("expires_at", "pk")[:SHOWN]:
        market = row.cell.market.code if row.cell.market else ""
        yield DueRow(
            row.expires_at or at,
            f"{market}’s own {row.attribute.label(LOCALE)} of {row.product.sku} ends",
            row.reason,
            "globe",
            f"{reverse('product', args=[row.product.uid])}?market={market}{anchor(row.attribute.code)}",
        )
