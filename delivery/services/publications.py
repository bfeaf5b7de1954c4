"""Which live listing uses which asset. Syndication says so, in the transaction that writes the listing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from delivery.models import Publication


@dataclass(frozen=True)
class Published:
    """A live listing of a product (by its root's number), and the assets that its document links to."""

    listing: UUID
    channel: str
    market: str
    asset_ids: Sequence[int]
    root_id: int = 0


REPLACE = """
WITH wanted AS (
    SELECT * FROM unnest(%(listings)s::uuid[], %(channels)s::text[], %(markets)s::text[], %(assets)s::bigint[],
                         %(roots)s::bigint[]) AS w(listing, channel, market, asset_id, root_id)
), gone AS (
    DELETE FROM delivery_publication p WHERE p.listing = ANY(%(all)s::uuid[])
       AND NOT EXISTS (SELECT FROM wanted w WHERE w.listing = p.listing AND w.asset_id = p.asset_id)
)
INSERT INTO delivery_publication AS p (listing, channel, market, asset_id, root_id) SELECT * FROM wanted
ON CONFLICT (listing, asset_id)
DO UPDATE SET channel = excluded.channel, market = excluded.market, root_id = excluded.root_id
 WHERE (p.channel, p.market, p.root_id) IS DISTINCT FROM (excluded.channel, excluded.market, excluded.root_id)
"""


def record_publication(
    listing_uid: UUID, *, channel: str, market: str, asset_ids: Iterable[int], root_id: int = 0
) -> None:
    """The assets of a live listing are these, and no others any more."""
    record_publications([Published(listing_uid, channel, market, list(asset_ids), root_id)])


def record_publications(publications: Sequence[Published]) -> None:
    """The same for many listings, in one statement. A listing without assets is forgotten."""
    rows = [
        (one.listing, one.channel, one.market, asset_id, one.root_id)
        for one in publications
        for asset_id in sorted(set(one.asset_ids))
    ]
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * 5
    with connection.cursor() as cursor:
        cursor.execute(
            REPLACE,
            {
                **dict(zip(("listings", "channels", "markets", "assets", "roots"), columns, strict=True)),
                "all": [one.listing for one in publications],
            },
        )


def forget_publication(listing_uid: UUID) -> None:
    """The listing is live no more: its links are refused from the commit on."""
    forget_publications([listing_uid])


def forget_publications(listing_uids: Iterable[UUID]) -> None:
    """The same for many listings."""
    Publication.objects.filter(listing__in=list(listing_uids)).delete()
