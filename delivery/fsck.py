"""What must always hold in delivery."""

from __future__ import annotations

from collections.abc import Iterator

from dam.models import Asset
from delivery.models import Publication
from foundation.archive.registry import fsck_check
from foundation.markets.models import Channel


def register() -> None:
    fsck_check("publications name assets and channels that exist")(publications_point_somewhere)


def publications_point_somewhere() -> Iterator[str]:
    """A row that points nowhere opens nothing, but says that a projection went wrong."""
    strays = Publication.objects.exclude(asset_id__in=Asset.objects.present().values("pk"))
    for stray in strays[:20]:
        yield f"listing {stray.listing} publishes the asset {stray.asset_id}, which is gone"
    for stray in Publication.objects.exclude(channel__in=Channel.objects.values("code"))[:20]:
        yield f"listing {stray.listing} is published on the channel {stray.channel!r}, which does not exist"
