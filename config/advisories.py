"""`python -m config.advisories`: weaknesses that are known of what the lock files name, Python's and npm's.

Exits with 1 when there are any, with 3 when some could not be asked about: then nothing is known of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.frontend import node_home

ROOT = Path(__file__).resolve().parents[1]
NPM = ("benchmarks/lighthouse", "tests/providers", "workspace/frontend")
PIP_AUDIT = ROOT / ".audit" / "bin" / "pip-audit"
FOUND, UNKNOWN = 1, 3


class NotAsked(Exception):
    """Whoever knows of weaknesses did not answer."""


def of_python(lock: Path) -> Iterator[str]:
    """One line for each advisory; raises `NotAsked` where any package is unknown to the service."""
    answer = _json([str(PIP_AUDIT), "--disable-pip", "--require-hashes", "-r", str(lock), "-f", "json"], lock.parent)
    for one in answer.get("dependencies", []):
        if "skip_reason" in one:
            raise NotAsked(one["skip_reason"])
        for weakness in one["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "no version yet"
            yield f"{one['name']} {one['version']}: {weakness['id']}, mended in {mended}"


def of_npm(lock: Path) -> Iterator[str]:
    npm = node_home() / "lib/node_modules/npm/bin/npm-cli.js"
    answer = _json([str(node_home() / "bin/node"), str(npm), "audit", "--json"], lock.parent)
    if "vulnerabilities" not in answer:
        raise NotAsked(answer.get("message") or "npm gives no reason")
    for name, one in answer["vulnerabilities"].items():
        yield f"{name} {one['range']}: {one['severity']}"


def _json(words: list[str], folder: Path) -> dict[str, Any]:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise NotAsked((done.stderr.strip() or "no answer").splitlines()[-1]) from None
    return found


def locks() -> list[Path]:
    npm = (ROOT / folder / "package-lock.json" for folder in NPM)
    return [*sorted((ROOT / "requirements").glob("*.txt")), *npm]


def main() -> int:
    worst = 0
    for lock in locks():
        name = lock.relative_to(ROOT)
        try:
            found = list(of_npm(lock) if lock.suffix == ".json" else of_python(lock))
        except NotAsked as error:
            sys.stdout.write(f"{name}: NOT KNOWN, {error}\n")
            worst = worst or UNKNOWN
            continue
        sys.stdout.write("\n  ".join([f"{name}: {len(found) or 'no'} known weaknesses", *found]) + "\n")
        worst = FOUND if found else worst
    return worst


if __name__ == "__main__":
    sys.exit(main())
