"""One running process: its log, its health, its end."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from config.stack import launch, watchdog
from config.stack.process import Process, StackError

TICK = 0.05
LOG_LIMIT = 5_000_000
NEEDED = ("LD_LIBRARY_PATH",)  # an interpreter with a shared library may not even start without it


class Child:
    """A process in a session of its own; its output goes to a file, so that it never waits for a reader."""

    def __init__(self, process: Process, log_dir: Path, marker: str = "") -> None:
        self.process = process
        self.log = log_dir / f"{process.name}.log"
        self.marker = marker
        self.since = 0.0
        self.mark = 0  # where in the log the present run begins
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen else None

    @property
    def age(self) -> float:
        return time.monotonic() - self.since

    def spawn(self) -> None:
        """Start it. The calling thread must live as long as the child (see `launch.die_with_parent`)."""
        process = self.process
        if process.before:
            process.before()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        program = process.argv[0] if os.sep in process.argv[0] else shutil.which(process.argv[0])
        if not program:
            raise StackError(f"{process.name}: there is no program called {process.argv[0]}.")
        needed = {name: os.environ[name] for name in NEEDED if name in os.environ}
        env = {**(os.environ if process.inherits else needed), **process.env}
        if self.marker:
            env[watchdog.VARIABLE] = self.marker
        uid, gid = process.owner or (-1, -1)
        head = (os.getpid(), int(process.death_signal), uid, gid)
        argv = [sys.executable, "-I", "-S", launch.__file__, *map(str, head), program, *process.argv[1:]]
        with self.log.open("ab") as out:
            self.mark = out.tell()
            self._popen = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=process.cwd,
                env=env,
                start_new_session=True,
            )
        self.since = time.monotonic()

    def exit_code(self) -> int | None:
        """None while it runs; reaps it otherwise."""
        return self._popen.poll() if self._popen else 0

    def said(self) -> str:
        """What the present run has written so far."""
        with contextlib.suppress(FileNotFoundError), self.log.open("rb") as file:
            file.seek(self.mark)
            return file.read(1_000_000).decode(errors="replace")
        return ""

    def last_words(self, lines: int = 12) -> str:
        return "\n".join(self.said().splitlines()[-lines:])

    def is_healthy(self) -> bool:
        if self.exit_code() is not None:
            return False
        return self.process.health is None or self.process.health(self)

    def wait_healthy(self) -> bool:
        """False when it ended or the time was over first."""
        while self.exit_code() is None and self.age < self.process.ready_within:
            if self.is_healthy():
                return True
            time.sleep(TICK)
        return False

    def wait(self, seconds: float) -> bool:
        if self._popen is None:
            return True
        try:
            self._popen.wait(max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, grace: float | None = None) -> bool:
        """Ask it to leave, kill it when it does not; False if it had to be killed."""
        if self._popen is None:
            return True
        left = True
        if self.exit_code() is None:
            self._popen.send_signal(self.process.stop_signal)
            left = self.wait(self.process.grace if grace is None else grace)
        self.clear()
        self._popen = None
        return left

    def clear(self) -> None:
        """Kill what is left of its process group, itself included."""
        if self._popen is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
