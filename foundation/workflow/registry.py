"""Which role owns a queue, as the rooms that fill it say in their `ready()`. An administrator may decide otherwise.

And which subjects lie in a branch of the product hierarchy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OWNERS: dict[str, str] = {}
OTHERWISE = "steward"


def register_queue(code: str, *, role: str) -> None:
    """Say whose work the items of this queue are."""
    OWNERS[code] = role


def owner_of(code: str) -> str:
    return OWNERS.get(code, OTHERWISE)


# By type of subject: from keys of categories to the uids, as a subquery, of what lies in their branches. Items about
# subjects of other types are for who is not limited to categories.
Subjects = Callable[[frozenset[str]], Any]
SUBJECTS: dict[str, Subjects] = {}


def register_subjects(subject_type: str, subjects: Subjects) -> None:
    """Say which subjects of a type lie in a branch."""
    SUBJECTS[subject_type] = subjects
