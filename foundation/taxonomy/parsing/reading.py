"""The parent's side: a child of its own for each file, and what it told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from foundation.taxonomy.parsing.limits import MOST_BYTES, SECONDS, BadSource

ROOT = Path(__file__).resolve().parents[3]
# All that the child gets to see of our environment.
ENVIRONMENT = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Published:
    """A file as it was read: (code, code of its parent, name) of each node, the upper ones first."""

    sha256: str
    lines: int
    version: str
    nodes: list[tuple[str, str, str]]


def read_published(path: Path, *, form: str) -> Published:
    """Raises `BadSource`, which says where, for what is no such file."""
    if path.stat().st_size > MOST_BYTES:
        raise BadSource(f"It has more than {MOST_BYTES // 1024 // 1024} MB", line=0, byte=MOST_BYTES)
    with tempfile.NamedTemporaryFile() as target:
        command = [sys.executable, "-m", "foundation.taxonomy.parsing", str(os.getpid()), form, str(path), target.name]
        try:
            subprocess.run(
                command, cwd=ROOT, env=ENVIRONMENT, check=True, timeout=SECONDS, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            raise BadSource("Reading it ended the reader, or took too long", line=0, byte=0) from None
        return _told(Path(target.name))


def _told(path: Path) -> Published:
    with path.open(encoding="utf-8") as file:
        answers = [json.loads(line) for line in file]
    if isinstance(answers[-1], dict) and "reason" in answers[-1]:
        raise BadSource(answers[-1]["reason"], line=answers[-1]["line"], byte=answers[-1]["byte"])
    facts = answers[0]
    nodes = [(code, parent, name) for code, parent, name in answers[1:-1]]
    return Published(facts["sha256"], facts["lines"], facts["version"], nodes)
