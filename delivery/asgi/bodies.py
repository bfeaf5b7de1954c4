"""Rendition bytes out of the store, a chunk at a time, without holding up the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import default_storage

from foundation.blobs.services import BlobDamaged, path_of

CHUNK = 256 * 1024


@dataclass(frozen=True)
class Body:
    """An open source of `count` bytes; `path` where the whole of it is a file on this machine."""

    source: IO[bytes] | Any
    count: int
    path: str | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        left = self.count
        while left > 0:
            chunk = await asyncio.to_thread(self.source.read, min(CHUNK, left))
            if not chunk:
                raise BlobDamaged("The store ended before the file did")
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.source.close()


async def stored_bytes(sha256: str, *, length: int, start: int, count: int) -> Body:
    """Open `count` bytes from `start` of a blob of this length; raises `BlobDamaged` when the store disagrees."""
    try:
        if hasattr(default_storage, "bucket"):
            return await asyncio.to_thread(_from_bucket, sha256, length, start, count)
        return _from_folder(sha256, length, start, count)
    except (OSError, BotoCoreError, ClientError) as error:
        raise BlobDamaged("The store cannot give the bytes of this rendition") from error


def _from_folder(sha256: str, length: int, start: int, count: int) -> Body:
    path = default_storage.path(path_of(sha256))
    source = open(path, "rb")  # noqa: SIM115, PTH123  the body closes it; a Path costs more than the open
    if os.fstat(source.fileno()).st_size != length:
        source.close()
        raise BlobDamaged("The stored bytes are fewer or more than they should be")
    source.seek(start)
    return Body(source, count, path)


def _from_bucket(sha256: str, length: int, start: int, count: int) -> Body:
    storage: Any = default_storage
    key = f"{storage.location.strip('/')}/{path_of(sha256)}".lstrip("/")
    answer = storage.bucket.Object(key).get(Range=f"bytes={start}-{start + count - 1}")
    if answer["ContentRange"].rpartition("/")[2] != str(length):
        answer["Body"].close()
        raise BlobDamaged("The stored bytes are fewer or more than they should be")
    return Body(answer["Body"], count)
