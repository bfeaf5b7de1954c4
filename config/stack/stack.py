"""The whole of Tandem on one machine, as `manage.py serve` and `manage.py demo` run it."""

import os
import signal
import sys
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from config.stack import environment, ports
from config.stack.console import Console
from config.stack.health import Http, Lasts, Says
from config.stack.place import Lock
from config.stack.postgres import EmbeddedPostgres
from config.stack.process import Process, StackError
from config.stack.supervisor import Supervisor, interruptible
from config.stack.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parents[2]
QUEUES = "interactive,events,media,feeds,bulk"
HEADERS_WITHIN = 10  # seconds in which a client has said what it wants


def default_var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()


def application(port: int, media_port: int, env: dict[str, str]) -> list[Process]:
    """The processes beside the database and the broker, in the order in which they start."""
    process = partial(Process, env=env, cwd=ROOT)
    manage = (sys.executable, "manage.py")
    granian = (
        sys.executable,
        "-m",
        "granian",
        "--host",
        ports.HOST,
        "--workers",
        "1",
        "--workers-kill-timeout",
        "3",
        "--http1-header-read-timeout",
        str(HEADERS_WITHIN * 1000),
    )
    wsgi = ("--interface", "wsgi", "--blocking-threads", "4", "--port", str(port), "config.wsgi:application")
    asgi = ("--interface", "asgi", "--port", str(media_port), "delivery.asgi:application")
    worker = ("--queues", QUEUES, "--concurrency", "2", "--prefetch-multiplier", "1", "--loglevel", "info")
    alone = (
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    )  # one worker has nobody to talk to
    return [
        process("migrate", [*manage, "migrate", "--noinput"], once=True, ready_within=300.0),
        process(
            "static",
            [*manage, "collectstatic", "--noinput", "--verbosity", "0"],
            once=True,
            ready_within=120.0,
        ),
        process("web", [*granian, *wsgi], health=Http(ports.HOST, port)),
        process("delivery", [*granian, *asgi], health=Http(ports.HOST, media_port)),
        process("sequencer", [*manage, "sequencer"], health=Lasts(1.0)),
        process(
            "worker",
            [sys.executable, "-m", "celery", "-A", "config.celery", "worker", *worker, *alone],
            health=Says("ready.", or_lasts=10.0),
            death_signal=signal.SIGQUIT,  # SIGTERM would let running tasks end first
        ),
    ]


class Stack:
    """`with Stack(port=8000) as stack: stack.start(); stack.wait_healthy(); …; stack.foreground()`."""

    def __init__(
        self,
        *,
        port: int = 8000,
        media_port: int | None = None,
        var_dir: Path | None = None,
        console: Console | None = None,
        processes: list[Process] | None = None,
    ) -> None:
        self.port = port
        self.media_port = media_port or port + 1
        self.var_dir = var_dir or default_var_dir()
        self.console = console or Console()
        self.env: dict[str, str] = {}
        self._processes = processes  # instead of the application's own
        self._lock = Lock(self.var_dir / "stack.lock")
        self._file = self.var_dir / environment.STACK
        self.supervisor = Supervisor(log_dir=self.var_dir / "log", console=self.console, forget=[self._file])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self.env["APP_ORIGIN"]

    @property
    def media_url(self) -> str:
        return self.env["MEDIA_ORIGIN"]

    def start(self) -> None:
        """Start all; raises StackError with a sentence for the person at the keyboard."""
        if not self._lock.take():
            raise StackError(
                f"{self.var_dir} is being served already, by process {self._lock.holder()}. "
                "Stop that one, or set VAR_DIR to another folder."
            )
        ports.require_free(self.port, what="the pages", setting="PORT=8010 (or --port 8010)")
        ports.require_free(self.media_port, what="the media", setting="--media-port 8011, or another PORT=")
        given = environment.real(self.var_dir)
        self.supervisor.watch()
        self.env = {
            "VAR_DIR": str(self.var_dir),
            "APP_ORIGIN": given.get("APP_ORIGIN", f"http://127.0.0.1:{self.port}"),
            "MEDIA_ORIGIN": given.get("MEDIA_ORIGIN", f"http://localhost:{self.media_port}"),
            "STORAGE_URL": given.get("STORAGE_URL", (self.var_dir / "blobs").as_uri()),
            **self._services(given),
        }
        environment.write(self._file, {name: value for name, value in self.env.items() if name != "VAR_DIR"})
        if "DATABASE_URL" not in given:
            self.env |= {
                **environment.ensure_secrets(self.var_dir),
                **_only(given, "SECRET_KEY", "LINK_KEYS"),
            }
        own = self._processes
        for process in application(self.port, self.media_port, self.env) if own is None else own:
            self.supervisor.launch(process)

    def wait_healthy(self) -> None:
        self.supervisor.wait_healthy()

    def foreground(self) -> int:
        return self.supervisor.foreground()

    def stop(self) -> None:
        self.supervisor.stop()
        self._lock.release()

    def run(self) -> int:
        """`manage.py serve`: start, say where it is, stay, stop."""
        with interruptible():
            try:
                self.start()
                self.wait_healthy()
                self.console.say(f"Tandem is at {self.url} (media at {self.media_url}). Ctrl-C stops it.")
                return self.foreground()
            except StackError as error:
                self.console.alarm(str(error))
                return 1
            except KeyboardInterrupt:
                return 0
            finally:
                self.stop()

    def _services(self, given: dict[str, str]) -> dict[str, str]:
        urls = _only(given, *environment.EMBEDDED)
        logs = self.supervisor.log_dir
        if "DATABASE_URL" not in urls:
            self.console.say("starting postgres")
            postgres = EmbeddedPostgres(self.var_dir / "postgres", log_dir=logs)
            urls["DATABASE_URL"] = postgres.start()
            self._adopt(postgres)
        if "REDIS_URL" not in urls:
            self.console.say("starting valkey")
            valkey = EmbeddedValkey(self.var_dir / "valkey", log_dir=logs)
            urls["REDIS_URL"] = valkey.start()
            self._adopt(valkey)
        return urls

    def _adopt(self, service: EmbeddedPostgres | EmbeddedValkey) -> None:
        if service.child:
            self.supervisor.adopt(service.child)


def _only(values: dict[str, str], *names: str) -> dict[str, str]:
    return {name: values[name] for name in names if name in values}
