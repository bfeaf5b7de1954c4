"""What the supervisor shows: its own words, and the logs of the others with a name in front."""

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import TextIO

COLOURS = (36, 32, 33, 35, 34, 96, 92, 93)
OWN = "stack"


class Console:
    def __init__(self, out: TextIO | None = None, *, quiet: bool = False) -> None:
        self.out = out or sys.stdout
        self.quiet = quiet  # own words only; the logs stay in their files
        self.coloured = self.out.isatty() and "NO_COLOR" not in os.environ
        self._colours: dict[str, int] = {OWN: 1}
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        for line in text.splitlines():
            self.show(OWN, line)

    def alarm(self, text: str) -> None:
        for line in text.splitlines():
            self.show(OWN, f"\033[1;31m{line}\033[0m" if self.coloured else f"!! {line}")

    def show(self, name: str, line: str) -> None:
        label = f"{name:<10} |"
        if self.coloured:
            colour = self._colours.setdefault(name, COLOURS[(len(self._colours) - 1) % len(COLOURS)])
            label = f"\033[{colour}m{label}\033[0m"
        with self._lock, contextlib.suppress(OSError, ValueError):  # the terminal may be gone already
            self.out.write(f"{label} {line}\n")
            self.out.flush()


class Tail:
    """Follows one log file from a place in it."""

    def __init__(self, path: Path, position: int) -> None:
        self.path = path
        self.position = position
        self._rest = b""

    def lines(self) -> list[str]:
        """The whole lines written since the last look."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self.position:  # a new file under the old name
                    self.position = 0
                file.seek(self.position)
                piece = file.read(1_000_000)
        except FileNotFoundError:
            return []
        self.position += len(piece)
        *whole, self._rest = (self._rest + piece).split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in whole]
