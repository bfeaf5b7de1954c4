"""Event types as the rooms declare them: a name, a meaning, and the payload's members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TYPES: dict[str, EventType] = {}


@dataclass(frozen=True)
class EventType:
    """One type. `payload` maps each member of `data` to what it holds; a payload with other members is refused."""

    name: str
    meaning: str
    payload: Mapping[str, str]

    def __str__(self) -> str:
        return self.name


def declare(name: str, meaning: str, **payload: str) -> EventType:
    """Register a type; `room.noun.participle`, unique in the house."""
    if name in TYPES:
        raise ValueError(f"Event type {name} is declared twice")
    TYPES[name] = EventType(name, meaning, payload)
    return TYPES[name]
