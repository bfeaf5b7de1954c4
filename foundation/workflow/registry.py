"""Which role owns a queue, as the rooms that fill it say in their `ready()`. An administrator may decide otherwise.

And which subjects lie in a branch of the product hierarchy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

OWNERS: dict[str, str] = {}
OTHERWISE = "steward"


def register_queue(code: str, *, role: str) -> None:
    """Say whose work the items of this queue are."""
    OWNERS[code] = role


def owner_of(code: str) -> str:
    return OWNERS.get(code, OTHERWISE)


# By type of subject: from its uid to the number of the category that it lies in. The room that registers one keeps it
# current on the items that are there.
Locate = Callable[[UUID], int | None]
PLACES: dict[str, Locate] = {}
# By type of subject that lies in no single category: from keys of categories to the uids, as a subquery, of what is
# seen in their branches. Items about subjects of other types are for who is not limited to categories.
Subjects = Callable[[frozenset[str]], Any]
SUBJECTS: dict[str, Subjects] = {}


def register_place(subject_type: str, locate: Locate) -> None:
    """Say where subjects of a type lie in the product hierarchy."""
    PLACES[subject_type] = locate


def register_subjects(subject_type: str, subjects: Subjects) -> None:
    """Say which subjects of a type are seen in a branch."""
    SUBJECTS[subject_type] = subjects


def place_of(subject_type: str, subject: UUID) -> int | None:
    """The number of the category that a subject lies in, if it lies in one."""
    return PLACES[subject_type](subject) if subject_type in PLACES else None
