"""What is said of the lock files' packages. The services themselves are not asked here."""

from __future__ import annotations

import re
from typing import Any

import pytest

from config import advisories
from tests.house.tree import tracked

CLEAN = {"dependencies": [{"name": "django", "version": "5.2.19", "vulns": []}], "vulnerabilities": {}}
WEAK = {
    "dependencies": [
        {"name": "pillow", "version": "9.0.0", "vulns": [{"id": "PYSEC-2023-175", "fix_versions": ["10.0.1"]}]}
    ],
    "vulnerabilities": {"vite": {"range": "<=5.4.5", "severity": "moderate"}},
}
SKIPPED = {"dependencies": [{"name": "amqp", "skip_reason": "not found"}], "message": "405 Method Not Allowed"}


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        ([CLEAN], 0, "runtime.txt: no known weaknesses"),
        ([WEAK], 1, "pillow 9.0.0: PYSEC-2023-175, mended in 10.0.1"),
        ([WEAK], 1, "vite <=5.4.5: moderate"),
        ([SKIPPED], 3, "workspace/frontend/package-lock.json: NOT KNOWN, 405 Method Not Allowed"),
        ([SKIPPED, WEAK, CLEAN], 1, "runtime.txt: NOT KNOWN, not found"),
    ],
)
def test_what_is_known_decides(
    answers: list[Any], code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left = list(reversed(answers))
    monkeypatch.setattr(advisories, "_json", lambda *_: left.pop() if len(left) > 1 else left[0])
    monkeypatch.setattr(
        advisories,
        "locks",
        lambda: (
            [advisories.ROOT / name for name in ("requirements/runtime.txt", "workspace/frontend/package-lock.json")]
            + [advisories.ROOT / "requirements/dev.txt"] * (len(answers) > 1)
        ),
    )
    assert advisories.main() == code
    assert words in capsys.readouterr().out


def test_every_lock_is_asked_about() -> None:
    names = {str(lock.relative_to(advisories.ROOT)) for lock in advisories.locks()}
    assert names == {name for name in tracked() if re.search(r"(^requirements/\w+\.txt|package-lock\.json)$", name)}
    assert len(names) >= 6
