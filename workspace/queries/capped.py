"""Counts that stop counting: what matters of a pile is whether it is empty, small or large."""

from __future__ import annotations

from dataclasses import dataclass

from workspace.queries.facets import Rows

CAP = 999


@dataclass(frozen=True)
class Capped:
    value: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{self.value:,}{'+' if self.is_more else ''}"

    def __bool__(self) -> bool:
        return self.value > 0


def capped(rows: Rows, cap: int = CAP) -> Capped:
    """How many, up to the cap; reads no more rows than that."""
    found = rows.order_by()[: cap + 1].count()
    return Capped(min(found, cap), found > cap)
