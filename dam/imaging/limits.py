"""What a file may ask of us before it is refused."""

from __future__ import annotations

FILE_BYTES = 2 * 1024**3
PIXELS = 100_000_000
FRAMES = 1000
SVG_BYTES = 5 * 1024**2
CHILD_MEMORY = 3 * 1024**3
CHILD_FILE_BYTES = 256 * 1024**2
SECONDS = 60.0
# Requests that a child serves before a fresh one takes over, so that a leak stays small.
CHILD_REQUESTS = 500
TEXT = 2000
FIELDS = 200
IDENTIFIERS = 20


class Refusal(Exception):
    """The file is not let in. `code` is one word of docs/errors.md's list of refused files."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
