"""What was expected, what was seen from outside, and how long it took."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

GREEN, RED, DIM, PLAIN = ("\033[32m", "\033[31m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "", "")


@dataclass(frozen=True)
class Row:
    """One observation. `id` is a requirement's; `seconds` is how long the thing observed took."""

    id: str
    title: str
    expected: str
    observed: str
    seconds: float
    passed: bool


class Scorecard:
    """Rows as they are observed; written to a file after each, so that a run that dies leaves what it saw."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[Row] = []
        self.clock = 0.0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Say what is being done; the rows inside are timed from its start unless they bring a time."""
        print(f"\n{title}", flush=True)
        self.clock = time.monotonic()
        try:
            yield
        except Exception as error:  # noqa: BLE001  a step that breaks is a row that failed; the story goes on
            traceback.print_exc()
            self.judge("–", f"{title}: could not go on", "no error", repr(error), passed=False)

    def see(self, id: str, title: str, expected: Any, observed: Any, *, seconds: float | None = None) -> bool:
        """Compare and note; equal means passed."""
        return self.judge(id, title, expected, observed, passed=expected == observed, seconds=seconds)

    def judge(
        self, id: str, title: str, expected: Any, observed: Any, *, passed: bool, seconds: float | None = None
    ) -> bool:
        """Note an observation that was compared elsewhere."""
        taken = time.monotonic() - self.clock if seconds is None else seconds
        row = Row(id, title, _text(expected), _text(observed), round(taken, 3), passed)
        self.rows.append(row)
        mark = f"{GREEN}✓{PLAIN}" if passed else f"{RED}✗{PLAIN}"
        print(f"  {mark} {id:<4} {title}: {row.observed} {DIM}{row.seconds:.2f} s{PLAIN}", flush=True)
        if not passed:
            print(f"         {RED}expected {row.expected}{PLAIN}", flush=True)
        self.write()
        return passed

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(row) for row in self.rows]
        self.path.write_text(json.dumps({"rows": rows}, indent=1, ensure_ascii=False))

    @property
    def failed(self) -> list[Row]:
        return [row for row in self.rows if not row.passed]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
