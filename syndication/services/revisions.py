"""Keeping what was published: a row for each revision of a listing, in the transaction that publishes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syndication.models import Listing, PublishedRevision


@dataclass(frozen=True)
class Former:
    """The document that a listing had before, with its hash; both empty where nothing was out."""

    hash: str
    body: str


def keep_revisions(published: Sequence[tuple[Listing, Former]]) -> None:
    """Add the revisions that these listings have now, and the texts that they replace, each content once.

    Run inside `recorded`, after the listings are written. Two queries, however many there are.
    """
    replaced = {listing.pk: former.hash for listing, former in published if former.hash}
    kept = _kept(replaced) if replaced else set()
    rows = []
    for listing, former in published:
        assert listing.revision is not None  # noqa: S101  given just before
        moves = bool(former.hash) and (listing.pk, former.hash) not in kept
        rows.append(
            PublishedRevision(
                listing=listing,
                revision=listing.revision,
                hash=listing.hash,
                mapping_version=listing.mapping_version,
                at=listing.changed_at,
                replaced_hash=former.hash if moves else "",
                replaced=former.body if moves else "",
            )
        )
    PublishedRevision.objects.bulk_create(rows, batch_size=500)


def _kept(replaced: dict[int, str]) -> set[tuple[int, str]]:
    rows = PublishedRevision.objects.filter(listing__in=replaced, replaced_hash__in=set(replaced.values()))
    return set(rows.values_list("listing_id", "replaced_hash"))
