"""Bytes of an upload as they come in: cut into parts, and counted once the store has them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID, uuid4

from django.db.models.functions import Now

from dam.choices import IngestStage, UploadState
from dam.errors import UploadExpired, UploadHeld, UploadTooLarge, WrongChecksum, WrongOffset
from dam.models import Ingest, Upload, UploadPart
from dam.services.uploads import LIFETIME, note_arrival
from foundation.blobs.services import open_parts, remove_parts, write_part
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.history.services import recorded

PIECE = 256 * 1024
PART = 4 * 1024**2
# After so long without a part, another request may take over: the first one's line is dead, or its process.
HOLD = timedelta(seconds=10)


class ByteSource(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Checksum:
    """What the sender says of the bytes of one request."""

    algorithm: str
    digest: bytes


def receive_bytes(
    upload: Upload, *, source: ByteSource, offset: int, size: int, actor: Actor, checksum: Checksum | None = None
) -> Upload:
    """Keep `size` bytes at `offset`. Of a request that breaks off, what arrived is kept.

    With a checksum it is all or nothing: bytes that cannot be proven are not kept.
    """
    held = _hold(upload, offset, size, actor)
    if held.holder is None:  # complete, and asked for once more
        return held
    keeper = _Keeper(held, held.holder, actor)
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    try:
        while size and (piece := _read(source, min(PIECE, size))):
            size -= len(piece)
            keeper.add(piece)
            if digest is None:
                keeper.count_whole_parts()
            else:
                digest.update(piece)
        if digest and checksum and (size or digest.digest() != checksum.digest):
            raise WrongChecksum("Nothing of this request was kept; send these bytes again", path="Upload-Checksum")
        keeper.count_everything()
    finally:
        keeper.forget_uncounted()
        Upload.objects.filter(pk=held.pk, holder=held.holder).update(holder=None, held_until=None)
    return Upload.objects.select_related("ingest").get(pk=held.pk)


def _read(source: ByteSource, size: int) -> bytes:
    """Nothing once the sender has gone away, however it went."""
    try:
        return source.read(size)
    except OSError:
        return b""


def _hold(upload: Upload, offset: int, size: int, actor: Actor) -> Upload:
    """The upload for this request alone, or the reason why not. The database's clock decides about leases."""
    with recorded(actor):
        row = Upload.objects.visible_to(actor).select_for_update().filter(pk=upload.pk).first()
        if row is None:
            raise Missing("There is no such upload", path="uid")
        if has_expired(row):
            raise UploadExpired("The upload has expired and its bytes are gone; begin again")
        if Upload.objects.filter(pk=row.pk, held_until__gt=Now()).exists():
            raise UploadHeld("Another request is writing this upload; ask for its offset and try again")
        if offset != row.offset:
            raise WrongOffset(f"The upload has {row.offset} bytes; go on from there", path="Upload-Offset")
        if size > row.length - row.offset:
            raise UploadTooLarge(f"The upload was announced with {row.length} bytes; this would be more")
        row.holder = uuid4() if row.state == UploadState.RECEIVING else None
        if row.holder:
            Upload.objects.filter(pk=row.pk).update(holder=row.holder, held_until=Now() + HOLD)
    return row


def has_expired(upload: Upload) -> bool:
    """One that is up does not expire for its sender: its bytes are the ingest's."""
    late = upload.state == UploadState.RECEIVING and upload.expires_at <= moment.now()
    return late or upload.state == UploadState.EXPIRED


class _Keeper:
    """Cuts bytes into parts, stores them under names of its own, and counts them while it holds the upload."""

    def __init__(self, upload: Upload, holder: UUID, actor: Actor) -> None:
        self.upload, self.holder, self.actor = upload, holder, actor
        self.number = upload.offset // PART
        self.buffer = self._tail()
        self.has_news = False
        self.uncounted: list[UploadPart] = []

    def _tail(self) -> bytearray:
        """The last part goes on where it is not full, so that short requests do not make many parts."""
        if not self.upload.offset % PART:
            return bytearray()
        last = self.upload.parts.get(number=self.number)
        with open_parts([(last.name, last.length)]) as stream:
            return bytearray(stream.read())

    def add(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            room = PART - len(self.buffer)
            self.buffer += rest[:room]
            rest = rest[room:]
            self.has_news = True
            if len(self.buffer) == PART:
                self._store()

    def _store(self) -> None:
        name = f"{self.upload.folder}/{self.number:05}-{uuid4().hex}"
        part = UploadPart(upload=self.upload, number=self.number, name=name, length=len(self.buffer))
        self.uncounted.append(part)
        write_part(name, bytes(self.buffer))
        self.buffer, self.number, self.has_news = bytearray(), self.number + 1, False

    def count_everything(self) -> None:
        if self.has_news:
            self._store()
        self.count_whole_parts()

    def count_whole_parts(self) -> None:
        """From here on they are the upload's. One transaction, which a request that lost its hold cannot commit."""
        if not self.uncounted:
            return
        end = PART * self.uncounted[-1].number + self.uncounted[-1].length
        numbers = [part.number for part in self.uncounted]
        with recorded(self.actor):
            if end == self.upload.length:
                self._lock_ingest()
            row = Upload.objects.select_for_update().filter(pk=self.upload.pk, holder=self.holder).first()
            if row is None:
                raise UploadHeld("Another request has taken this upload over; ask for its offset and go on")
            replaced = list(row.parts.filter(number__in=numbers).values_list("name", flat=True))
            row.parts.filter(number__in=numbers).delete()
            UploadPart.objects.bulk_create(self.uncounted)
            row.offset, row.expires_at = end, moment.now() + LIFETIME
            row.save(update_fields=["offset", "expires_at"])
            Upload.objects.filter(pk=row.pk).update(held_until=Now() + HOLD)
            if end == row.length:
                note_arrival(row, actor=self.actor)
        self.uncounted = []
        self._remove(replaced)

    def _lock_ingest(self) -> None:
        """Its lock comes before the upload's, as everywhere."""
        ingest = Ingest.objects.select_for_update().get(pk=self.upload.ingest_id)
        if ingest.stage != IngestStage.OPEN:
            raise UploadExpired("The ingest has begun without this file; begin again")

    def forget_uncounted(self) -> None:
        self._remove([part.name for part in self.uncounted])

    def _remove(self, names: list[str]) -> None:
        remove_parts(self.upload.folder, names=[name.rpartition("/")[2] for name in names])
