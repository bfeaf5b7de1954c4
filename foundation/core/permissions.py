"""What may be permitted, as the rooms declare it in their `ready()`: a name and a sentence that says what it allows."""

from __future__ import annotations

from dataclasses import dataclass

DECLARED: dict[str, Permission] = {}


@dataclass(frozen=True)
class Permission:
    """One thing that a role may allow. What is house-wide is the same everywhere: no limited role has it."""

    name: str
    group: str
    sentence: str
    is_house_wide: bool = False


def declare_permissions(group: str, sentences: dict[str, str], *, is_house_wide: bool = False) -> None:
    """Declare permissions, `room.verb` each, under the heading that pages show them by."""
    for name, sentence in sentences.items():
        DECLARED[name] = Permission(name, group, sentence, is_house_wide)


def shared_permissions() -> frozenset[str]:
    """Those that a role with limits may carry."""
    return frozenset(name for name, one in DECLARED.items() if not one.is_house_wide)
