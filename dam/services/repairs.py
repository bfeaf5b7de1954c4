"""Renditions are derived: what is missing is made again from the originals, to the same bytes."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import transaction

from dam.choices import RenditionState
from dam.models import AssetVersion, Rendition
from dam.services.presets import ensure_default_presets
from dam.services.renditions import request_renditions
from foundation.blobs.services import path_of
from foundation.core.actors import Actor


def restore_renditions(*, actor: Actor) -> int:
    """Ask for what every version ought to have, and for what was made and lost its bytes; how many are on their way."""
    lost = [
        row.pk for row in Rendition.objects.done().iterator() if not default_storage.exists(path_of(row.sha256 or ""))
    ]
    with transaction.atomic():
        Rendition.objects.filter(pk__in=lost).update(state=RenditionState.WAITING, sha256=None, held_by=None)
    presets = ensure_default_presets()
    asked = 0
    for version in AssetVersion.objects.present().order_by("pk").iterator():
        rows = request_renditions(version, presets=presets, actor=actor)
        asked += sum(row.state != RenditionState.DONE for row in rows)
    return asked
