"""Invariants of trees. Each yields a sentence for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.taxonomy.queries import wrong_lines

SHOWN = 20


def lines_are_told_by_parents() -> Iterator[str]:
    for key in wrong_lines(SHOWN):
        yield f"category {key} has a line that its parents do not tell; `manage.py rebuild` mends it"
