"""The one way into a writing transaction: it says who acts, so that history and events can tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection, transaction

from foundation.core.actors import Actor, acting_for
from foundation.core.errors import ViewOnly

request_id: ContextVar[str] = ContextVar("tandem_request_id", default="")
_current: ContextVar[Recording | None] = ContextVar("tandem_recording", default=None)


@dataclass(frozen=True)
class Recording:
    """Whose transaction this is."""

    actor: Actor
    request: str
    change_set: str


NOBODY = Recording(Actor(label=""), "", "")


@contextmanager
def recorded(actor: Actor, *, change_set: str = "") -> Iterator[Recording]:
    """A transaction whose revisions and events carry the actor, the request and the change set.

    Nests: the inner block is a savepoint under its own actor, and the outer actor returns after it.
    Raises `ViewOnly` for who views as somebody else.
    """
    if actor.is_viewing:
        who, whom = acting_for(actor.label)
        raise ViewOnly(f"{who} views as {whom}, and changes nothing")
    outer = _current.get()
    recording = Recording(actor, request_id.get(), change_set or (outer.change_set if outer else ""))
    token = _current.set(recording)
    try:
        with transaction.atomic():
            _tell_database(recording)
            yield recording
            _tell_database(outer or NOBODY)
    finally:
        _current.reset(token)


@contextmanager
def reading_only() -> Iterator[None]:
    """A transaction in which the database itself refuses to write. What is around it may write again afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


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
            "set_config('tandem.change_set', %s, true)",
            [recording.actor.label, recording.request, recording.change_set],
        )
