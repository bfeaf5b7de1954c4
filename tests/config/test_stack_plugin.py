"""The plugin in test runs of its own, over a Django project of a few lines."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config import stacks

SETTINGS = """
import os
from config import env
SECRET_KEY = os.environ["SECRET_KEY"]
INSTALLED_APPS = ["django.contrib.contenttypes"]
DATABASES = {"default": env.database("DATABASE_URL", "")}
"""
CLONES = """
import os, pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

@pytest.mark.django_db
@pytest.mark.parametrize("n", range(4))
def test_own_database(n):
    ContentType.objects.create(app_label="a", model=f"m{n}")
    assert ContentType.objects.filter(app_label="a").count() == 1
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with connection.cursor() as cursor:
        cursor.execute("select current_database()")
        name, = cursor.fetchone()
    assert name.endswith("_" + worker) and os.environ["DATABASE_URL"].endswith("/" + name)
    assert os.environ["REDIS_URL"].rpartition("/")[2] == {"main": "0", "gw0": "1", "gw1": "2"}[worker]
"""
SKIPS = """
import pytest
def test_here(): pass
@pytest.mark.skip(reason="no browser")
def test_not_here(): pass
@pytest.mark.xfail(reason="one day")
def test_one_day(): assert False
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "little.py").write_text(SETTINGS)
    (tmp_path / "conftest.py").write_text((stacks.ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p tests.plugin\n")
    return tmp_path


def command(project: Path, text: str, *words: str) -> list[str]:
    (project / "test_it.py").write_text(text)
    plugins = ("-p", "xdist", "-p", "django", "-p", "no:cacheprovider")  # others take seconds to load
    return [sys.executable, "-m", "pytest", *plugins, "--rootdir", str(project), *words, str(project)]


def environment(project: Path, **env: str) -> dict[str, str]:
    path = os.pathsep.join([str(stacks.ROOT), str(project)])
    bare = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": path, "TMPDIR": str(project / "tmp")}
    return {**stacks.clean_environment(), **bare, **env}


def run(project: Path, text: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(project, text, *words),
        cwd=project,
        env=environment(project, **env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_every_worker_has_a_migrated_database_of_its_own(project: Path, workers: str) -> None:
    done = run(project, CLONES, "-n", workers, DJANGO_SETTINGS_MODULE="little")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
    assert not list((project / "tmp").glob("tandem-test-*"))
    assert not stacks.holding(str(project))


def test_skips_are_listed_and_fail_only_where_all_is_required(project: Path) -> None:
    lax, strict = run(project, SKIPS), run(project, SKIPS, "-n", "2", REQUIRE_ALL="1")
    assert (lax.returncode, strict.returncode) == (0, 1)
    for done in (lax, strict):
        assert "2 NOT RUN" in done.stdout
        assert "test_it.py::test_not_here: Skipped: no browser" in done.stdout
        assert "test_it.py::test_one_day: one day" in done.stdout


def test_a_lent_server_is_left_as_it_was_found(project: Path) -> None:
    import psycopg

    lent = os.environ["TANDEM_TEST_SERVER"]
    done = run(project, CLONES, "-n", "2", DJANGO_SETTINGS_MODULE="little", TEST_DATABASE_URL=lent)
    assert done.returncode == 0, done.stdout + done.stderr
    ours = os.environ["TANDEM_TEST_PREFIX"]
    with psycopg.connect(lent) as connection:
        names = [name for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test%'")]
    assert [name for name in names if not name.startswith(ours)] == []


def test_collecting_starts_nothing(project: Path) -> None:
    done = run(project, "import os\ndef test_it(): pass\nassert '/test_' in os.environ['DATABASE_URL']\n", "--co")
    assert done.returncode == 0, done.stdout
    assert not list((project / "tmp").iterdir())


def test_kill_9_leaves_no_server_and_the_next_run_sweeps_up(project: Path) -> None:
    waiting = command(project, f"def test_it():\n open({str(project / 'up')!r}, 'w')\n import time; time.sleep(99)\n")
    process = subprocess.Popen(waiting, cwd=project, env=environment(project), stdout=subprocess.DEVNULL, text=True)
    stacks.until((project / "up").exists)
    (left,) = (project / "tmp").glob("tandem-test-*")
    stacks.kill(process)
    stacks.until(lambda: not stacks.holding(str(left)))
    assert left.exists()
    assert run(project, "def test_it(): pass\n").returncode == 0
    assert not left.exists()
