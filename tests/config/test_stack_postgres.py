import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.stack import EmbeddedPostgres, EmbeddedValkey, StackError, place
from config.stack.health import Ping
from tests.config import stacks


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres")
    yield server
    server.stop()
    server.remove()


def test_extensions_trigrams_and_the_locale(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.start()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE EXTENSION btree_gist")
        alike = connection.execute("SELECT similarity('Größe', 'grösse') > 0, lower('ÄÖÜ'), similarity('日本', '日本')")
        assert alike.fetchone() == (True, "äöü", 1.0)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.info.server_version >= 180000


def test_nobody_else_gets_in(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    password = (postgres.place / "password").read_text()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guess"))
    assert postgres.place.stat().st_mode & 0o077 == 0
    assert not stacks.holding(password) or os.geteuid() == 0


def test_kill_9_while_writing_keeps_every_acknowledged_row(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    assert postgres.child is not None
    assert postgres.child.pid is not None
    acknowledged = 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE row (n int PRIMARY KEY)")
        for acknowledged in range(1, 301):
            connection.execute("INSERT INTO row VALUES (%s)", [acknowledged])
        os.kill(postgres.child.pid, signal.SIGKILL)
        with contextlib.suppress(psycopg.OperationalError):
            while True:  # until the server's end is noticed
                connection.execute("INSERT INTO row VALUES (%s)", [acknowledged + 1])
                acknowledged += 1
    with psycopg.connect(postgres.start()) as connection:
        row = connection.execute("SELECT count(*), max(n) FROM row").fetchone()
    assert row is not None
    assert row[0] == row[1]
    assert acknowledged <= row[0] <= acknowledged + 1  # the one in flight may be either


def test_a_zombie_named_in_the_pid_file_does_not_block(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    postgres.stop()
    zombie = subprocess.Popen(["/bin/true"])
    stacks.until(lambda: " Z " in Path(f"/proc/{zombie.pid}/stat").read_text())
    stale = postgres.data / "postmaster.pid"
    stale.write_text(f"{zombie.pid}\n{postgres.data}\n1\n5432\n\n127.0.0.1\n1 1\nready\n")
    if postgres.owner:
        os.chown(stale, *postgres.owner)
    try:
        psycopg.connect(postgres.start()).close()
    finally:
        zombie.wait()


def test_two_at_once_do_not_meet(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    other = EmbeddedPostgres(tmp_path / "other", fast=True)
    try:
        with psycopg.connect(postgres.start()) as one, psycopg.connect(other.start()) as two:
            assert one.info.port != two.info.port
            one.execute("CREATE TABLE mine ()")
            one.commit()
            assert two.execute("SELECT to_regclass('mine')").fetchone() == (None,)
    finally:
        other.stop()
        other.remove()
    assert not other.place.exists()


def test_valkey_asks_for_its_password(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path / "valkey")
    url = valkey.start()
    try:
        assert valkey.child is not None
        assert Ping(url)(valkey.child)
        assert not Ping(url.replace(valkey.password, "guess"))(valkey.child)
        assert (tmp_path / "valkey" / "valkey.conf").stat().st_mode & 0o077 == 0
    finally:
        valkey.stop()
    assert not stacks.holding(str(tmp_path / "valkey" / "valkey.conf"))


def test_a_folder_planted_by_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "planted").symlink_to(tmp_path / "theirs")
    with pytest.raises(StackError, match="belongs to somebody else"):
        place.make_private(tmp_path / "planted", place.unprivileged())


def test_as_an_ordinary_user(tmp_path: Path) -> None:
    """Root becomes a user that has nothing but a home; anybody else simply runs it."""
    code = """
        import os, pathlib, psycopg
        from config.stack import EmbeddedPostgres, EmbeddedValkey
        home = pathlib.Path(os.environ["HOME"])
        valkey, postgres = EmbeddedValkey(home / "valkey"), EmbeddedPostgres(home / "postgres", fast=True)
        valkey.start()
        psycopg.connect(postgres.start()).close()
        print(os.geteuid(), postgres.place == home / "postgres", sorted(p.name for p in home.iterdir()))
        postgres.stop(); valkey.stop()
        """
    done = stacks.run_as_user(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(" ", 1)[1] == "True ['postgres', 'valkey']\n"
    assert done.stdout.split(" ", 1)[0] != "0"
