"""Which live listing uses which asset. Syndication says so, in the transaction that writes the listing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from delivery.models import Publication


@dataclass(frozen=True)
class Published:
    """A live listing and the assets that its document links to."""

    listing: UUID
    channel: str
    market: str
    asset_ids: Sequence[int]


REPLACE = """
WITH wanted AS (
    SELECT * FROM unnest(%(listings)s::uuid[], %(channels)s::text[], %(markets)s::text[], %(assets)s::bigint[])
        AS w(listing, channel, market, asset_id)
), gone AS (
    DELETE FROM delivery_publication p WHERE p.listing = ANY(%(all)s::uuid[])
       AND NOT EXISTS (SELECT FROM wanted w WHERE w.listing = p.listing AND w.asset_id = p.asset_id)
)
INSERT INTO delivery_publication AS p (listing, channel, market, asset_id) SELECT * FROM wanted
ON CONFLICT (listing, asset_id) DO UPDATE SET channel = excluded.channel, market = excluded.market
 WHERE (p.channel, p.market) IS DISTINCT FROM (excluded.channel, excluded.market)
"""


def record_publication(listing_uid: UUID, *, channel: str, market: str, asset_ids: Iterable[int]) -> None:
    """The assets of a live listing are these, and no others any more."""
    record_publications([Published(listing_uid, channel, market, list(asset_ids))])


def record_publications(publications: Sequence[Published]) -> None:
    """The same for many listings, in one statement. A listing without assets is forgotten."""
    rows = [
        (one.listing, one.channel, one.market, asset_id)
        for one in publications
        for asset_id in sorted(set(one.asset_ids))
    ]
    listings, channels, markets, assets = (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 4
    with connection.cursor() as cursor:
        cursor.execute(
            REPLACE,
            {
                "listings": listings,
                "channels": channels,
                "markets": markets,
                "assets": assets,
                "all": [one.listing for one in publications],
            },
        )


def forget_publication(listing_uid: UUID) -> None:
    """The listing is live no more: its links are refused from the commit on."""
    forget_publications([listing_uid])


def forget_publications(listing_uids: Iterable[UUID]) -> None:
    """The same for many listings."""
    Publication.objects.filter(listing__in=list(listing_uids)).delete()
