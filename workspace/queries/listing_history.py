"""A listing's published revisions in words: what changed at each, what had happened before it, two side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from dam.models import Asset
from foundation.core.actors import Actor
from pim.models import Product
from pim.queries.products import labels_of
from pim.wording import mark_words
from syndication import events
from syndication.models import Listing
from syndication.queries.revisions import Difference, Published, compare_revisions, published_page
from workspace.queries.history import events_between
from workspace.queries.listing_page import product_of, spoken
from workspace.queries.product_history import ShownChange
from workspace.queries.scopes import label
from workspace.queries.shown import LOCALE, TimelineEntry
from workspace.queries.words import person, phrase

PAGE, SPELT, CAUSES = 30, 6, 5
NOT_CAUSES = (events.FIRST_LIVE.name, "pim.product.completed_first", "associations.binding.proposed")
NAMES = {events.LISTING_HELD.name: "Held back", events.LISTING_WITHDRAWN.name: "Withdrawn"}


@dataclass(frozen=True)
class ListingTitle:
    uid: UUID
    sku: str
    title: str
    scope: str


@dataclass(frozen=True)
class ShownRevision:
    """`rest` are changes that are folded away, `causes` what happened to the product since the revision before;
    `rules` is the version of the channel's rules where it is another than before.
    """

    revision: int
    at: datetime
    name: str
    actor: str
    document_url: str
    rules: int | None
    changes: list[ShownChange] = field(default_factory=list)
    rest: list[ShownChange] = field(default_factory=list)
    causes: list[TimelineEntry] = field(default_factory=list)


@dataclass(frozen=True)
class ListingHistory:
    listing: ListingTitle
    entries: list[ShownRevision]
    next_cursor: str
    is_restricted: bool


@dataclass(frozen=True)
class ListingComparison:
    listing: ListingTitle
    start: ShownRevision | None
    end: ShownRevision
    changes: list[ShownChange]
    is_restricted: bool


def listing_history(uid: UUID, *, actor: Actor, cursor: str = "") -> ListingHistory:
    """A page of the revisions, newest first."""
    page = published_page(uid, actor=actor, cursor=cursor, limit=PAGE)
    product = product_of(page.listing, actor=actor)
    teller = _Teller(page.listing, (one for told in page.revisions for one in told.changes), actor)
    older = [*page.revisions[1:], page.previous][: len(page.revisions)]
    causes = _causes(page.revisions, older, product, actor)
    entries = [
        teller.entry(told, before=before, causes=some)
        for told, before, some in zip(page.revisions, older, causes, strict=True)
    ]
    return ListingHistory(_title(page.listing, product), entries, page.next_cursor, page.is_restricted)


def listing_comparison(uid: UUID, *, start: int | None, end: int, actor: Actor) -> ListingComparison:
    """Two revisions and what differs between them; without a start from the one before."""
    found = compare_revisions(uid, end, against=start, actor=actor)
    teller = _Teller(found.listing, found.differences, actor)
    first = teller.entry(found.start) if found.start else None
    changes = [teller.change(one, with_spans=True) for one in found.differences]
    title = _title(found.listing, product_of(found.listing, actor=actor))
    return ListingComparison(title, first, teller.entry(found.end), changes, found.is_restricted)


def _title(listing: Listing, product: Product | None) -> ListingTitle:
    name = labels_of([product.pk], LOCALE)[product.pk] if product else listing.sku
    return ListingTitle(listing.uid, listing.sku, name, label(listing.scope))


def _causes(
    revisions: Sequence[Published], older: Sequence[Published | None], product: Product | None, actor: Actor
) -> list[list[TimelineEntry]]:
    """For each revision what happened to the product, and to those above it, since the one before."""
    known = [one.at for one in older if one]
    if product is None or not known:
        return [[] for _ in revisions]
    line = {one.uid for one in (product, product.parent, product.root) if one}
    told = events_between(line, actor, after=known[-1], until=revisions[0].at, but=NOT_CAUSES)
    return [
        [one for one in told if before and before.at < one.at <= revision.at][:CAUSES]
        for revision, before in zip(revisions, older, strict=True)
    ]


class _Teller:
    """Puts revisions of a listing into words; the pictures that they name are read once, for all of them."""

    def __init__(self, listing: Listing, differences: Iterable[Difference], actor: Actor) -> None:
        self.listing = listing
        media = (value for one in differences if _is_media(one) for value in (one.before, one.after))
        uids = {str(entry.get("asset")) for value in media for entry in value or []}
        assets = Asset.objects.visible_to(actor).filter(uid__in=uids) if uids else Asset.objects.none()
        self.titles = {str(uid): title for uid, title in assets.values_list("uid", "title")}

    def entry(
        self, told: Published, *, before: Published | None = None, causes: Sequence[TimelineEntry] = ()
    ) -> ShownRevision:
        changes = [self.change(one) for one in told.changes]
        url = reverse("listing-revision", args=[self.listing.uid, told.revision]) if told.is_told else ""
        return ShownRevision(
            revision=told.revision,
            at=told.at,
            name="Published" if told.is_live else NAMES.get(told.event, "Withdrawn"),
            actor=person(told.actor) if told.actor else "",
            document_url=url,
            rules=told.mapping_version if before and before.mapping_version != told.mapping_version else None,
            changes=changes[:SPELT],
            rest=changes[SPELT:],
            causes=list(causes),
        )

    def change(self, one: Difference, *, with_spans: bool = False) -> ShownChange:
        kind, _, name = one.path.rpartition(".") if one.path.startswith(("fields.", "media.")) else ("", "", one.path)
        before, after = self._say(one, one.before), self._say(one, one.after)
        if before == after and kind == "media":
            after = f"{after}, by another link"
        is_text = isinstance(one.before, str) and isinstance(one.after, str)
        spans = mark_words(before, after) if with_spans and is_text else []
        return ShownChange(one.path, name if kind else phrase(name), "", before, after, spans)

    def _say(self, one: Difference, value: Any) -> str:
        if not _is_media(one):
            return spoken(value)
        return ", ".join(
            f"{self.titles.get(str(entry.get('asset')), 'a picture')} (version {entry.get('version')})"
            for entry in value or []
        )


def _is_media(one: Difference) -> bool:
    return one.path.startswith("media.")
