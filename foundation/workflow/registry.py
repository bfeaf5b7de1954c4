"""Which role owns a queue, as the rooms that fill it say in their `ready()`. An administrator may decide otherwise."""

from __future__ import annotations

OWNERS: dict[str, str] = {}
OTHERWISE = "steward"


def register_queue(code: str, *, role: str) -> None:
    """Say whose work the items of this queue are."""
    OWNERS[code] = role


def owner_of(code: str) -> str:
    return OWNERS.get(code, OTHERWISE)
