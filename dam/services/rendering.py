"""Making renditions. Bytes are stored first and the row follows, so that half a file is never to be seen."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now  # noqa: TID251  leases are told by the database's clock

from dam import events
from dam.choices import RenditionState
from dam.imaging.limits import Refusal
from dam.imaging.sandbox import ChildFailed, render_file
from dam.models import AssetVersion, Preset, Rendition
from dam.queries.renditions import rendition_key
from dam.recipes import engine, media_type_of
from foundation.blobs.models import Blob
from foundation.blobs.services import local_copy, store_blob
from foundation.core.hashing import sha256_stream
from foundation.core.scratch import scratch_folder
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.jobs.running import JobRun

log = logging.getLogger("dam")
LEASE = timedelta(seconds=120)


def make_renditions(run: JobRun) -> dict[str, Any]:
    """Make what the job asks for and nobody else is making; what is done already stays as it is."""
    version = AssetVersion.objects.select_related("asset").get(pk=run.payload["version"])
    rows = [row for key in run.payload["keys"] if (row := _claim(key, run)) is not None]
    if not rows:
        return {"made": 0, "failed": 0}
    presets = {rendition_key(version, preset): preset.code for preset in Preset.objects.all()}
    with scratch_folder("render") as folder:
        try:
            made = _render(version, rows, folder)
        except (Refusal, ChildFailed, FileNotFoundError) as problem:
            log.warning("version %s cannot be rendered: %s", version.pk, problem)
            _fail(rows, run, str(problem) or "The stored bytes of the source are lost")
            return {"made": 0, "failed": len(rows)}
        for row in rows:
            blob = store_blob(folder / row.key, media_type=media_type_of(row.recipe.body))
            _finish(row, blob, made[row.key], version, presets.get(row.key, ""), run=run)
    return {"made": len(rows), "failed": 0}


def _claim(key: str, run: JobRun) -> Rendition | None:
    """Take the row unless it is done or another job is at it; a job may take back what it held before a crash."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now()) | Q(held_by=run.job.pk)
    claimed = (
        Rendition.objects.filter(free, key=key, state=RenditionState.WAITING)
        .update(attempt=F("attempt") + 1, lease_until=Now() + LEASE, held_by=run.job.pk)
    )  # fmt: skip
    return Rendition.objects.select_related("recipe").get(key=key) if claimed else None


def _render(version: AssetVersion, rows: Sequence[Rendition], folder: Path) -> dict[str, dict[str, Any]]:
    recipes = {row.key: row.recipe.body for row in rows}
    if any(row.engine != engine() for row in rows):
        raise Refusal("other-engine", "It was asked for under another engine; ask again")
    with local_copy(version.blob_id) as path:
        with path.open("rb") as stream:
            if sha256_stream(stream)[0] != version.blob_id:
                raise Refusal("source-damaged", "The stored bytes of the source do not match their checksum")
        return render_file(path, media_type=version.media_type, recipes=recipes, folder=folder)


def _finish(
    row: Rendition, blob: Blob, made: dict[str, Any], version: AssetVersion, preset: str, *, run: JobRun
) -> None:
    with recorded(run.actor):
        changed = Rendition.objects.filter(pk=row.pk, attempt=row.attempt, state=RenditionState.WAITING).update(
            state=RenditionState.DONE,
            sha256=blob.pk,
            media_type=blob.media_type,
            width=made["width"],
            height=made["height"],
            bytes=made["bytes"],
            lease_until=None,
            error="",
        )
        run.advance(run.job.done + 1, note=preset)
        run.job.done += 1
        if changed:
            append_event(events.RENDITION_READY, version.asset.uid, key=row.key, version=version.number, preset=preset)


def _fail(rows: Sequence[Rendition], run: JobRun, error: str) -> None:
    with transaction.atomic():
        for row in rows:
            Rendition.objects.filter(pk=row.pk, attempt=row.attempt).update(
                state=RenditionState.FAILED, error=error[:2000], lease_until=None
            )
        run.advance(len(rows))
