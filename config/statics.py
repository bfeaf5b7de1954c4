"""Static files as they are collected for serving."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

BUILT = "built/assets/"


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Leaves Vite's names alone, which carry a hash already.

    Scripts name each other by them. With a second hash in the page's address a module would have two, and be
    run twice: every listener of it would hear each event two times.
    """

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        if name.startswith(BUILT):
            return name
        return str(super().hashed_name(name, content, filename))
