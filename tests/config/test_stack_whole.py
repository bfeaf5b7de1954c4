"""`Stack`, with a small web server in place of the application."""

import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from config.stack import environment, place
from config.stack.ports import free_port
from config.stack.stack import application
from tests.config import stacks

CODE = """
    import os, sys
    from pathlib import Path
    from config.stack import Process, Stack
    from config.stack.health import Http
    port = int(os.environ["WEB"])
    web = Process("web", [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
                  env={"VAR_DIR": os.environ["VAR_DIR"]}, health=Http("127.0.0.1", port, "/"), grace=1.0)
    raise SystemExit(Stack(port=port, media_port=int(os.environ["MEDIA"]), processes=[web]).run())
"""


@pytest.fixture
def var_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "var"
    place.remove(tmp_path / "var" / "postgres")


def is_up(out: Path) -> bool:
    return "Tandem is at" in out.read_text()


def serve(var_dir: Path, tmp_path: Path, port: int | None = None, **env: str) -> subprocess.Popen[str]:
    web, media = str(port or free_port()), str(free_port())
    return stacks.run(CODE, tmp_path, VAR_DIR=str(var_dir), WEB=web, MEDIA=media, **env)


def test_a_second_one_leaves_the_first_alone_and_kill_9_leaves_nothing(var_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = serve(var_dir, tmp_path)
    stacks.until(partial(is_up, out), what=out)
    for name in (environment.STACK, environment.SECRETS):
        assert stat.S_IMODE((var_dir / name).stat().st_mode) == 0o600
    values = environment.read(var_dir / environment.STACK)
    with psycopg.connect(values["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")

    (tmp_path / "second").mkdir()
    assert serve(var_dir, tmp_path / "second").wait(20) == 1
    assert f"being served already, by process {first.pid}" in (tmp_path / "second" / "out").read_text()
    assert environment.read(var_dir / environment.STACK) == values

    stacks.kill(first)
    # Started again at once, while the old PostgreSQL may still be on its way out.
    again = serve(var_dir, tmp_path)
    stacks.until(partial(is_up, out), what=out)
    values = environment.read(var_dir / environment.STACK)
    with psycopg.connect(values["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    stacks.kill(again)
    home = str(place.place_for(var_dir / "postgres"))
    stacks.until(lambda: not stacks.holding(str(var_dir)) and not stacks.holding(home))
    stacks.until(lambda: not (var_dir / environment.STACK).exists())


def test_two_instances_and_a_clean_end(var_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    places = {tmp_path: var_dir, tmp_path / "other": tmp_path / "other" / "var"}
    running = [serve(folder, where) for where, folder in places.items()]
    for where in places:
        stacks.until(partial(is_up, where / "out"), 30)
    assert [stacks.kill(process, signal.SIGINT) for process in running] == [0, 0]
    for where, folder in places.items():
        assert not stacks.holding(str(folder))
        assert not (folder / environment.STACK).exists()
        assert "!!" not in (where / "out").read_text()
        place.remove(folder / "postgres")


def test_a_busy_port_is_named_with_the_way_out(var_dir: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert serve(var_dir, tmp_path, port).wait(20) == 1
    text = (tmp_path / "out").read_text()
    assert f"Port {port} on 127.0.0.1, wanted for the pages, cannot be used: Address already in use." in text
    assert "PORT=8010" in text
    assert not stacks.holding(str(var_dir))


def test_given_services_are_not_embedded(var_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    services = {"DATABASE_URL": "postgres://a@127.0.0.1:9/b", "REDIS_URL": "redis://127.0.0.1:9/0"}
    process = serve(var_dir, tmp_path, None, **services)
    stacks.until(partial(is_up, out), what=out)
    assert stacks.kill(process, signal.SIGTERM) == 0
    assert "postgres" not in out.read_text().replace(str(tmp_path), "")
    assert not (var_dir / environment.SECRETS).exists()


def test_a_stale_stack_env_is_not_mistaken_for_the_real_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.write(tmp_path / environment.STACK, {"DATABASE_URL": "postgres://left/behind"})
    monkeypatch.setenv("DATABASE_URL", "postgres://left/behind")
    assert "DATABASE_URL" not in environment.real(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgres://given/one")
    assert environment.real(tmp_path)["DATABASE_URL"] == "postgres://given/one"


def test_secrets_are_made_once(tmp_path: Path) -> None:
    made = environment.ensure_secrets(tmp_path)
    assert environment.ensure_secrets(tmp_path) == made
    assert set(made) == {"SECRET_KEY", "LINK_KEYS"}


def test_the_application_in_its_order() -> None:
    processes = application(8000, 8001, {})
    assert [process.name for process in processes] == [
        "migrate",
        "static",
        "web",
        "delivery",
        "sequencer",
        "worker",
    ]
    assert [process.once for process in processes] == [True, True, False, False, False, False]
    assert all(Path(process.argv[0]).is_absolute() for process in processes)
