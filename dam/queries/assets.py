"""Finding assets and versions."""

from __future__ import annotations

from uuid import UUID

from dam.models import Asset, AssetVersion
from foundation.core.actors import Actor
from foundation.core.errors import Missing


def get_asset(uid: UUID | str, *, actor: Actor) -> Asset:
    """The asset, if the actor may see it."""
    asset = Asset.objects.visible_to(actor).select_related("current_version").filter(uid=uid).first()
    if asset is None:
        raise Missing("There is no such asset", path="asset")
    return asset


def find_version(asset_uid: UUID | str, number: int) -> AssetVersion | None:
    """A version with its asset, for those who then ask for approval and rights."""
    return (
        AssetVersion.objects.present()
        .select_related("asset", "asset__current_version")
        .filter(asset__uid=asset_uid, number=number)
        .first()
    )


def find_asset_by_bytes(sha256: str) -> Asset | None:
    """The asset of which these bytes are a version, the oldest where there are several."""
    version = AssetVersion.objects.present().select_related("asset").filter(blob_id=sha256).order_by("id").first()
    return version.asset if version else None


def find_asset_by_pixels(pixel_sha256: str) -> Asset | None:
    """The asset that shows exactly this picture, under whatever metadata."""
    if not pixel_sha256:
        return None
    found = AssetVersion.objects.present().select_related("asset").filter(pixel_sha256=pixel_sha256)
    version = found.order_by("id").first()
    return version.asset if version else None
