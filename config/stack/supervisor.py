"""Starts processes, shows what they say, restarts the fallen and says so, and leaves none behind."""

import contextlib
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from config.stack import watchdog
from config.stack.child import TICK, Child
from config.stack.console import Console, Tail
from config.stack.process import Process, StackError

DELAYS = (0.5, 1.0, 2.0, 4.0)  # before each restart in a row; then it gives up
RAPID = 20.0  # a life shorter than this many seconds counts as "in a row"
PATIENCE = 6.0  # what the watchdog grants processes whose supervisor was killed


class Supervisor:
    """Use `run()`, or `start()`, `wait_healthy()`, `foreground()` and `stop()` from the main thread."""

    def __init__(
        self,
        processes: Sequence[Process] = (),
        *,
        log_dir: Path,
        console: Console | None = None,
        forget: Sequence[Path] = (),
        patience: float = PATIENCE,
    ) -> None:
        self.processes = list(processes)
        self.log_dir = log_dir
        self.console = console or Console()
        self.forget = forget  # files that must not outlive the stack, however it ends
        self.patience = patience
        self.marker = secrets.token_hex(12)
        self.failure: str | None = None
        self.children: list[Child] = []
        self._tails: dict[str, Tail] = {}
        self._deaths: dict[str, int] = {}
        self._due: dict[str, float] = {}
        self._restarting = threading.Lock()  # held while a fallen child is dealt with
        self._stopping = False
        self._ended = threading.Event()
        self._over = threading.Event()
        self._watcher: threading.Thread | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def run(self) -> int:
        """Start everything, stay until a signal or a failure ends it, and return the exit code."""
        with interruptible():
            try:
                self.start()
                self.wait_healthy()
                return self.foreground()
            except StackError as error:
                self.console.alarm(str(error))
                return 1
            except KeyboardInterrupt:
                return 0
            finally:
                self.stop()

    def start(self) -> None:
        self.watch()
        for process in self.processes:
            self.launch(process)

    def watch(self) -> None:
        """Begin to look after children; `start` does it too."""
        if self._watcher:
            return
        words = [self.marker, str(self.patience), *map(str, self.forget)]
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", watchdog.__file__, *words],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    def launch(self, process: Process) -> None:
        child = Child(process, self.log_dir, self.marker)
        self.console.say(f"starting {process.name}")
        child.spawn()
        self.adopt(child)
        if process.once:
            self._finish(child)

    def adopt(self, child: Child) -> None:
        """Look after a child that is running already."""
        self._tails[child.process.name] = Tail(child.log, child.mark)
        self.children.append(child)

    def wait_healthy(self) -> None:
        """Return when every process is well; raise when one is given up or takes too long."""
        for child in list(self.children):
            name = child.process.name
            deadline = time.monotonic() + child.process.ready_within
            while not child.is_healthy():
                if self.failure:
                    raise StackError(self.failure)
                if time.monotonic() > deadline:
                    raise StackError(
                        f"{name} is not well after {child.process.ready_within:.0f} s. Its last words, "
                        f"from {child.log}:\n{child.last_words()}"
                    )
                time.sleep(TICK)
            self.console.say(f"{name} is well")

    def foreground(self) -> int:
        """Stay until SIGINT or SIGTERM (exit code 0), or until a process is given up (1)."""
        with interruptible(), contextlib.suppress(KeyboardInterrupt):
            while not self._over.wait(0.5):
                pass
        if self.failure:
            self.console.alarm(self.failure)
        return 1 if self.failure else 0

    def stop(self) -> None:
        """Stop all in reverse order; a second Ctrl-C does not get in the way."""
        if self._watcher is None:  # nothing was started, and the files to forget may be another stack's
            return
        with ignoring_signals():
            with self._restarting:
                self._stopping = True
            for child in reversed(self.children):
                if child.exit_code() is None:
                    self.console.say(f"stopping {child.process.name}")
                if not child.stop():
                    self.console.alarm(f"{child.process.name} did not leave in time and was killed")
            self.children.clear()
            self._ended.set()
            self._watcher.join()  # not earlier: children that it restarted would die with it
            self._watcher = None
            self._show()
            if killed := watchdog.end(self.marker, 0.5):
                self.console.alarm(f"killed what the others had left behind: {killed}")
            for path in self.forget:
                path.unlink(missing_ok=True)
            if self._watchdog:
                self._watchdog.communicate()
                self._watchdog = None

    def _finish(self, child: Child) -> None:
        process = child.process
        if not child.wait(process.ready_within):
            child.stop()
            raise StackError(f"{process.name} took longer than {process.ready_within:.0f} s.")
        self.children.remove(child)
        if code := child.exit_code():
            raise StackError(f"{process.name} failed ({outcome(code)}):\n{child.last_words(40)}")

    def _watch(self) -> None:
        while not self._ended.wait(TICK):
            self._show()
            with self._restarting:
                for child in [] if self._stopping or self.failure else list(self.children):
                    if not child.process.once and child.exit_code() is not None:
                        self._bury_or_restart(child)

    def _show(self) -> None:
        for name, tail in list(self._tails.items()):
            lines = tail.lines()
            if not self.console.quiet:
                for line in lines:
                    self.console.show(name, line)

    def _bury_or_restart(self, child: Child) -> None:
        name, now = child.process.name, time.monotonic()
        if name not in self._due:
            child.clear()  # its own children must not work on beside those of the next
            deaths = self._deaths[name] = self._deaths.get(name, 0) + 1 if child.age < RAPID else 1
            what = f"{name} died: {outcome(child.exit_code() or 0)}, after {child.age:.1f} s."
            if deaths > len(DELAYS):
                self._give_up(f"{what} That was {deaths} times in a row: giving up. {child.log}:\n{child.last_words()}")
                return
            self._due[name] = now + DELAYS[deaths - 1]
            self.console.alarm(f"{what} Restarting it in {DELAYS[deaths - 1]} s ({deaths} of {len(DELAYS)}).")
        elif now >= self._due[name]:
            del self._due[name]
            self.console.say(f"starting {name} again")
            try:
                child.spawn()
            except (OSError, StackError) as error:
                self._give_up(f"{name} cannot be started: {error}")

    def _give_up(self, why: str) -> None:
        self.failure = why
        self._over.set()


def outcome(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the main thread's work as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handling(interrupt):
        yield


@contextlib.contextmanager
def ignoring_signals() -> Iterator[None]:
    def ignore(number: int, frame: FrameType | None) -> None:
        pass

    with _handling(ignore):
        yield


@contextlib.contextmanager
def _handling(handler: object) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    former = {number: signal.signal(number, handler) for number in numbers}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, old in former.items():
            signal.signal(number, old)
