"""Storage back ends: a folder with atomic, durable writes, and an S3-compatible bucket."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage

from foundation.core.hashing import CHUNK
from foundation.core.scratch import scratch_file


class FolderStorage(FileSystemStorage):
    """A file is either wholly there under its name or not there at all, also after a power cut."""

    def _save(self, name: str, content: File[bytes]) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        with scratch_file(target.parent, ".part-") as draft:
            with draft.open("wb") as out:
                for chunk in content.chunks(CHUNK):
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            draft.chmod(0o644)
            draft.replace(target)
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name  # the name is the content's digest: writing it again writes the same


class BucketStorage(S3Storage):
    """A bucket; an object appears only when its upload is complete."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**({"file_overwrite": True, "querystring_auth": True, "default_acl": None} | settings))
