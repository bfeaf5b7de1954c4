"""Carrying the chain's head out of the database."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.files.base import ContentFile

from foundation.audit.models import Chain
from foundation.audit.queries.chain import last_batch
from foundation.audit.queries.heads import FOLDER, Head, file_of, store
from foundation.core.locks import hold_until_commit

LOCK = "audit.heads"


def publish_head() -> Head | None:
    """Write the head of what is committed, if it is another one than last time. A crash in between repeats a line."""
    hold_until_commit(LOCK)
    chain, batch = Chain.objects.filter(pk=1).first(), last_batch()
    if chain is None or batch is None or batch.number == chain.published:
        return None
    head = Head(batch.number, batch.last, bytes(batch.hash).hex(), batch.made_at.isoformat()).signed()
    storage = store()
    path = file_of(storage)
    if path is None:
        name = f"{FOLDER}/{batch.made_at:%Y-%m-%d}/{head.number:012}-{head.hash}.json"
        storage.save(name, ContentFile(head.line().encode()))
    else:
        _append(path, head.line())
    Chain.objects.filter(pk=1).update(published=batch.number)
    return head


def _append(path: Path, line: str) -> None:
    """At the end and nowhere else, so that the operator may make the file append-only; on disk before we go on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(number, f"{line}\n".encode())
        os.fsync(number)
    finally:
        os.close(number)
