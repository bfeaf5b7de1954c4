"""The audit as its page shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from foundation.audit.queries.chain import ChainState, chain_state
from foundation.audit.queries.search import WRITES, Asked, Record, find_record, search
from foundation.audit.registry import ACTIONS
from foundation.core.actors import Actor
from workspace.queries.shown import State
from workspace.queries.words import person

LONGEST = 300


@dataclass(frozen=True)
class AuditRow:
    """One record in a line; `url` opens it."""

    at: datetime
    who: str
    label: str
    behalf: str
    action: str
    sentence: str
    subject: str
    reason: str
    request: str
    url: str


@dataclass(frozen=True)
class Line:
    """One thing that a record tells: a column with what it was and is, or a member of the detail."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class AuditPage:
    rows: list[AuditRow]
    next_cursor: str
    looked_back_to: datetime | None
    chain: ChainState
    verdict: State
    actions: list[tuple[str, str]]


@dataclass(frozen=True)
class OpenedRow:
    row: AuditRow
    position: int
    source: str
    lines: list[Line]


def audit_page(asked: Asked, *, actor: Actor, cursor: str = "") -> AuditPage:
    """What is found, with the state of the chain above it."""
    found, chain = search(asked, actor=actor, cursor=cursor), chain_state(actor)
    actions = [*((word, f"A row was {word}") for word in WRITES.values()), *sorted(ACTIONS.items())]
    rows = [_row(one) for one in found.records]
    return AuditPage(rows, found.next_cursor, found.looked_back_to, chain, _verdict(chain), actions)


def opened_row(position: int | str, *, actor: Actor) -> OpenedRow:
    """One record with what it changed."""
    record, differences = find_record(position, actor=actor)
    lines = [Line(one.name, _text(one.before), _text(one.after)) for one in differences]
    lines += [Line(name, "", _text(value)) for name, value in record.detail.items()]
    return OpenedRow(_row(record), record.position, f"{record.source} {record.row}", lines)


def _row(record: Record) -> AuditRow:
    is_write = record.action in WRITES.values()
    return AuditRow(
        at=record.at,
        who=person(record.actor),
        label=record.actor,
        behalf=person(record.behalf) if record.behalf and not record.actor.startswith("key:") else "",
        action=record.action,
        sentence=f"{record.action} a row" if is_write else ACTIONS.get(record.action, record.action),
        subject=f"{record.subject_type} {record.subject}".strip(),
        reason=record.reason,
        request=record.request,
        url=reverse("audit_record", args=[record.position]),
    )


def _verdict(chain: ChainState) -> State:
    if chain.faults:
        return State("Altered", "bad")
    return State("Whole when last verified", "ok") if chain.verified_at else State("Not verified yet", "attention")


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
