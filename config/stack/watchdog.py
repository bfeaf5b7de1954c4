"""End what a dead supervisor leaves behind.

The kernel's death signal reaches a supervisor's children, not theirs. This small process holds the reading
end of a pipe whose other end only the supervisor holds; when that closes, it gives the marked processes a
moment to leave by themselves and then kills them.
Run as `python -I -S watchdog.py MARKER PATIENCE FILE_TO_REMOVE…`.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "TANDEM_STACK"


def marked(marker: str) -> Iterator[int]:
    """Processes that were started with the marker in their environment, zombies and this process left out."""
    needle = f"{VARIABLE}={marker}".encode()
    for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if needle in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)


def end(marker: str, patience: float) -> list[int]:
    """Wait until no marked process is left, kill those there after `patience` seconds, say which."""
    deadline = time.monotonic() + patience
    killed: list[int] = []
    while pids := list(marked(marker)):
        if time.monotonic() >= deadline:
            for pid in pids:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
        time.sleep(0.05)
    return sorted(set(killed))


def main(arguments: list[str]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # it ends when the supervisor does, not before
    while os.read(0, 1024):
        pass
    end(arguments[0], float(arguments[1]))
    for path in arguments[2:]:
        Path(path).unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
