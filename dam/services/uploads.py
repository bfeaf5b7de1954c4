"""Uploads that can be resumed: begun, arrived, joined, given up, collected."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef

from dam.choices import FileState, IngestStage, UploadState
from dam.errors import UploadTooLarge
from dam.imaging.limits import FILE_BYTES
from dam.imaging.sniffing import HEAD, sniff
from dam.models import Ingest, IngestFile, Upload
from dam.services.deliveries import begin_ingest, lock_open_ingest, open_ingest, settle_left_ingest
from dam.services.ingests import clean_path, free_path
from foundation.accounts.models import User
from foundation.blobs.models import Blob
from foundation.blobs.services import open_parts, remove_parts, store_blob
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Denied, Missing
from foundation.history.services import recorded
from foundation.jobs.models import Job

# An upload expires so long after its last byte.
LIFETIME = timedelta(days=3)
# How long we remember that one has expired, to say so.
REMEMBERED = timedelta(days=30)
# When to look again at bytes that an ingest still needs.
LATER = timedelta(hours=1)
COLLECTED_AT_ONCE = 100


def begin_upload(*, path: str, length: int, metadata: str, actor: Actor, ingest: Ingest | None = None) -> Upload:
    """Room for a file of this length in an open ingest; one that names none gets an ingest of its own."""
    actor = actor.require("dam.ingest")
    if actor.user_id is None:
        raise Denied("Only a person or a key can upload: the upload needs an owner")
    if length > FILE_BYTES:
        raise UploadTooLarge(f"A file may have {FILE_BYTES // 1024**3} GB", path="Upload-Length")
    at = moment.now()
    with recorded(actor):
        home = lock_open_ingest(ingest, actor=actor) if ingest else open_ingest(actor=actor)
        upload = Upload.objects.create(
            owner_id=actor.user_id, ingest=home, is_alone=ingest is None, path=clean_path(path), metadata=metadata,
            length=length, created_at=at, expires_at=at + LIFETIME,
        )  # fmt: skip
        if not length:
            note_arrival(upload, actor=actor)
    return upload


def note_arrival(upload: Upload, *, actor: Actor) -> None:
    """All its bytes are there: it becomes a file of its ingest. Call it with both rows locked."""
    ingest = upload.ingest
    similar = ingest.files.filter(path__startswith=upload.path).values_list("path", flat=True)
    upload.file = IngestFile.objects.create(ingest=ingest, path=free_path(upload.path, taken=set(similar)))
    upload.state, upload.holder, upload.held_until = UploadState.RECEIVED, None, None
    upload.save(update_fields=["file", "state", "holder", "held_until"])
    if upload.is_alone:
        begin_ingest(ingest, actor=actor)


def join_upload(upload: Upload) -> Blob:
    """Its parts as one blob; joining again finds that blob."""
    parts = list(upload.parts.order_by("number").values_list("name", "length"))
    with open_parts(parts) as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        return store_blob(stream, media_type=sniff(head))


def free_upload(upload: Upload) -> None:
    """Its bytes are no longer needed here; the row stays, to answer its sender."""
    upload.parts.all().delete()
    remove_parts(upload.folder)


def end_upload(upload: Upload, *, actor: Actor) -> None:
    """Give an upload up, bytes and all. One whose ingest has started has nothing left to give up."""
    actor = actor.require("dam.ingest")
    with recorded(actor):
        ingest = Ingest.objects.select_for_update().get(pk=upload.ingest_id)
        row = Upload.objects.visible_to(actor).select_for_update().filter(pk=upload.pk).first()
        if row is None:
            raise Missing("There is no such upload", path="uid")
        if row.file_id and ingest.stage == IngestStage.OPEN:
            IngestFile.objects.filter(pk=row.file_id).delete()
        elif row.file_id:
            return
        row.delete()
    remove_parts(upload.folder)


def collect_uploads(*, actor: Actor) -> int:
    """Free what nobody goes on with; ingests that were left open start with what has arrived."""
    at = moment.now()
    for ingest in _left_ingests():
        settle_left_ingest(ingest, actor=actor)
    due = Upload.objects.filter(expires_at__lte=at)
    found = list(due.order_by("expires_at").values_list("pk", flat=True)[:COLLECTED_AT_ONCE])
    for pk in found:
        with recorded(actor):
            upload = due.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
            if upload is not None:
                _collect(upload)
    return len(found)


def expire_uploads_of(user: User, *, actor: Actor) -> None:
    """What somebody who leaves has under way; the bytes are freed when uploads are collected."""
    with recorded(actor):
        Upload.objects.receiving().filter(owner_id=user.pk).update(
            state=UploadState.EXPIRED, holder=None, expires_at=moment.now() + REMEMBERED
        )


def _left_ingests() -> list[Ingest]:
    alive = Upload.objects.filter(ingest=OuterRef("pk"), expires_at__gt=moment.now()).exclude(state=UploadState.EXPIRED)
    open_long = Ingest.objects.still_open().filter(created_at__lte=moment.now() - LIFETIME)
    return list(open_long.exclude(Exists(alive)).order_by("pk")[:COLLECTED_AT_ONCE])


def _collect(upload: Upload) -> None:
    """An unfinished one loses its bytes and is remembered as expired; one that is over goes altogether."""
    if upload.state == UploadState.RECEIVING:
        upload.state, upload.expires_at = UploadState.EXPIRED, moment.now() + REMEMBERED
        upload.holder = None  # a request that still hangs there counts nothing any more
        upload.save(update_fields=["state", "expires_at", "holder"])
        free_upload(upload)
    elif _is_needed(upload):
        upload.expires_at = moment.now() + LATER
        upload.save(update_fields=["expires_at"])
    else:
        free_upload(upload)
        upload.delete()


def _is_needed(upload: Upload) -> bool:
    """Its file still waits for an ingest that goes on."""
    file = upload.file
    if file is None or file.state != FileState.WAITING:
        return False
    ingest = upload.ingest
    is_running = Job.objects.unfinished().filter(pk=ingest.job_id or 0).exists()
    return is_running or ingest.stage == IngestStage.OPEN
