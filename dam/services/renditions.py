"""Asking for renditions: a row under its key, and one job that makes what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from dam.choices import RenditionState
from dam.models import AssetVersion, Preset, Recipe, Rendition
from dam.queries.renditions import get_preset, rendition_key
from dam.recipes import complete_recipe, engine, hash_recipe
from dam.services.presets import ensure_full_size_preset
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.hashing import hash_document
from foundation.jobs.models import Job
from foundation.jobs.services import start_job

JOB = "dam.render"


def request_rendition(version: AssetVersion, *, preset: Preset | str, actor: Actor) -> Rendition:
    """The rendition's row; when its bytes are not there yet, a job is on its way to make them."""
    return request_renditions(version, presets=[preset], actor=actor)[0]


def request_full_size(version: AssetVersion, *, actor: Actor) -> Rendition:
    """The same in the version's own size, for looking closely."""
    actor = actor.require("dam.view")
    return request_rendition(version, preset=ensure_full_size_preset(), actor=actor)


def request_renditions(version: AssetVersion, *, presets: Sequence[Preset | str], actor: Actor) -> list[Rendition]:
    """The rows in the order of the presets. What no open job is making gets one job for all of it.

    A rendition that failed is tried again.
    """
    actor = actor.require("dam.view")
    chosen = [get_preset(preset) if isinstance(preset, str) else preset for preset in presets]
    with transaction.atomic():
        keys = [_ensure_row(version, preset) for preset in chosen]
        rows = {row.key: row for row in Rendition.objects.select_for_update().filter(key__in=keys).order_by("key")}
        missing = [row for row in rows.values() if row.state != RenditionState.DONE]
        holders = set(
            Job.objects.unfinished().filter(pk__in=[row.held_by for row in missing]).values_list("pk", flat=True)
        )
        orphans = [row for row in missing if row.held_by not in holders]
        if orphans:
            _start(version, orphans, actor)
    return [rows[key] for key in keys]


def _ensure_row(version: AssetVersion, preset: Preset) -> str:
    body = complete_recipe(preset.body)
    recipe, _ = Recipe.objects.get_or_create(hash=hash_recipe(body), defaults={"body": body})
    row, _ = Rendition.objects.get_or_create(
        key=rendition_key(version, preset),
        defaults={
            "source_sha256": version.blob_id,
            "recipe": recipe,
            "engine": engine(),
            "created_at": moment.now(),
        },
    )
    return row.key


def _start(version: AssetVersion, rows: list[Rendition], actor: Actor) -> None:
    keys = sorted(row.key for row in rows)
    job = start_job(
        kind=JOB,
        queue="media",
        payload={"version": version.pk, "keys": keys},
        actor=actor,
        total=len(keys),
        unique_key=hash_document(keys),
    )
    for row in rows:
        row.state, row.error, row.held_by, row.lease_until = RenditionState.WAITING, "", job.pk, None
    Rendition.objects.bulk_update(rows, ["state", "error", "held_by", "lease_until"])
