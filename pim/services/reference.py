"""Stable identifiers for what has a code and no UUID of its own, so that events have a subject."""

from __future__ import annotations

from uuid import UUID, uuid5

HOUSE = UUID("6f1d9a52-6a53-5c9c-9a3c-2f6f4f6a7d10")


def uid_of(kind: str, *, code: str) -> UUID:
    """The same UUID for the same code on every instance."""
    return uuid5(HOUSE, f"{kind}:{code}")
