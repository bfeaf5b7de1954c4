"""A process as data: what to run, and how to see that it is well."""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.stack.health import Health


class StackError(Exception):
    """The stack cannot run; the text says why and what to do."""


@dataclass(frozen=True)
class Process:
    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    health: Health | None = None
    once: bool = False  # runs to its end, with exit code 0, before the next one starts
    inherits: bool = True  # whether it sees the supervisor's environment below its own `env`
    owner: tuple[int, int] | None = None  # user and group to become
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM  # what the kernel sends it when the supervisor dies
    grace: float = 5.0  # seconds from the stop signal to SIGKILL
    ready_within: float = 60.0
    before: Callable[[], None] | None = None  # clears the ground before every start
