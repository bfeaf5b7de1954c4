"""What recurs in the media room."""

from __future__ import annotations

from dam.services.uploads import collect_uploads
from foundation.core.actors import system
from foundation.events.registry import chore


@chore("dam.uploads", seconds=60)
def collect_expired_uploads() -> None:
    """A few at a time; what is left over comes the next time."""
    collect_uploads(actor=system("uploads"))
