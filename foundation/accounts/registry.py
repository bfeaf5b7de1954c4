"""What ends with an account, and which codes lie within each other, as the rooms above register it."""

from __future__ import annotations

from collections.abc import Callable
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


# By dimension: from a code to those that it lies in, its own among them; none where there is no such code.
Lines = Callable[[str], frozenset[str]]
LINES: dict[str, Lines] = {}


def register_lines(dimension: str, lines: Lines) -> None:
    """Say how the codes of a dimension lie within each other."""
    LINES[dimension] = lines
