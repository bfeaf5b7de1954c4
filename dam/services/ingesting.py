"""The run of an ingest: file by file, a transaction each, so that a crash loses nothing and doubles nothing."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from dam import events
from dam.choices import FileState
from dam.imaging.limits import FILE_BYTES, Refusal
from dam.imaging.sandbox import ChildFailed, inspect_file
from dam.imaging.sniffing import HEAD, sniff
from dam.models import Asset, Ingest, IngestFile, Upload
from dam.models.uploads import UploadQuerySet
from dam.queries.assets import find_asset_by_bytes, find_asset_by_pixels
from dam.services.ingests import clean_path
from dam.services.licences import assign_licence
from dam.services.uploads import free_upload, join_upload
from dam.services.versions import admit_asset, hold_bytes, same_picture_key
from foundation.blobs.models import Blob
from foundation.blobs.services import local_copy, store_blob
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.jobs.running import JobRun
from foundation.workflow.choices import Priority
from foundation.workflow.services import open_work_item

log = logging.getLogger("dam")
LISTED_AT_ONCE = 500
# What operating systems leave in folders.
IGNORED = {"Thumbs.db", "desktop.ini"}


def run_ingest(run: JobRun) -> dict[str, Any]:
    """Take in every file that still waits, then say what was refused."""
    ingest = Ingest.objects.select_related("licence").get(pk=run.payload["ingest"])
    if ingest.folder and not run.cursor.get("listed"):
        _list_folder(ingest, run)
    done = ingest.files.exclude(state=FileState.WAITING).count()
    for file in _waiting(ingest):
        done += 1
        _take_in(file, ingest, run, done)
    _free_uploads(ingest.uploads.all())  # those of a run that was killed
    return _conclude(ingest, run)


def _list_folder(ingest: Ingest, run: JobRun) -> None:
    """Write a row per file; a repeat after a crash adds those that are missing."""
    batch: list[IngestFile] = []
    for path in _walk(Path(ingest.folder)):
        batch.append(IngestFile(ingest=ingest, path=path))
        if len(batch) == LISTED_AT_ONCE:
            _write_rows(batch, run)
            batch = []
    _write_rows(batch, run)
    with recorded(run.actor):
        run.advance(0, total=ingest.files.count(), cursor={"listed": True})


def _walk(folder: Path) -> Iterator[str]:
    """Regular files below the folder, in order, links and hidden files left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent) / name
            if not name.startswith(".") and name not in IGNORED and stat.S_ISREG(path.lstat().st_mode):
                yield _path_to_text(os.fsencode(path.relative_to(folder)))


def _path_to_text(raw: bytes) -> str:
    """The path as a text; bytes that are not UTF-8 are escaped as in a URL, behind a mark."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return f"raw:{quote_from_bytes(raw)}"


def _text_to_path(text: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(text.removeprefix("raw:")))) if text.startswith("raw:") else Path(text)


def _write_rows(batch: list[IngestFile], run: JobRun) -> None:
    with recorded(run.actor):
        IngestFile.objects.bulk_create(batch, ignore_conflicts=True)
        run.advance(0, note="Listing the folder")


def _waiting(ingest: Ingest) -> Iterator[IngestFile]:
    """The files that wait, read a batch at a time: a delivery may have any number."""
    last = 0
    while batch := list(ingest.files.filter(state=FileState.WAITING, pk__gt=last).order_by("pk")[:100]):
        yield from batch
        last = batch[-1].pk


def _take_in(file: IngestFile, ingest: Ingest, run: JobRun, done: int) -> None:
    """Bytes first, then a look at them in the sandbox, then one transaction that says what became of the file."""
    facts: dict[str, Any] = {}
    refusal: Refusal | None = None
    try:
        _store(file, ingest)
        if find_asset_by_bytes(file.sha256) is None:
            with local_copy(file.sha256) as path:
                facts = inspect_file(path)
    except Refusal as found:
        refusal = found
    except ChildFailed as failure:
        log.warning("%s could not be inspected: %s", file.path, failure)
        refusal = Refusal("not-understood", "The file could not be inspected; the log says where it failed")
    with recorded(run.actor):
        run.advance(done, note=file.path)
        if refusal is None:
            _settle(file, ingest, facts, run)
        else:
            _refuse(file, refusal)
        file.finished_at = moment.now()
        file.save(update_fields=["blob", "state", "code", "reason", "asset", "finished_at"])
    _free_uploads(Upload.objects.filter(file=file))


def _store(file: IngestFile, ingest: Ingest) -> None:
    if file.blob_id:
        return
    if not ingest.folder:
        file.blob = _uploaded(file)
        return
    path = Path(ingest.folder) / _text_to_path(file.path)
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size > FILE_BYTES:
                raise Refusal("too-large", f"A file may have {FILE_BYTES // 1024**3} GB")
            media_type = sniff(stream.read(HEAD))
            stream.seek(0)
            file.blob = store_blob(stream, media_type=media_type)
    except (FileNotFoundError, PermissionError) as error:
        raise Refusal("unreadable", f"The file cannot be read: {error.strerror}") from None


def _free_uploads(uploads: UploadQuerySet) -> None:
    """Their bytes are a blob by now."""
    for upload in uploads.filter(parts__isnull=False).distinct():
        free_upload(upload)


def _uploaded(file: IngestFile) -> Blob:
    upload = Upload.objects.filter(file=file).first()
    if upload is None:
        raise Refusal("unreadable", "Its bytes did not come along; upload the file again")
    return join_upload(upload)


def _settle(file: IngestFile, ingest: Ingest, facts: dict[str, Any], run: JobRun) -> None:
    """Known bytes are a duplicate, a known picture a question to a person, anything else an asset."""
    hold_bytes(file.sha256)
    if asset := find_asset_by_bytes(file.sha256):
        _note_duplicate(file, asset, "same-bytes", f"The same bytes as {_name_for(run.actor, asset)}")
        return
    if facts["pixel_sha256"]:
        hold_bytes(facts["pixel_sha256"])
        if asset := find_asset_by_pixels(facts["pixel_sha256"]):
            reason = f"The same picture as {_name_for(run.actor, asset)}, with other metadata"
            _note_duplicate(file, asset, "same-pixels", reason)
            _ask_about_picture(file, asset, facts, run)
            return
    asset = admit_asset(
        sha256=file.sha256,
        filename=file.path if ingest.folder else clean_path(file.path),
        facts=facts,
        markets=ingest.markets,
        keywords=ingest.keywords,
        actor=run.actor,
    )
    file.state, file.asset = FileState.INGESTED, asset
    if ingest.licence is not None:
        assign_licence([asset], licence=ingest.licence, actor=run.actor)


def _name_for(actor: Actor, asset: Asset) -> str:
    return asset.title if Asset.objects.visible_to(actor).filter(pk=asset.pk).exists() else "one that you do not see"


def _note_duplicate(file: IngestFile, asset: Asset, code: str, reason: str) -> None:
    file.state, file.asset, file.code, file.reason = FileState.DUPLICATE, asset, code, reason


def _ask_about_picture(file: IngestFile, asset: Asset, facts: dict[str, Any], run: JobRun) -> None:
    """A work item, once for these bytes: what a person decided about them is not asked again."""
    if IngestFile.objects.filter(blob_id=file.sha256, code="same-pixels").exclude(pk=file.pk).exists():
        return
    open_work_item(
        queue="ingest",
        kind="same-picture",
        cause_key=same_picture_key(file.sha256),
        subject_type="asset",
        subject=asset.uid,
        title=f"{file.path} shows {asset.title}, with other metadata: add it as a version?",
        detail={"path": file.path, "sha256": file.sha256, "described": facts["described"]},
        priority=Priority.LOW,
        actor=run.actor,
    )


def _refuse(file: IngestFile, refusal: Refusal) -> None:
    file.state, file.code, file.reason = FileState.REFUSED, refusal.code, refusal.reason
    append_event(events.INGEST_REFUSED, file.ingest.uid, path=file.path, code=refusal.code, reason=refusal.reason)


def _conclude(ingest: Ingest, run: JobRun) -> dict[str, Any]:
    counts = {
        state: ingest.files.filter(state=state).count() for state in FileState.values if state != FileState.WAITING
    }
    refused = list(ingest.files.refused().order_by("path").values("path", "code", "reason")[:100])
    if refused:
        number = counts[FileState.REFUSED]
        open_work_item(
            queue="ingest",
            kind="refused-files",
            cause_key=f"ingest:{run.job.uid}",
            subject_type="ingest",
            subject=ingest.uid,
            title=f"{number} file{'s' if number > 1 else ''} of an upload not let in",
            detail={"files": refused, "refused": number},
            actor=run.actor,
        )
    return counts
