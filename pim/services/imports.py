"""Taking in a file of products: it is kept, looked at, and given to a job."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from foundation.blobs.services import store_blob
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.hashing import CHUNK
from foundation.history.services import recorded
from foundation.jobs.services import start_job
from pim.errors import BadFile
from pim.models import ProductImport
from pim.queries.book import read_book
from pim.services.columns import read_formats, read_layout
from pim.services.tables import MAX_BYTES, read_table, sniff_table

JOB = "pim.import"
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
MAX_NAME = 200


def start_import(
    file: IO[bytes] | Path, *, filename: str, actor: Actor, mapping: Mapping[str, Any] | None = None
) -> ProductImport:
    """Keep the file and start a job that brings its rows in.

    `mapping` (import-mapping/1) names our header for each of theirs, and how numbers, dates and lists are written.
    A file that is no table, too large, or has headers that mean nothing is refused at once: `BadFile`,
    `UnknownColumn` or `Problems`, and nothing is kept.
    """
    actor.require("pim.import")
    mapping = dict(mapping or {})
    with tempfile.NamedTemporaryFile() as copy:
        path = _bounded_copy(file, copy) if not isinstance(file, Path) else file
        form = sniff_table(path, mapping=mapping)
        read_formats(mapping)
        _, headers = next(read_table(path, form=form))
        read_layout(headers, mapping=mapping, book=read_book())
        blob = store_blob(path, media_type=MEDIA_TYPES[form.kind])
    with recorded(actor):
        product_import = ProductImport.objects.create(
            filename=Path(filename.replace("\\", "/")).name.replace("\0", "")[-MAX_NAME:] or f"products.{form.kind}",
            source=blob,
            mapping=mapping,
            owner_id=actor.user_id,
            actor=actor.label,
            created_at=moment.now(),
        )
        job = start_job(kind=JOB, queue="bulk", payload={"import": product_import.pk}, actor=actor)
        ProductImport.objects.filter(pk=product_import.pk).update(job_uid=job.uid)
    product_import.job_uid = job.uid
    return product_import


def _bounded_copy(source: IO[bytes], target: Any) -> Path:
    """As a file on this machine, for libraries that want a path; stops at the limit."""
    length = 0
    while chunk := source.read(CHUNK):
        length += len(chunk)
        if length > MAX_BYTES:
            raise BadFile(f"The file has more than {MAX_BYTES:,} bytes: split it")
        target.write(chunk)
    target.flush()
    return Path(target.name)
