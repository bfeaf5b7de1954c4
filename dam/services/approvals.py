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
    actor = actor.require("dam.approve")
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
    actor = actor.require("dam.approve")
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
    """Let an asset go out no more. `restore_asset` brings it back."""
    actor = actor.require("dam.approve")
    with recorded(actor):
        asset = lock_asset(asset, actor=actor)
        if asset.state != AssetState.RETIRED:
            asset.state = AssetState.RETIRED
            asset.edition += 1
            asset.save(update_fields=["state", "edition"])
            append_event(events.ASSET_CHANGED, asset.uid, changed=["state"], state=asset.state)
    return asset


def withdraw_approval(asset: Asset, *, number: int, actor: Actor) -> Asset:
    """Take the last approval back: the version is a draft again, and the one approved before it is served, if any.

    Only the version that is served can be withdrawn; what an asset without an approved version is, is a draft.
    """
    actor = actor.require("dam.approve")
    with recorded(actor):
        asset = lock_asset(asset, actor=actor)
        version = asset.current_version
        if version is None or version.number != number or version.state != VersionState.APPROVED:
            raise Conflict(f"Version {number} is not the approved one any more", path="number")
        version.state, version.approved_at = VersionState.DRAFT, None
        version.save(update_fields=["state", "approved_at"])
        versions = asset.versions.order_by("-number")
        earlier = versions.filter(state=VersionState.APPROVED).first()
        asset.current_version = earlier or versions.first()
        if earlier is None and asset.state == AssetState.APPROVED:
            asset.state = AssetState.DRAFT
        asset.edition += 1
        asset.save(update_fields=["state", "current_version", "edition"])
        append_event(events.APPROVAL_WITHDRAWN, asset.uid, version=number, state=asset.state)
    return asset


def restore_asset(asset: Asset, *, actor: Actor) -> Asset:
    """Bring a retired asset back as it was: approved where a version is, else a draft."""
    actor = actor.require("dam.approve")
    with recorded(actor):
        asset = lock_asset(asset, actor=actor)
        if asset.state == AssetState.RETIRED:
            is_approved = asset.versions.filter(state=VersionState.APPROVED).exists()
            asset.state = AssetState.APPROVED if is_approved else AssetState.DRAFT
            asset.edition += 1
            asset.save(update_fields=["state", "edition"])
            append_event(events.ASSET_CHANGED, asset.uid, changed=["state"], state=asset.state)
    return asset
