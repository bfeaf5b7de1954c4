"""Reading what is published, without building objects: the stored text goes out as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.hashing import canonical_json, sha256_bytes
from foundation.events.models import Sequence
from foundation.markets.models import Channel
from syndication.choices import ListingState
from syndication.models import Listing


@dataclass(frozen=True)
class Window:
    """Which listings a page has: what decides its ETag is read before any document is."""

    epoch: int
    revisions: list[int]
    next_cursor: int
    has_more: bool
    etag: str


@dataclass(frozen=True)
class Document:
    """What is out of a listing: its hash, its text, and whether its channel receives what is not public."""

    hash: str
    body: str
    is_restricted: bool


def get_published_channel(code: str, *, actor: Actor) -> Channel:
    """The channel, if the actor may see what is published there."""
    channel = Channel.objects.visible_to(actor).filter(code=code).first() if actor.may("syndication.view") else None
    if channel is None:
        raise Missing(f"There is no channel {code!r}", path="channel")
    return channel


def read_window(channel: Channel, *, actor: Actor, cursor: int, limit: int) -> Window:
    """The revisions above the cursor, in the order in which they were committed."""
    rows = Listing.objects.visible_to(actor).filter(channel=channel, revision__gt=cursor)
    found = list(rows.order_by("revision").values_list("revision", flat=True)[: limit + 1])
    revisions = [one for one in found[:limit] if one is not None]
    epoch = Sequence.objects.filter(id=1).values_list("epoch", flat=True).first() or 1
    seed = f"{epoch}/{channel.code}/{cursor}/{len(found) > limit}/{','.join(map(str, revisions))}"
    return Window(
        epoch=epoch,
        revisions=revisions,
        next_cursor=revisions[-1] if revisions else cursor,
        has_more=len(found) > limit,
        etag=sha256_bytes(seed.encode())[:32],
    )


def read_page(channel: Channel, *, window: Window) -> str:
    """The page as JSON. A revision that was overtaken since the window was read is left out: it comes later."""
    rows = Listing.objects.filter(channel=channel, revision__in=window.revisions).order_by("revision")
    fields = ("uid", "sku", "scope__market__code", "scope__locale_id", "state", "revision", "hash", "body")
    listings = ",".join(_entry(row) for row in rows.values_list(*fields))
    head = canonical_json(
        {
            "channel": channel.code,
            "epoch": window.epoch,
            "has_more": window.has_more,
            "next": str(window.next_cursor),
        }
    )
    return f'{head[:-1]},"listings":[{listings}]}}'


def _entry(row: tuple[Any, ...]) -> str:
    uid, sku, market, locale, state, revision, digest, body = row
    is_live = state == ListingState.LIVE
    head = canonical_json(
        {
            "uid": str(uid),
            "sku": sku,
            "market": market,
            "locale": locale,
            "state": "live" if is_live else "withdrawn",
            "revision": revision,
            "hash": digest,
        }
    )
    return f'{head[:-1]},"document":{body if is_live else "null"}}}'


def read_document(uid: UUID | str, *, actor: Actor) -> Document:
    """One live listing. Raises `Missing` for what is not out, or not for the actor."""
    rows = Listing.objects.visible_to(actor).live().filter(uid=uid)
    for found in rows.values_list("hash", "body", "channel__asks_restricted"):
        return Document(*found)
    raise Missing("There is no such listing, or it is out no more", path="uid")
