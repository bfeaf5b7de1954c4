"""People as the pages name them."""

from __future__ import annotations

from foundation.accounts.queries import administrators

NAMED = 3


def who_helps() -> list[str]:
    """Some who may change what others may do."""
    return [str(user) for user in administrators().order_by("pk")[:NAMED]]
