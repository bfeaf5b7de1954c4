"""`make demo` as its user runs it, on a folder of its own: the whole stack, real files, every room."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.stack import place
from config.stack.ports import free_port
from tests.config import stacks

GROUPS = {"P", "D", "A", "E", "S", "V", "G"}


@pytest.fixture
def var_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "var"
    place.remove(tmp_path / "var" / "postgres")


def demo(var_dir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "demo", "--leave", "--port", str(free_port(beside=1))],
        cwd=stacks.ROOT,
        env=stacks.clean_environment() | {"VAR_DIR": str(var_dir)},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


@pytest.mark.timeout(900)
def test_from_supplier_file_and_shoot_to_live_listings_twice(var_dir: Path) -> None:
    """Every observation is as expected, again on the second run over what the first left, and nothing stays running."""
    for _ in range(2):
        done = demo(var_dir)
        assert (var_dir / "scorecard.json").exists(), done.stdout[-3000:] + done.stderr[-3000:]
        rows = json.loads((var_dir / "scorecard.json").read_text())["rows"]
        assert [(row["title"], row["observed"]) for row in rows if not row["passed"]] == [], done.stdout[-3000:]
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        assert {row["id"][0] for row in rows} == GROUPS
        assert all(row.keys() == {"id", "title", "expected", "observed", "seconds", "passed"} for row in rows)
    stacks.until(lambda: not stacks.holding(str(var_dir)))
