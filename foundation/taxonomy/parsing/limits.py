"""What a published file may be, and how one that is not is refused."""

from __future__ import annotations

from typing import NamedTuple

MEGABYTE = 1024 * 1024
MOST_BYTES = 300 * MEGABYTE
MOST_NODES = 300_000
DEEPEST = 12
LONGEST_CODE, LONGEST_NAME, LONGEST_LINE = 60, 500, 100_000
CHILD_MEMORY, CHILD_FILE_BYTES, SECONDS = 1024 * MEGABYTE, 300 * MEGABYTE, 120.0


class Node(NamedTuple):
    code: str
    parent: str
    name: str
    line: int
    byte: int


class BadSource(Exception):
    """Why a file is not understood, and where."""

    def __init__(self, reason: str, *, line: int, byte: int) -> None:
        super().__init__(reason)
        self.reason, self.line, self.byte = reason, line, byte
