"""Exceptions do not outlive what they excuse."""

from __future__ import annotations

from . import exempt
from .tree import ROOT

TABLES = {name: table for name, table in vars(exempt).items() if name.isupper()}
PATHS = ("WRITERS", "AFTER_COMMIT", "NUDGERS", "LOOKUPS", "POSITIONAL_SERVICES", "HOSTILE")


def test_every_exception_gives_its_reason() -> None:
    assert not [key for table in TABLES.values() for key, reason in table.items() if len(reason.split()) < 3]


def test_every_excused_file_exists() -> None:
    assert not [path for name in PATHS for path in TABLES[name] if not (ROOT / path).exists()]
