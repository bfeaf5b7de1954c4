"""The chain's head, kept outside the database: what a file or a bucket says of it.

In a folder it is one file that only grows, `heads.jsonl`, a line each; in a bucket each head is an object with a name
of its own, `heads/DAY/NUMBER-HASH.json`. A line is signed by a key that the database does not hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.files.storage import Storage, storages

from foundation.core.hashing import canonical_json
from foundation.core.sealing import is_signature, signature

FILE, FOLDER, PURPOSE = "heads.jsonl", "heads", "audit heads"


@dataclass(frozen=True)
class Head:
    """The chain up to a batch: its number, its last position, its hash in hexadecimal, when (ISO 8601)."""

    number: int
    last: int
    hash: str
    at: str
    signature: str = ""

    @property
    def _told(self) -> str:
        return canonical_json([self.number, self.last, self.hash, self.at])

    @property
    def is_ours(self) -> bool:
        return is_signature(self.signature, self._told, purpose=PURPOSE)

    def signed(self) -> Head:
        return Head(self.number, self.last, self.hash, self.at, signature(self._told, purpose=PURPOSE))

    def line(self) -> str:
        return canonical_json(asdict(self))


def store() -> Storage:
    return storages["audit"]


def file_of(storage: Storage) -> Path | None:
    """The file that only grows; None where the store is a bucket."""
    try:
        return Path(storage.path(FILE))
    except NotImplementedError:
        return None


def read_heads(file: Path | None = None) -> Iterator[Head | str]:
    """Heads in the order of their making, from the file or from the store; a line that is none as it stands."""
    storage = store()
    path = file or file_of(storage)
    if path is None:
        yield from _objects(storage)
    elif path.exists():
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield from (_head(line) for line in lines)


def _objects(storage: Storage) -> Iterator[Head | str]:
    for day in sorted(storage.listdir(FOLDER)[0]):
        for name in sorted(storage.listdir(f"{FOLDER}/{day}")[1]):
            with storage.open(f"{FOLDER}/{day}/{name}") as stream:
                yield _head(stream.read().decode("utf-8", "replace"))


def _head(line: str) -> Head | str:
    try:
        told = json.loads(line)
        return Head(int(told["number"]), int(told["last"]), str(told["hash"]), str(told["at"]), str(told["signature"]))
    except (ValueError, KeyError, TypeError):
        return line.strip()
