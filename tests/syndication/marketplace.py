"""The marketplace of the demonstration as a real process, with a rule book for tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

KEY = "a-key-for-tests"
ROOT = Path(__file__).parents[2]
RULES = {
    "name": "Bazaar",
    "limits": {"max_bytes": 5_000_000, "max_messages": 1000},
    "image": {"fetch": False, "min_pixels": 1, "types": ["image/jpeg"], "timeout_seconds": 1, "max_bytes": 1},
    "rules": [
        {"attribute": "title", "kind": "max_length", "limit": 40, "code": "TITLE_TOO_LONG"},
        {"attribute": "title", "kind": "forbidden_words", "words": ["FREE"], "code": "TITLE_PROMOTIONAL"},
        {"attribute": "gtin", "kind": "required", "code": "REQUIRED"},
        {"attribute": "gtin", "kind": "gtin", "code": "GTIN_INVALID"},
        {"attribute": "colour", "kind": "one_of", "values": ["Red", "Rot"], "code": "COLOUR_UNKNOWN"},
        {"attribute": "shelf", "kind": "recommended", "code": "RECOMMENDED"},
    ],
}


class Marketplace:
    """What the other side has seen, asked over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str) -> Any:
        return self._call("GET", path).json()

    def stats(self) -> Any:
        return self.get("/stats")

    def listings(self) -> dict[str, Any]:
        return {one["sku"]: one for one in self.get("/listings")["listings"]}

    def set_faults(self, **counts: int) -> None:
        self._call("POST", "/faults", json=counts)

    def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(trust_env=False, timeout=10) as client:
            answer = client.request(method, self.url + path, headers=headers, **options)
        answer.raise_for_status()
        return answer


@contextmanager
def running_marketplace(folder: Path, rules: dict[str, Any] | None = None) -> Iterator[Marketplace]:
    book = folder / "rules.json"
    book.write_text(json.dumps(rules or RULES))
    command = [sys.executable, "-m", "config.demo.marketplace", "--state", str(folder / "state"), "--key", KEY]
    process = subprocess.Popen([*command, "--rules", str(book)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Marketplace(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
