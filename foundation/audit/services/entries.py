"""Entering what happened and wrote no truth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection

from foundation.audit.registry import ACTIONS
from foundation.core.actors import Actor
from foundation.history.services import would_record

# One statement, however many.
ENTER = """
INSERT INTO audit_entry (tx, at, actor, action, subject_type, subject, reason, request, detail)
SELECT 0, now(), %s, told ->> 0, told ->> 1, told ->> 2, %s, %s, told -> 3
  FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS one (told, nth) ORDER BY nth
"""


@dataclass(frozen=True)
class Act:
    """One action on one subject: a type (a table or a word) and an id."""

    action: str
    subject_type: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Read:
    """A sensitive read that the running request is to answer for."""

    actor: Actor
    act: Act


_reads: ContextVar[list[Read] | None] = ContextVar("tandem_reads", default=None)


def record_act(
    action: str, *, actor: Actor, subject_type: str = "", subject: str = "", reason: str = "", **detail: Any
) -> None:
    """Enter one action, with the request and the reason in force."""
    _record([Act(action, subject_type, subject, detail)], actor=actor, reason=reason)


def note_read(action: str, *, actor: Actor, subject_type: str, subjects: Sequence[object], **detail: Any) -> None:
    """Something sensitive is about to be shown. Within a request it is entered before the answer leaves, all at once
    and each subject once; elsewhere at once.
    """
    acts = [Act(action, subject_type, str(one), detail) for one in subjects]
    waiting = _reads.get()
    if waiting is None:
        _record(acts, actor=actor)
    else:
        waiting += [Read(actor, act) for act in acts]


@contextmanager
def collected_reads() -> Iterator[None]:
    """Enter at the end what was read meanwhile; what cannot be entered raises, and must not be shown."""
    waiting: list[Read] = []
    token = _reads.set(waiting)
    try:
        yield
    finally:
        _reads.reset(token)
    for label in dict.fromkeys(one.actor.label for one in waiting):
        theirs = [one for one in waiting if one.actor.label == label]
        acts = {(one.act.action, one.act.subject_type, one.act.subject): one.act for one in theirs}
        _record(list(acts.values()), actor=theirs[0].actor)


def _record(acts: Sequence[Act], *, actor: Actor, reason: str = "") -> None:
    unknown = [act.action for act in acts if act.action not in ACTIONS]
    if unknown:
        raise ValueError(f"{unknown[0]} is not declared")
    if not acts:
        return
    told = json.dumps([[act.action, act.subject_type, act.subject, act.detail] for act in acts])
    recording = would_record(actor, reason=reason)
    with connection.cursor() as cursor:
        cursor.execute(ENTER, [actor.label, recording.reason, recording.request, told])
