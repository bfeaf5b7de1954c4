from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.base import ContentFile

from config.statics import StaticStorage


def test_a_script_has_one_address(tmp_path: Path, monkeypatch: Any) -> None:
    """Scripts import each other by the names that Vite gave them; the page must use the same."""
    storage = StaticStorage(location=tmp_path, base_url="/static/")
    names = ["built/assets/main-B1OB.js", "workspace/mark.svg"]
    for name in names:
        storage.save(name, ContentFile(b"x"))
    monkeypatch.setattr(FileSystemFinder, "list", lambda *_: [])
    list(storage.post_process({name: (storage, name) for name in names}))
    assert storage.stored_name(names[0]) == names[0]
    assert storage.stored_name(names[1]).startswith("workspace/mark.9dd4e461268c")
    assert (tmp_path / names[0]).read_bytes() == b"x"
