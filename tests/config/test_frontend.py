"""The build of the pages: locked, without addresses, within the size that a page may cost."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from config import frontend

LIMIT = 200 * 1024  # compressed scripts and styles of any page
LOCK = json.loads((frontend.FRONTEND / "package-lock.json").read_text())


def test_the_lock_holds_hashes_and_no_address():
    packages = {name: one for name, one in LOCK["packages"].items() if name}
    assert len(packages) > 20
    assert [name for name, one in packages.items() if "integrity" not in one] == []
    assert [name for name, one in packages.items() if "resolved" in one] == []


def files_of(entry: str, manifest: dict[str, Any]) -> set[str]:
    """What a page that names the entry loads, with all it may fetch later."""
    found, open_ones = set(), [entry]
    while open_ones:
        chunk = manifest[open_ones.pop()]
        if chunk["file"] not in found:
            found |= {chunk["file"], *chunk.get("css", [])}
            open_ones += chunk.get("imports", []) + chunk.get("dynamicImports", [])
    return found


@pytest.mark.parametrize("entry", ["src/main.ts", "src/admin.ts", "src/bare.ts"])
def test_a_page_loads_less_than_200_kb_compressed(settings, entry):
    manifest = json.loads((settings.FRONTEND / ".vite" / "manifest.json").read_text())
    sizes = {name: len(gzip.compress((settings.FRONTEND / name).read_bytes())) for name in files_of(entry, manifest)}
    assert sizes
    assert sum(sizes.values()) < LIMIT, sizes


def test_no_island_loads_an_entry_again(settings):
    """Pages name entries by a second hash; imported by its plain name an entry would run twice."""
    manifest = json.loads((settings.FRONTEND / ".vite" / "manifest.json").read_text())
    imported = {name for chunk in manifest.values() for name in chunk.get("imports", [])}
    assert [name for name in imported if manifest[name].get("isEntry")] == []
