"""Starting an ingest: of a folder on this machine, or of uploaded files whose bytes are stored already."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from dam import events
from dam.imaging.sniffing import HEAD, sniff
from dam.models import Ingest, IngestFile, Licence
from foundation.blobs.models import Blob
from foundation.blobs.services import store_blob
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.jobs.services import start_job

JOB = "dam.ingest"
LONGEST = 500
# Control and format characters (bidirectional marks among them), halves of pairs, line and paragraph separators.
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@dataclass(frozen=True)
class UploadedFile:
    """A file whose bytes are in the store, under the name that its sender gave it."""

    path: str
    sha256: str


def ingest_folder(folder: Path, *, actor: Actor, licence: Licence | None = None, markets: Sequence[str] = ()) -> Ingest:
    """Take in all files below a folder of this machine, by a job."""
    actor = actor.require("dam.ingest")
    if not folder.is_dir():
        raise Invalid(f"{folder} is not a folder", path="folder")
    with recorded(actor):
        ingest = _create(actor, licence, markets, folder=str(folder.resolve()))
        return _start(ingest, actor)


def start_ingest(
    files: Sequence[UploadedFile], *, actor: Actor, licence: Licence | None = None, markets: Sequence[str] = ()
) -> Ingest:
    """Take in stored files, by a job. Two files of one name are told apart by a number."""
    actor = actor.require("dam.ingest")
    if not files:
        raise Invalid("There is no file to take in", path="files")
    with recorded(actor):
        ingest = _create(actor, licence, markets)
        rows, taken = [], set[str]()
        for file in files:
            path = free_path(clean_path(file.path), taken=taken)
            taken.add(path)
            rows.append(IngestFile(ingest=ingest, path=path, blob_id=file.sha256))
        IngestFile.objects.bulk_create(rows, batch_size=1000)
        return _start(ingest, actor, total=len(rows))


def store_upload(stream: IO[bytes], *, actor: Actor) -> Blob:
    """Keep the bytes of an upload; what they are is told from themselves."""
    actor = actor.require("dam.ingest")
    head = stream.read(HEAD)
    stream.seek(0)
    return store_blob(stream, media_type=sniff(head))


def clean_path(path: str) -> str:
    """A sender's name as a text that a database keeps and a page shows as it is: no way up, nothing that is not
    seen or turns the reading direction, and not without end.
    """
    text = "".join(char for char in path if unicodedata.category(char) not in UNSEEN)
    steps = [step.strip() for step in text.replace("\\", "/").split("/")]
    return _shortened("/".join(step for step in steps if step not in {"", ".", ".."})) or "unnamed"


def _shortened(path: str) -> str:
    """The end goes on saying what kind of file it is."""
    if len(path) <= LONGEST:
        return path
    ending = PurePosixPath(path).suffix[:20]
    return path[: LONGEST - len(ending)] + ending


def free_path(path: str, *, taken: Container[str]) -> str:
    """The path itself, or with a number behind it where another file has it."""
    number, free = 1, path
    while free in taken:
        number += 1
        free = f"{path} ({number})"
    return free


def _create(actor: Actor, licence: Licence | None, markets: Sequence[str], folder: str = "") -> Ingest:
    if licence is not None:
        actor = actor.require("dam.edit")
    return Ingest.objects.create(
        owner_id=actor.user_id, licence=licence, markets=sorted(markets), folder=folder, created_at=moment.now()
    )


def _start(ingest: Ingest, actor: Actor, total: int = 0) -> Ingest:
    payload = {"ingest": ingest.pk}
    ingest.job = start_job(kind=JOB, queue="media", payload=payload, actor=actor, total=total)
    ingest.save(update_fields=["job"])
    append_event(events.INGEST_STARTED, ingest.uid, files=total)
    return ingest
