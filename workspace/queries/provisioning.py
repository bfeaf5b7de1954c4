"""The log of SCIM requests, as the pages of settings show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from foundation.provisioning.models import Exchange
from workspace.queries.shown import State

EXCHANGES = 50


@dataclass(frozen=True)
class ExchangeRow:
    """One request: what was asked of whom, by which key, and what became of it."""

    at: datetime
    verb: str
    path: str
    subject: str
    what: str
    key: str
    state: State
    error: str
    request: str


@dataclass(frozen=True)
class ExchangeList:
    rows: list[ExchangeRow]
    next_cursor: str


def exchange_list(actor: Actor, *, q: str = "", refused: bool = False, cursor: str = "") -> ExchangeList:
    """Newest first; found by whom it was about, by address, key or request id, or only those that were refused."""
    actor.require("accounts.manage")
    found = Exchange.objects.visible_to(actor)
    if q:
        found = found.filter(
            Q(subject__icontains=q) | Q(path__icontains=q) | Q(error__icontains=q) | Q(key=q) | Q(request=q)
        )
    if refused:
        found = found.filter(status__gte=400)
    page = keyset_page(found, order=("-at", "-pk"), cursor=cursor, limit=EXCHANGES)
    return ExchangeList([_row(one) for one in page.rows], page.next_cursor)


def _row(one: Exchange) -> ExchangeRow:
    state = State(str(one.status), "bad" if one.status >= 400 else "ok")
    return ExchangeRow(one.at, one.method, one.path, one.subject, one.what, one.key, state, one.error, one.request)
