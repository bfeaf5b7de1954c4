"""Seeded choice without state: an answer depends on its key only, never on the order of asking."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

Choice = TypeVar("Choice")


def roll(sides: int, *key: object) -> int:
    """Return a number from 0 up to, but without, ``sides`` that ``key`` alone decides."""
    digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % sides


def pick(choices: Sequence[Choice], *key: object) -> Choice:
    """Return the one of ``choices`` that ``key`` decides."""
    return choices[roll(len(choices), *key)]
