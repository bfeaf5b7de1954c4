"""What ends with an account, as the rooms above register it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from foundation.core.actors import Actor

if TYPE_CHECKING:
    from foundation.accounts.models import User


class Ending(Protocol):
    """Ends what a room has under way for somebody."""

    def __call__(self, user: User, *, actor: Actor) -> None: ...


LEAVING: list[Ending] = []


def on_leaving(end: Ending) -> Ending:
    """Call this in the transaction that closes an account; the actor is who closes it."""
    LEAVING.append(end)
    return end
