"""Gives each test run a PostgreSQL and a Valkey of its own; loaded by `-p tests.plugin`, before settings.

The controller starts both and removes everything at the end. Each worker sees, through the environment alone,
a database and a Valkey number of its own, so processes that a test starts find them too. TEST_DATABASE_URL
and TEST_REDIS_URL stand in for the embedded ones. Under REQUIRE_ALL=1 a skipped or xfailed test fails the
run.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from config.stack import EmbeddedPostgres, EmbeddedValkey
from config.stack.place import Lock, remove

PREFIX = "tandem-test-"
NOWHERE = "postgres://nobody@127.0.0.1:9/nothing"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
DATABASES = f"test_{os.getpid()}_"  # the controller's, where its name counts
SKIPPED: dict[str, str] = {}


class Services:
    """What the controller owns."""

    def __init__(self) -> None:
        remove_stale()
        self.directory = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.lock = Lock(self.directory / "lock")
        self.lock.take()
        self.postgres: EmbeddedPostgres | None = None
        self.valkey: EmbeddedValkey | None = None

    def start(self) -> None:
        database, broker = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
        if not database:
            self.postgres = EmbeddedPostgres(self.directory / "postgres", fast=True)
            database = self.postgres.start()
        if not broker:
            self.valkey = EmbeddedValkey(self.directory / "valkey")
            broker = self.valkey.start()
        os.environ["TANDEM_TEST_SERVER"] = database
        os.environ["TANDEM_TEST_BROKER"] = broker
        os.environ["TANDEM_TEST_DIR"] = str(self.directory)
        os.environ["TANDEM_TEST_PREFIX"] = DATABASES

    def stop(self) -> None:
        for service in (self.valkey, self.postgres):
            if service:
                service.stop()
        if not self.postgres and "TANDEM_TEST_SERVER" in os.environ:
            drop_databases(os.environ["TANDEM_TEST_SERVER"])
        remove(self.directory / "postgres")
        shutil.rmtree(self.directory, ignore_errors=True)
        self.lock.release()


def drop_databases(server: str) -> None:
    """Leave a lent server as it was found."""
    with psycopg.connect(server, autocommit=True) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{DATABASES}%"])
        for (name,) in found.fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def remove_stale() -> None:
    """Folders of runs that were killed: those whose lock is free and that are ours."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if directory.stat().st_uid == os.geteuid() and (directory / "lock").exists():
            lock = Lock(directory / "lock")
            if lock.take():
                remove(directory / "postgres")
                shutil.rmtree(directory, ignore_errors=True)
                lock.release()


def point_settings_at_services() -> None:
    """Into the environment, before Django reads it; no test may touch a developer's own DATABASE_URL."""
    name = WORKER or "main"
    directory = Path(os.environ.get("TANDEM_TEST_DIR") or tempfile.gettempdir()) / name
    server = os.environ.get("TANDEM_TEST_SERVER", NOWHERE)
    database = os.environ.get("TANDEM_TEST_PREFIX", DATABASES) + name
    number = int(WORKER.removeprefix("gw") or 0) + 1 if WORKER else 0
    broker = urlsplit(os.environ.get("TANDEM_TEST_BROKER", "redis://127.0.0.1:9/0"))
    os.environ |= {
        "DATABASE_URL": urlsplit(server)._replace(path=f"/{database}").geturl(),
        "REDIS_URL": broker._replace(path=f"/{number}").geturl(),
        "STORAGE_URL": (directory / "blobs").as_uri(),
        "VAR_DIR": str(directory / "var"),
        "STATIC_FROM_SOURCE": "true",
        "SECRET_KEY": "for tests only, and long enough to be taken for one",
        "LINK_KEYS": f"test:{'5a' * 32}",
        "APP_ORIGIN": "http://127.0.0.1:8000",
        "MEDIA_ORIGIN": "http://localhost:8001",
    }


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """A wrapper, and so before pytest-django, which loads settings in this hook."""
    options = early_config.known_args_namespace
    idle = any(getattr(options, name, False) for name in ("collectonly", "help", "version", "markers"))
    if not WORKER and not idle:
        services = Services()
        early_config.add_cleanup(services.stop)
        services.start()
    point_settings_at_services()
    if not idle:
        (Path(os.environ["VAR_DIR"]) / "static").mkdir(parents=True)  # WhiteNoise warns when it is missing
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note(report)


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        SKIPPED[report.nodeid] = getattr(report, "wasxfail", None) or reason


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if SKIPPED and _all_required() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if SKIPPED and not WORKER:
        verdict = "which REQUIRE_ALL=1 does not allow" if _all_required() else "REQUIRE_ALL=1 would fail here"
        terminalreporter.section(f"{len(SKIPPED)} NOT RUN, {verdict}", red=_all_required(), yellow=True, bold=True)
        for nodeid, reason in sorted(SKIPPED.items()):
            terminalreporter.line(f"{nodeid}: {reason}")


def _all_required() -> bool:
    return os.environ.get("REQUIRE_ALL", "") not in ("", "0")
