"""What ends with an account, as the rooms above register it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from foundation.core.actors import Actor

if TYPE_CHECKING:
    from foundation.accounts.models import User

Ending = Callable[["User", Actor], None]
LEAVING: list[Ending] = []


def on_leaving(end: Ending) -> Ending:
    """Call this with the user and who closes the account, in the transaction that closes it."""
    LEAVING.append(end)
    return end
