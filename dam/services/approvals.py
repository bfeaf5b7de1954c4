"""What may go out: approving versions, retiring assets."""

from __future__ import annotations

from collections.abc import Iterable

from dam import events
from dam.choices import AssetState, VersionState
from dam.models import Asset
from dam.services.assets import lock_asset
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded


def approve_asset(asset: Asset, *, actor: Actor, number: int | None = None) -> Asset:
    """Approve a version, by default the newest: from now on it is the one that is served.

    Approving what is approved already changes nothing; an older version than the approved one is refused.
    """
    actor.require("dam.approve")
    with recorded(actor):
        asset = lock_asset(asset, actor=actor)
        versions = asset.versions.order_by("-number")
        version = (versions.filter(number=number) if number is not None else versions).first()
        if version is None:
            raise Missing(f"The asset has no version {number}", path="number")
        newest = versions.filter(state=VersionState.APPROVED).first()
        if newest is not None and version.number < newest.number:
            raise Conflict(
                f"Version {newest.number} is approved already; add the old file as a new version", path="number"
            )
        if asset.state == AssetState.APPROVED and version.state == VersionState.APPROVED:
            return asset
        if version.state != VersionState.APPROVED:
            version.state, version.approved_at = VersionState.APPROVED, moment.now()
            version.save(update_fields=["state", "approved_at"])
        asset.state, asset.current_version = AssetState.APPROVED, version
        asset.edition += 1
        asset.save(update_fields=["state", "current_version", "edition"])
        append_event(events.ASSET_APPROVED, asset.uid, version=version.number)
    return asset


def approve_assets(assets: Iterable[Asset], *, actor: Actor) -> list[Asset]:
    """Approve the newest version of each: all of them or, if one is refused, none."""
    with recorded(actor):
        return [approve_asset(asset, actor=actor) for asset in sorted(assets, key=lambda asset: asset.pk)]


def reset_approval(asset: Asset, *, state: str, version: int | None, approved: int, actor: Actor) -> Asset:
    """Bring an asset's state back to an earlier one: versions above `approved` are drafts again."""
    actor.require("dam.approve")
    with recorded(actor):
        asset = lock_asset(asset, actor=actor)
        later = asset.versions.filter(number__gt=approved, state=VersionState.APPROVED)
        later.update(state=VersionState.DRAFT, approved_at=None)
        asset.state = state
        asset.current_version = asset.versions.filter(number=version).first() if version is not None else None
        asset.edition += 1
        asset.save(update_fields=["state", "current_version", "edition"])
        if state == AssetState.APPROVED:
            append_event(events.ASSET_APPROVED, asset.uid, version=approved)
        else:
            append_event(events.ASSET_CHANGED, asset.uid, changed=["state"], state=state)
    return asset


def retire_asset(asset: Asset, *, actor: Actor) -> Asset:
    """Let an asset go out no more. Approving it again brings it back."""
    actor.require("dam.approve")
    with recorded(actor):
        asset = lock_asset(asset, actor=actor)
        if asset.state != AssetState.RETIRED:
            asset.state = AssetState.RETIRED
            asset.edition += 1
            asset.save(update_fields=["state", "edition"])
            append_event(events.ASSET_CHANGED, asset.uid, changed=["state"], state=asset.state)
    return asset
