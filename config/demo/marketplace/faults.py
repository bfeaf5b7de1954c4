"""Faults that a run asks for: errors instead of answers, answers that never arrive."""

from threading import Lock
from typing import Final

KINDS: Final = ("error", "drop")


class Faults:
    """How many of the next feeds meet each fault; kept in memory, so a restart heals."""

    def __init__(self) -> None:
        """Begin without faults."""
        self.lock = Lock()
        self.left = dict.fromkeys(KINDS, 0)

    def set(self, wanted: dict[str, int]) -> dict[str, int]:
        """Set some counts and return all."""
        with self.lock:
            self.left |= wanted
            return dict(self.left)

    def take(self, kind: str) -> bool:
        """Use up one fault of a kind, if any is left."""
        with self.lock:
            if self.left[kind] <= 0:
                return False
            self.left[kind] -= 1
            return True
