"""Bytes first, then the row. D10."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from foundation.blobs.models import Blob, BlobCopy
from foundation.blobs.services import (
    local_copy,
    open_blob,
    open_parts,
    path_of,
    read_blob,
    remove_parts,
    store_blob,
    verify_blob,
    write_part,
)
from foundation.core.hashing import sha256_bytes

pytestmark = pytest.mark.django_db
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1


class Pipe(io.RawIOBase):
    """A stream that cannot seek."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def readable(self):
        return True

    def readinto(self, buffer):
        part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def test_bytes_streams_pipes_and_paths_are_one_blob(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    for source in (b"abc", io.BytesIO(b"abc"), io.BufferedReader(Pipe(b"abc")), tmp_path / "abc"):
        blob = store_blob(source, media_type="text/plain")
        assert (blob.pk, blob.bytes) == (ABC, 3)
    assert (Blob.objects.count(), BlobCopy.objects.count()) == (1, 1)
    assert read_blob(ABC) == b"abc"
    with local_copy(ABC) as path:
        assert path.read_bytes() == b"abc"


def test_a_write_that_breaks_off_leaves_neither_row_nor_bytes():
    class Breaking(io.BytesIO):
        reads = 0

        def read(self, size=-1):
            Breaking.reads += 1
            if Breaking.reads > 2:
                raise OSError("the cable")
            return super().read(size)

    body = uuid4().bytes
    with pytest.raises(OSError, match="the cable"):
        store_blob(Breaking(body), media_type="text/plain")
    sha256 = sha256_bytes(body)
    assert not Blob.objects.exists()
    assert not default_storage.exists(path_of(sha256))
    folder = Path(default_storage.path(path_of(sha256))).parent
    assert list(folder.glob(".part-*")) == []


def test_what_a_killed_writer_left_is_removed_when_the_same_bytes_come_again():
    body = uuid4().bytes
    folder = Path(default_storage.path(path_of(sha256_bytes(body)))).parent
    folder.mkdir(parents=True)
    (folder / ".part-killed").write_bytes(body[:5])
    store_blob(body, media_type="text/plain")
    assert [path.name for path in folder.iterdir()] == [sha256_bytes(body)]


def test_damage_and_loss_are_found_and_storing_again_heals():
    store_blob(b"abc", media_type="text/plain")
    assert verify_blob(ABC) == "good"
    with Path(default_storage.path(path_of(ABC))).open("r+b") as file:
        file.write(b"x")
    assert verify_blob(ABC) == "damaged"
    store_blob(b"abc", media_type="text/plain")
    assert verify_blob(ABC) == "good"
    default_storage.delete(path_of(ABC))
    assert verify_blob(ABC) == "lost"
    with pytest.raises(FileNotFoundError):
        open_blob(ABC)


def test_parts_are_one_stream_that_can_seek():
    names = [("uploads/trial/0", 5), ("uploads/trial/1", 5), ("uploads/trial/2", 2)]
    for (name, _), content in zip(names, (b"01234", b"56789", b"ab"), strict=True):
        write_part(name, content)
    with open_parts(names) as stream:
        assert stream.read() == b"0123456789ab"
        assert (stream.seek(4), stream.read(3), stream.tell()) == (4, b"456", 7)
        assert (stream.seek(-1, 2), stream.read()) == (11, b"b")
        stream.seek(0)
        blob = store_blob(stream, media_type="text/plain")
    assert (blob.pk, blob.bytes) == (sha256_bytes(b"0123456789ab"), 12)
    with pytest.raises(FileNotFoundError, match="shorter than it was"), open_parts([("uploads/trial/2", 3)]) as stream:
        stream.read()
    remove_parts("uploads/trial", names=["0", "0"])
    remove_parts("uploads/trial")
    remove_parts("uploads/trial")
    assert not default_storage.exists("uploads/trial")
