"""Writing and checking bytes."""

from __future__ import annotations

import errno
import hashlib
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage

from foundation.blobs.models import Blob, BlobCopy
from foundation.core import moment
from foundation.core.errors import TandemError
from foundation.core.hashing import CHUNK, sha256_stream

MEMORY = 8 * 1024 * 1024


class BlobDamaged(TandemError):
    code = "blob-damaged"
    status = 503
    title = "Stored bytes do not match their checksum"


class NoRoom(TandemError):
    code = "no-room"
    status = 507
    title = "The store is full"


def path_of(sha256: str) -> str:
    """Where the bytes lie in a store: two levels of folders keep listings short."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def store_blob(source: IO[bytes] | bytes | Path, *, media_type: str) -> Blob:
    """Write the bytes, then their row. Storing the same bytes again costs a digest and changes nothing."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return store_blob(stream, media_type=media_type)
    data: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source
    with _rewindable(data) as (body, sha256, length):
        known = Blob.objects.filter(pk=sha256, copies__state=BlobCopy.State.GOOD).first()
        if known and default_storage.exists(path_of(sha256)):
            return known
        default_storage.save(path_of(sha256), File(body))
    at = moment.now()
    blob, _ = Blob.objects.get_or_create(
        sha256=sha256, defaults={"bytes": length, "media_type": media_type, "created_at": at}
    )
    BlobCopy.objects.update_or_create(blob=blob, store="default", defaults={"state": "good", "verified_at": at})
    return blob


@contextmanager
def _rewindable(stream: IO[bytes]) -> Iterator[tuple[IO[bytes], str, int]]:
    """The stream from its start, with digest and length; spooled when it cannot seek."""
    if stream.seekable():
        start = stream.tell()
        sha256, length = sha256_stream(stream)
        stream.seek(start)
        yield stream, sha256, length
        return
    with tempfile.SpooledTemporaryFile(max_size=MEMORY) as spool:
        digest, length = hashlib.sha256(), 0
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            length += len(chunk)
            spool.write(chunk)
        spool.seek(0)
        yield spool, digest.hexdigest(), length


def open_blob(sha256: str) -> IO[bytes]:
    """The bytes, as a stream to be closed. Raises FileNotFoundError when the store lost them."""
    return default_storage.open(path_of(sha256), "rb")


def read_blob(sha256: str) -> bytes:
    """All the bytes at once; for blobs that are known to be small."""
    with open_blob(sha256) as stream:
        return stream.read()


@contextmanager
def local_copy(sha256: str) -> Iterator[Path]:
    """The bytes as a file on this machine, for libraries that want a path."""
    storage: Storage = default_storage
    try:
        path = Path(storage.path(path_of(sha256)))
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as file, open_blob(sha256) as stream:
            while chunk := stream.read(CHUNK):
                file.write(chunk)
            file.flush()
            yield Path(file.name)
    else:
        yield path


def verify_blob(sha256: str) -> BlobCopy.State:
    """Read the bytes and compare; the copy's row then says what was found."""
    try:
        with open_blob(sha256) as stream:
            found, _ = sha256_stream(stream)
        state = BlobCopy.State.GOOD if found == sha256 else BlobCopy.State.DAMAGED
    except FileNotFoundError:
        state = BlobCopy.State.LOST
    BlobCopy.objects.filter(blob_id=sha256, store="default").update(state=state, verified_at=moment.now())
    return state


def write_part(name: str, content: bytes) -> None:
    """Keep a piece of what is still coming in, under a name that is not a digest. Raises `NoRoom`."""
    try:
        default_storage.save(name, ContentFile(content))
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoom("The store is full. What has arrived is kept; go on when there is room") from error
        raise


def remove_parts(folder: str, *, names: Sequence[str] | None = None) -> None:
    """Free these files of a folder, or the folder with all that is in it; what is gone already is no matter."""
    everything = names is None
    try:
        listed = default_storage.listdir(folder)[1] if names is None else names
    except FileNotFoundError:
        return
    for name in listed:
        default_storage.delete(f"{folder}/{name}")
    if everything:
        with suppress(OSError):  # somebody may still be writing there
            default_storage.delete(folder)  # a bucket has no folders and does not mind


def open_parts(parts: Sequence[tuple[str, int]]) -> IO[bytes]:
    """Parts, given by name and length, as one stream that can seek."""
    return io.BufferedReader(_JoinedParts(parts), buffer_size=CHUNK)


class _JoinedParts(io.RawIOBase):
    """One part is open at a time."""

    def __init__(self, parts: Sequence[tuple[str, int]]) -> None:
        self.parts = parts
        self.length = sum(length for _, length in parts)
        self.position = 0
        self.open_at = -1
        self.stream: IO[bytes] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.length}[whence]
        self.position = max(0, origin + offset)
        return self.position

    def readinto(self, buffer: Any) -> int:
        start = 0
        for at, (name, length) in enumerate(self.parts):
            if self.position < start + length:
                stream = self._open(at, name)
                stream.seek(self.position - start)
                found = stream.read(min(len(buffer), start + length - self.position))
                if not found:
                    raise FileNotFoundError(f"{name} is shorter than it was")
                buffer[: len(found)] = found
                self.position += len(found)
                return len(found)
            start += length
        return 0

    def _open(self, at: int, name: str) -> IO[bytes]:
        if self.stream is None or at != self.open_at:
            self._shut()
            self.stream, self.open_at = default_storage.open(name, "rb"), at
        return self.stream

    def _shut(self) -> None:
        if self.stream is not None:
            self.stream.close()
            self.stream = None

    def close(self) -> None:
        self._shut()
        super().close()
