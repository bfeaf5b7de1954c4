"""What is only for the moment goes with its process, or with the next one when that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from foundation.core.scratch import scratch_file, scratch_folder

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys
from pathlib import Path
from foundation.core.scratch import scratch_file, scratch_folder
with scratch_folder("work") as folder, scratch_file(Path(sys.argv[1]), ".part-") as file:
    (folder / "half").write_text("half")
    file.write_text("half")
    print(folder, file, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_both_are_gone_afterwards_also_after_an_error(tmp_path):
    with pytest.raises(ZeroDivisionError), scratch_folder("work") as folder, scratch_file(tmp_path, ".part-") as file:
        (folder / "more").write_text("more")
        assert file.exists()
        _ = 1 / 0
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_got_a_name_stays(tmp_path):
    with scratch_file(tmp_path, ".part-") as file:
        file.write_text("whole")
        file.replace(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.kills
def test_what_a_killed_process_left_goes_and_what_a_living_one_holds_stays(tmp_path):
    environment = {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "PATH": os.defpath}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        held = [Path(word) for word in process.stdout.readline().split()]
        with scratch_folder("work"), scratch_file(tmp_path, ".part-"):
            assert all(path.exists() for path in held)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert all(path.exists() for path in held)
    with scratch_folder("work"), scratch_file(tmp_path, ".part-"):
        assert not any(path.exists() for path in held)
