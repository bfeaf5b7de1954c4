"""The one way into a writing transaction: it says who acts, so that history and events can tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from psycopg.errors import ExclusionViolation, UniqueViolation

from foundation.core.actors import Actor, parties
from foundation.core.errors import Conflict, ViewOnly

request_id: ContextVar[str] = ContextVar("tandem_request_id", default="")
request_reason: ContextVar[str] = ContextVar("tandem_request_reason", default="")
_current: ContextVar[Recording | None] = ContextVar("tandem_recording", default=None)


@dataclass(frozen=True)
class Recording:
    """Whose transaction this is."""

    actor: Actor
    request: str
    change_set: str
    reason: str


NOBODY = Recording(Actor(label=""), "", "", "")


@contextmanager
def recorded(actor: Actor, *, change_set: str = "", reason: str = "") -> Iterator[Recording]:
    """A transaction whose revisions carry the actor, the request, the change set and the reason; events the first two.

    Nests: the inner block is a savepoint under its own actor, and the outer actor returns after it. Without a reason
    of its own it has the outer one's, or what the request gave (`X-Reason`).
    Raises `ViewOnly` for who views as somebody else, and `Conflict` where somebody else was first to write what there
    is once.
    """
    if actor.is_viewing:
        told = parties(actor.label)
        raise ViewOnly(f"{told.actor} views as {told.behalf}, and changes nothing")
    outer = _current.get()
    recording = would_record(actor, change_set=change_set, reason=reason)
    token = _current.set(recording)
    try:
        with transaction.atomic():
            _tell_database(recording)
            yield recording
            _tell_database(outer or NOBODY)
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation | UniqueViolation):
            raise Conflict("Somebody else wrote the same just now: read it again") from error
        raise
    finally:
        _current.reset(token)


def would_record(actor: Actor, *, change_set: str = "", reason: str = "") -> Recording:
    """What a recording begun here would say, for what is told without a transaction of its own."""
    outer = _current.get()
    because = reason or (outer.reason if outer else request_reason.get())
    return Recording(actor, request_id.get(), change_set or (outer.change_set if outer else ""), because)


@contextmanager
def reading_only() -> Iterator[None]:
    """A transaction in which the database itself refuses to write. What is around it may write again afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


@contextmanager
def on_request(request: str, reason: str) -> Iterator[None]:
    """Let what is recorded carry the request that asked for it and its reason."""
    tokens = request_id.set(request), request_reason.set(reason)
    try:
        yield
    finally:
        request_id.reset(tokens[0])
        request_reason.reset(tokens[1])


def current_recording() -> Recording:
    """The recording in force; writing outside one is a programming error."""
    recording = _current.get()
    if recording is None:
        raise RuntimeError("Truth is written inside `with recorded(actor):` only")
    return recording


def _tell_database(recording: Recording) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('tandem.actor', %s, true), set_config('tandem.request', %s, true), "
            "set_config('tandem.change_set', %s, true), set_config('tandem.reason', %s, true)",
            [recording.actor.label, recording.request, recording.change_set, recording.reason],
        )
