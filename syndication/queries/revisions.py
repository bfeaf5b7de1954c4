"""What a listing said at its revisions, as far as the reader may know it today.

A document of the past is told as one of today is: whole, but for fields that would not leave by the channel any more
and are above the reader's own clearance. Of these there is neither name nor value, and no hash to guess them from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

from foundation.core.actors import CATEGORY, Actor
from foundation.core.errors import Missing
from foundation.core.hashing import canonical_json, sha256_bytes
from foundation.core.pages import keyset_page
from foundation.events.models import Event
from pim.models import Product
from pim.models.classifications import of_branches
from pim.models.placements import placed_in_markets
from syndication import events
from syndication.models import Listing, PublishedRevision
from syndication.queries.clearance import Cut, cuts_of
from syndication.queries.pull import Document

ORDER = ("-revision",)
TOLD_BY = (events.LISTING_PUBLISHED.name, events.LISTING_HELD.name, events.LISTING_WITHDRAWN.name)
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A part of the document at two revisions: `fields.title`, `media.main_image`, `family`; None: it had none."""

    path: str
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        return "added" if self.before is None else "removed" if self.after is None else "changed"


@dataclass(frozen=True)
class Published:
    """One revision. `is_told` says that the reader may see its document, `hash` is empty unless they see all of it.

    `event`, `position` and `actor` are of the event that told it; `changes` what differs from the revision before,
    where both had a document. `mapping_version` is that of the channel's rules.
    """

    revision: int
    at: datetime
    is_live: bool
    is_told: bool
    hash: str
    mapping_version: int
    event: str
    position: int | None
    actor: str
    changes: list[Difference]


@dataclass(frozen=True)
class RevisionPage:
    """The newest first. `previous` is the revision before the last of them; `is_restricted` says that what is told of
    them is not public.
    """

    listing: Listing
    revisions: list[Published]
    previous: Published | None
    next_cursor: str
    is_restricted: bool


@dataclass(frozen=True)
class Comparison:
    """What differs between two revisions; without a start the first one has everything anew."""

    listing: Listing
    start: Published | None
    end: Published
    differences: list[Difference]
    is_restricted: bool


def published_page(uid: UUID | str, *, actor: Actor, cursor: str = "", limit: int = 50) -> RevisionPage:
    """The revisions of a listing, newest first, each with what it changed."""
    listing = get_listing(uid, actor=actor)
    page = keyset_page(_revisions(listing), order=ORDER, cursor=cursor, limit=limit)
    rows = list(page.rows)
    if rows:
        rows += _revisions(listing).filter(revision__lt=rows[-1].revision).order_by(*ORDER)[:1]
    past = _Past(listing, rows, actor)
    told, count = past.tell(), len(page.rows)
    previous = told[-1] if len(told) > count else None
    return RevisionPage(listing, told[:count], previous, page.next_cursor, past.is_restricted)


def read_revision(uid: UUID | str, number: int, *, actor: Actor) -> Document:
    """The document of one revision, byte for byte unless something is cut. Raises `Missing` where nothing was out."""
    listing = get_listing(uid, actor=actor)
    row = _get_revision(listing, number, path="n")
    past = _Past(listing, [row], actor)
    text = past.text(row)
    if text is None:
        raise Missing("At this revision nothing was out, or nothing that you may see", path="n")
    return Document(past.hash(row) or sha256_bytes(text.encode()), text, past.is_restricted)


def compare_revisions(uid: UUID | str, number: int, *, against: int | None = None, actor: Actor) -> Comparison:
    """What differs between two revisions of a listing; with none named, from the one before.

    Raises `Missing` where there is no such revision, or its documents are not for the actor.
    """
    listing = get_listing(uid, actor=actor)
    end = _get_revision(listing, number, path="n")
    if against is None:
        start = _revisions(listing).filter(revision__lt=number).order_by(*ORDER).first()
    else:
        start = _get_revision(listing, against, path="against")
    if not shows_documents(listing, actor):
        raise Missing("The product has left your markets, and its documents with it", path="uid")
    past = _Past(listing, [end, start] if start else [end], actor)
    told = {one.revision: one for one in past.tell()}
    found = differences(past.document(start) if start else None, past.document(end))
    return Comparison(
        listing, told[start.revision] if start else None, told[end.revision], found, past.is_restricted and bool(found)
    )


def get_listing(uid: UUID | str, *, actor: Actor) -> Listing:
    """A listing that the actor may see, without its document."""
    rows = Listing.objects.visible_to(actor).select_related("scope__channel", "scope__market", "channel")
    found = rows.defer("body", "problems").filter(uid=uid).first()
    if found is None:
        raise Missing("There is no such listing", path="uid")
    return found


def shows_documents(listing: Listing, actor: Actor) -> bool:
    """Whether the product is still in the actor's markets: of one that has left, nothing but the SKU is shown there."""
    actor = actor.within("syndication.view")
    if not actor.is_limited("market", CATEGORY):
        return True
    where = actor.where(market=placed_in_markets("root_id__in"), category=of_branches("root_id__in"))
    return Product.objects.filter(where, pk=listing.product_id).exists()


def differences(before: Json | None, after: Json | None) -> list[Difference]:
    """What differs between two documents, in the order of names; one that is None had nothing."""
    old, new = _parts(before), _parts(after)
    names = sorted(old.keys() | new.keys())
    return [Difference(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def _parts(document: Json | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in (document or {}).items():
        if name == "fields" and isinstance(value, dict):
            found |= {f"fields.{target}": one for target, one in value.items()}
        elif name == "media" and isinstance(value, list):
            for one in value:
                found.setdefault(f"media.{one['target']}", []).append(one)
        else:
            found[name] = value
    return found


def _revisions(listing: Listing) -> Any:
    return PublishedRevision.objects.filter(listing=listing).defer("replaced")


def _get_revision(listing: Listing, number: int, *, path: str) -> PublishedRevision:
    row: PublishedRevision | None = _revisions(listing).filter(revision=number).first()
    if row is None:
        raise Missing("The listing has no such revision", path=path)
    return row


class _Past:
    """Some revisions of one listing with the eyes of an actor."""

    def __init__(self, listing: Listing, rows: Sequence[PublishedRevision], actor: Actor) -> None:
        self.listing, self.rows = listing, rows
        self.kept: dict[str, str] = {}
        self.shown: dict[int, str] = {}
        self.is_restricted = False
        if shows_documents(listing, actor):
            self.kept = _texts(listing, {row.hash for row in rows if row.hash})
            cuts = cuts_of(listing.channel, {row.mapping_version for row in rows}, actor=actor)
            for row in rows:
                if row.hash in self.kept and (cut := cuts.get(row.mapping_version)):
                    self.shown[row.revision] = self._cut(self.kept[row.hash], cut)

    def _cut(self, text: str, cut: Cut) -> str:
        """The document as it was, or without what is hidden."""
        document = json.loads(text)
        fields = document.get("fields", {})
        self.is_restricted |= self.listing.channel.asks_restricted or cut.is_sensitive(fields)
        hidden = cut.hides(fields)
        if not hidden:
            return text
        told = {name: value for name, value in fields.items() if name not in hidden}
        return canonical_json(document | {"fields": told})

    def text(self, row: PublishedRevision) -> str | None:
        return self.shown.get(row.revision)

    def hash(self, row: PublishedRevision) -> str:
        """Of the whole document, for who sees it whole."""
        return row.hash if row.hash and self.text(row) == self.kept.get(row.hash, "") else ""

    def document(self, row: PublishedRevision) -> Json | None:
        text = self.text(row)
        return json.loads(text) if text else None

    def tell(self) -> list[Published]:
        """In the order of the rows, each with what it changed from the one after it in that order."""
        documents = {row.revision: self.document(row) for row in self.rows}
        told = _events(self.listing, documents.keys())
        found = []
        for row, older in zip_longest(self.rows, self.rows[1:]):
            event = told.get(row.revision)
            before, after = documents.get(older.revision) if older else None, documents[row.revision]
            found.append(
                Published(
                    revision=row.revision,
                    at=row.at,
                    is_live=bool(row.hash),
                    is_told=self.text(row) is not None,
                    hash=self.hash(row),
                    mapping_version=row.mapping_version,
                    event=event.type if event else "",
                    position=event.position if event else None,
                    actor=event.actor if event else "",
                    changes=differences(before, after) if before and after else [],
                )
            )
        return found


def _texts(listing: Listing, hashes: set[str]) -> dict[str, str]:
    """Documents by their hashes. The listing is read before the texts that were replaced: what it has no more by then,
    these have.
    """
    now = dict(Listing.objects.filter(pk=listing.pk, hash__in=hashes).values_list("hash", "body"))
    rows = PublishedRevision.objects.filter(listing=listing, replaced_hash__in=hashes - now.keys())
    return now | dict(rows.values_list("replaced_hash", "replaced"))


def _events(listing: Listing, revisions: Iterable[int]) -> dict[int, Event]:
    """The event that told each revision; a later one may name it again."""
    rows = Event.objects.filter(subject=listing.uid, type__in=TOLD_BY, data__revision__in=list(revisions))
    return {event.data["revision"]: event for event in rows.order_by("-position")}
