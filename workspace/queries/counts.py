"""Counts that stop counting: a queue of a hundred thousand is told as quickly as one of three."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

MOST = 250


@dataclass(frozen=True)
class Capped:
    """How many there are, at least."""

    number: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.is_more else ''}"

    def __bool__(self) -> bool:
        return self.number > 0


def capped_count(rows: QuerySet[Any], most: int = MOST) -> Capped:
    """The count, up to a limit beyond which nobody wants to know."""
    found = rows.order_by().values("pk")[: most + 1].count()
    return Capped(min(found, most), found > most)
