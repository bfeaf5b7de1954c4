"""Versions: another state of an asset's file, and the admission of a file as an asset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from dam import events
from dam.choices import VersionState
from dam.errors import Refused, SameBytes
from dam.imaging.limits import Refusal
from dam.imaging.sandbox import inspect_file
from dam.models import Asset, AssetVersion
from dam.queries.assets import find_asset_by_bytes
from dam.services.assets import KEYWORDS, TITLE, agreed_keywords, lock_asset
from dam.services.presets import ensure_default_presets
from dam.services.renditions import request_renditions
from foundation.blobs.services import local_copy
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.locks import hold_until_commit
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.workflow.services import close_work_items


def add_version(asset: Asset, *, sha256: str, filename: str, actor: Actor) -> AssetVersion:
    """Stored bytes become the asset's next version. What is served stays the same until it is approved."""
    actor = actor.require("dam.ingest")
    try:
        with local_copy(sha256) as path:
            facts = inspect_file(path)
    except Refusal as refusal:
        raise Refused(refusal.code, refusal.reason) from None
    with recorded(actor):
        hold_bytes(sha256)
        asset = lock_asset(asset, actor=actor)
        if owner := find_asset_by_bytes(sha256):
            raise SameBytes(f"These bytes are a version of {owner.title!r} already", path="sha256")
        last = asset.versions.order_by("-number").first()
        version = _write_version(asset, (last.number if last else 0) + 1, sha256, filename, facts)
        if not asset.versions.filter(state=VersionState.APPROVED).exists():
            asset.current_version = version
        asset.edition += 1
        asset.save(update_fields=["current_version", "edition"])
        append_event(
            events.VERSION_ADDED,
            asset.uid,
            version=version.number,
            identifiers=version.identifiers,
            filename=version.filename,
        )
        close_work_items(cause_key=same_picture_key(sha256), actor=actor, outcome="added as a version")
        request_renditions(version, presets=ensure_default_presets(), actor=actor)
    return version


def admit_asset(
    *,
    sha256: str,
    filename: str,
    facts: dict[str, Any],
    markets: Sequence[str],
    keywords: Sequence[str],
    actor: Actor,
) -> Asset:
    """A new asset of inspected bytes, as a draft. Call it in the ingest's transaction, holding the bytes.

    `keywords` go before those that the file has, so that they stay where there are too many.
    """
    described = dict(facts["described"])
    if said := [*keywords, *described.get("keywords", [])]:
        described["keywords"] = agreed_keywords(said)[:KEYWORDS]
    title = described.pop("title", "")[:TITLE] or PurePosixPath(filename).stem
    asset = Asset.objects.create(
        kind=facts["kind"],
        title=title,
        first_sha256=sha256,
        metadata=described,
        markets=sorted(markets),
        created_at=moment.now(),
    )
    version = _write_version(asset, 1, sha256, filename, facts)
    asset.current_version = version
    asset.save(update_fields=["current_version"])
    append_event(
        events.ASSET_INGESTED,
        asset.uid,
        version=1,
        identifiers=version.identifiers,
        filename=version.filename,
        kind=asset.kind,
    )
    request_renditions(version, presets=ensure_default_presets(), actor=actor)
    return asset


def hold_bytes(name: str) -> None:
    """Let no other transaction decide about these bytes, or these pixels, until this one ends."""
    hold_until_commit(f"dam.bytes:{name}")


def same_picture_key(sha256: str) -> str:
    """The cause of a work item: known pixels came under these new bytes."""
    return f"same-picture:{sha256}"


def _write_version(asset: Asset, number: int, sha256: str, filename: str, facts: dict[str, Any]) -> AssetVersion:
    return AssetVersion.objects.create(
        asset=asset,
        number=number,
        blob_id=sha256,
        filename=PurePosixPath(filename).name,
        media_type=facts["media_type"],
        width=facts["width"],
        height=facts["height"],
        embedded=facts["embedded"],
        identifiers=facts["identifiers"],
        pixel_sha256=facts["pixel_sha256"],
        phash=facts["phash"],
        created_at=moment.now(),
    )
