"""A whole stack that a test drives from outside, by HTTP, SQL and commands, and whose processes it may kill."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from config.demo.story.house import House
from config.stack import environment, place
from config.stack.ports import free_port
from tests.config import stacks

PREPARE = """
import json, os, sys
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from config.demo.story.preparing import prepare
folder = Path(sys.argv[1])
done = prepare(folder, marketplace="", marketplace_key="none", password_file=folder / "password")
print(json.dumps(done.keys))
"""
OPEN_JOBS = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')"
UNREST = f"SELECT (SELECT count(*) FROM events_outbox) + (SELECT count(*) FROM events_dirty) + ({OPEN_JOBS})"  # noqa: S608
BEHIND = "SELECT count(*) FROM events_cursor WHERE position < (SELECT position FROM events_sequence)"


class Serving:
    """`manage.py serve` on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var_dir = folder / "var"
        self.out = folder / "out"
        self.ports = (free_port(), free_port())
        self.keys: dict[str, str] = {}
        self.callers: list[House] = []
        self.process: subprocess.Popen[str] | None = None

    # --- its life ---------------------------------------------------------------------------------

    def start(self) -> float:
        """Serve, also again on what an earlier life has left; the seconds until it was well."""
        port, media = map(str, self.ports)
        with self.out.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", port, "--media-port", media],
                cwd=stacks.ROOT, env=self.environment(), stdout=out, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        return stacks.until(lambda: "Tandem is at" in self.console(), 120, self.out)

    def stop(self) -> None:
        for caller in self.callers:
            for open_one in (caller.http, caller.media, caller.database):
                open_one.close()
        if self.process is not None and self.process.poll() is None:
            stacks.kill(self.process, signal.SIGINT)
        place.remove(self.var_dir / "postgres")

    def prepare(self, files: Path) -> None:
        """The model, the people and their keys, as the demo has them."""
        self.keys = json.loads(self.run([sys.executable, "-c", PREPARE, str(files)]))

    def environment(self) -> dict[str, str]:
        return stacks.clean_environment() | {"VAR_DIR": str(self.var_dir), "TMPDIR": str(self.scratch)}

    @property
    def scratch(self) -> Path:
        """Where its processes put what is only for the moment."""
        path = self.folder / "tmp"
        path.mkdir(exist_ok=True)
        return path

    def console(self) -> str:
        return self.out.read_text()

    # --- driving it -------------------------------------------------------------------------------

    def run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=stacks.ROOT, env=self.environment(), capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def manage(self, *words: str) -> str:
        return self.run([sys.executable, "manage.py", *words])

    def caller(self, name: str) -> House:
        """Somebody with a key."""
        self.callers.append(House(f"http://127.0.0.1:{self.ports[0]}", self.keys[name], self.database))
        return self.callers[-1]

    @property
    def database(self) -> str:
        return environment.read(self.var_dir / environment.STACK)["DATABASE_URL"]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Asked over a connection of its own, since the database may have been killed since the last question."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        [row] = self.rows(query, *values)
        return row[0] if len(row) == 1 else row

    def comes(self, query: str, *values: Any, at_least: int = 1, seconds: float = 60) -> float:
        """Wait until the query's count is that high; the seconds that took."""

        def is_there() -> bool:
            with contextlib.suppress(psycopg.OperationalError):
                return bool(self.one(query, *values) >= at_least)
            return False

        return stacks.until(is_there, seconds, self.out)

    def rests(self, seconds: float = 60) -> float:
        """Wait until no event, no mark and no job is left, and every consumer has caught up."""
        is_quiet: Callable[[], bool] = lambda: self.one(UNREST) + self.one(BEHIND) == 0  # noqa: E731
        took = stacks.until(is_quiet, seconds, self.out)
        assert self.one("SELECT count(*) FROM events_parked") == 0
        assert self.rows("SELECT kind, error FROM jobs_job WHERE state <> 'done'") == []
        count, first, last, different = self.one(
            "SELECT count(*), min(position), max(position), count(DISTINCT uid) FROM events_event"
        )
        assert (first, last, different) == (1, count, count), "positions have a gap or an event has two"
        return took

    # --- its processes ----------------------------------------------------------------------------

    def child(self, words: str) -> int:
        """The supervisor's own child with these words in its command line."""
        assert self.process is not None
        found = [pid for pid in children(self.process.pid) if words in command_of(pid)]
        assert len(found) == 1, f"{words}: {found}\n{self.console()}"
        return found[0]

    def child_but(self, former: int, words: str, seconds: float = 20) -> int:
        """The one that was started in the place of a former one."""

        def successor() -> list[int]:
            assert self.process is not None
            return [pid for pid in children(self.process.pid) if words in command_of(pid) and pid != former]

        stacks.until(successor, seconds, self.out)
        return successor()[0]

    def left_over(self) -> list[str]:
        """Files that were to be short-lived: drafts of blobs, folders of renditions."""
        drafts = [*self.var_dir.rglob(".part-*"), *self.scratch.glob("tandem-*")]
        return [str(path) for path in drafts]


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return found


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    with contextlib.suppress(FileNotFoundError):
        return [pid] + [one for child in children(pid) for one in family(child)]
    return []


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def born(pid: int) -> str:
    """Tells a process from a later one with its number; nothing for one that has ended, a zombie included."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return words[19] if words[0] != "Z" else ""
    return ""


def kill_9(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def ended(births: dict[int, str], seconds: float) -> float:
    """Wait until none of these processes is alive; the seconds that took."""
    return stacks.until(lambda: not any(birth and born(pid) == birth for pid, birth in births.items()), seconds)


def tell(what: str, seconds: float) -> None:
    """A figure of this machine, for who runs the tests with -s."""
    print(f"\n  {what}: {seconds:.1f} s", flush=True)


def clock() -> float:
    return time.monotonic()
