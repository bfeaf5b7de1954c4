"""Keeping listings as truth has them. Revisions come from the channel, under its row lock, just before the commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from associations.models import Binding
from dam.models import Preset, Rendition
from dam.queries.renditions import rendition_key
from dam.services.renditions import request_renditions
from delivery.services.publications import Published, forget_publications, record_publications
from foundation.core import moment
from foundation.core.actors import Actor, system
from foundation.events.catalogue import TYPES, EventType
from foundation.events.services import append_events, mark_dirty
from foundation.history.services import recorded
from foundation.jobs.services import set_timer
from foundation.markets.models import Channel, Scope
from pim.models import Product
from syndication import events
from syndication.choices import BINDING_TIMER, PROJECTION, ListingState
from syndication.models import FirstLive, Listing
from syndication.queries.documents import Draft, draft_listings
from syndication.services.rejections import close_rejections
from syndication.services.revisions import Former, keep_revisions

# One projector at a time for a model; taken in one order, so that two cannot wait for each other.
LOCK = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT hashtextextended('syndication.listings:' || root, 0) AS key
      FROM unnest(%s::bigint[]) AS root ORDER BY 1
) AS keys
"""
HOUSE = system("syndication")


@dataclass
class Change:
    """A listing that is not as it was. `before` is its state then, empty when it is new; `former` what was out;
    `is_told` when those outside must hear of it.
    """

    listing: Listing
    before: str
    former: Former
    is_told: bool


def refresh_listings(root_ids: Sequence[int]) -> None:
    """Bring the listings of these models up to date, as they should be at this moment. Run inside `recorded`."""
    at = moment.now()
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [list(root_ids)])
    drafts = draft_listings(root_ids, at=at)
    present = _present(root_ids)
    changes = [change for draft in drafts if (change := _compare(present.get(_key(draft)), draft, at))]
    placed = {_key(draft) for draft in drafts}
    gone = [listing for key, listing in present.items() if key not in placed]
    changes += [change for listing in gone if (change := _withdraw(listing, at))]
    _ask_for_renditions(drafts)
    _set_binding_timers(root_ids, at)
    _give_revisions([change.listing for change in changes if change.is_told])
    _write(changes)
    keep_revisions([(change.listing, change.former) for change in changes if change.is_told])
    _record_media(drafts, present, changes)
    _tell(changes, at)


def _present(root_ids: Sequence[int]) -> dict[tuple[int, int], Listing]:
    """The listings of what is in these models now: a product that left one takes its own along."""
    elsewhere = Product.objects.filter(pk=OuterRef("product_id")).exclude(root_id__in=root_ids)
    here = Product.objects.filter(root_id__in=root_ids).values("pk")
    rows = Listing.objects.filter(Q(root_id__in=root_ids) & ~Exists(elsewhere) | Q(product_id__in=here))
    return {(one.product_id, one.scope_id): one for one in rows}


def publish_product(product: Product, *, actor: Actor) -> list[Listing]:
    """Bring the listings of a product and of all of its model up to date now, without waiting for the sequencer."""
    actor = actor.require("syndication.publish")
    with recorded(actor):
        refresh_listings([product.root_id])
    return list(Listing.objects.visible_to(actor).filter(product_id=product.pk).select_related("scope"))


def model_ids() -> Iterable[int]:
    """Every model; a rebuild visits each."""
    return Product.objects.roots().order_by("pk").values_list("pk", flat=True).iterator()


def renew_listings_of_licence(licence_uid: UUID | str) -> None:
    """A term of the licence began or ended: look again at what its assets show."""
    shown = Binding.objects.active().filter(asset__asset_licences__licence__uid=licence_uid)
    mark_dirty(PROJECTION, shown.values_list("product__root_id", flat=True))


def renew_listings_of_model(root_id: int) -> None:
    """A binding of the model began or ended."""
    mark_dirty(PROJECTION, [root_id])


def _key(draft: Draft) -> tuple[int, int]:
    return draft.product.pk, draft.scope.pk


def _compare(present: Listing | None, draft: Draft, at: datetime) -> Change | None:
    """What has to change for the listing to be as the draft says, if anything."""
    listing = present or Listing(
        product_id=draft.product.pk,
        root_id=draft.product.root_id,
        scope=draft.scope,
        channel_id=draft.scope.channel_id,
        changed_at=at,
    )
    wanted = {
        "root_id": draft.product.root_id,
        "sku": draft.product.sku,
        "state": draft.state,
        "hash": draft.hash,
        "body": draft.body,
        "problems": draft.problems,
        "mapping_version": draft.mapping_version,
    }
    if present is not None and all(getattr(present, name) == value for name, value in wanted.items()):
        return None
    before, former = listing.state if present else "", Former(listing.hash, listing.body)
    is_told = listing.hash != draft.hash
    for name, value in wanted.items():
        setattr(listing, name, value)
    listing.changed_at = at if is_told else listing.changed_at
    return Change(listing, before, former, is_told)


def _withdraw(listing: Listing, at: datetime) -> Change | None:
    """It is not placed there any more."""
    if listing.state == ListingState.TOMBSTONE and not listing.problems:
        return None
    before, former, is_told = listing.state, Former(listing.hash, listing.body), listing.is_live
    listing.state, listing.hash, listing.body, listing.problems = ListingState.TOMBSTONE, "", "", []
    listing.changed_at = at if is_told else listing.changed_at
    return Change(listing, before, former, is_told)


def _give_revisions(listings: list[Listing]) -> None:
    """The channel's row stays locked until the commit: so revision order is commit order, and no cursor skips."""
    by_channel: dict[int, list[Listing]] = defaultdict(list)
    for listing in listings:
        by_channel[listing.channel_id].append(listing)
    for channel in Channel.objects.select_for_update().filter(pk__in=by_channel).order_by("pk"):
        for listing in sorted(by_channel[channel.pk], key=lambda one: (one.product_id, one.scope_id)):
            channel.last_revision += 1
            listing.revision = channel.last_revision
        channel.save(update_fields=["last_revision"])


def _write(changes: list[Change]) -> None:
    new = [change.listing for change in changes if not change.before]
    old = [change.listing for change in changes if change.before]
    fields = ["root_id", "sku", "state", "hash", "revision", "body", "problems", "mapping_version", "changed_at"]
    Listing.objects.bulk_create(new, batch_size=500)
    Listing.objects.bulk_update(old, fields, batch_size=200)


def _record_media(drafts: list[Draft], present: dict[tuple[int, int], Listing], changes: list[Change]) -> None:
    """Which assets are out, for delivery, in the same transaction; all of them each time, so that a rebuild heals."""
    listings = {(one.product_id, one.scope_id): one for one in [*present.values(), *(c.listing for c in changes)]}
    live = {_key(draft): draft for draft in drafts if draft.state == ListingState.LIVE}
    out = [
        Published(
            listings[key].uid,
            draft.scope.channel.code,
            draft.scope.market.code,
            draft.asset_ids,
            listings[key].root_id,
        )
        for key, draft in live.items()
    ]
    record_publications(out)
    forget_publications([listing.uid for key, listing in listings.items() if key not in live])


def _tell(changes: list[Change], at: datetime) -> None:
    rows: dict[str, list[tuple[UUID, dict[str, object]]]] = defaultdict(list)
    scopes = Scope.objects.select_related("channel", "market").in_bulk({change.listing.scope_id for change in changes})
    for change in changes:
        if kind := _event_of(change):
            listing = change.listing
            payload: dict[str, object] = {"sku": listing.sku, "revision": listing.revision}
            payload |= _codes(scopes[listing.scope_id])
            rows[kind.name].append((listing.uid, payload))
    for name, of_kind in rows.items():
        append_events(TYPES[name], sorted(of_kind, key=lambda row: row[0]))
    gone = [change.listing for change in changes if change.listing.state == ListingState.TOMBSTONE]
    close_rejections([one.pk for one in gone], outcome="withdrawn", actor=HOUSE)
    _note_first_live([change.listing for change in changes if change.listing.is_live], scopes, at)


def _event_of(change: Change) -> EventType | None:
    if change.listing.is_live:
        return events.LISTING_PUBLISHED if change.is_told else None
    if change.listing.state == change.before:
        return None
    if change.listing.state == ListingState.HELD:
        return events.LISTING_HELD
    return events.LISTING_WITHDRAWN if change.is_told else None


def _note_first_live(live: list[Listing], scopes: dict[int, Scope], at: datetime) -> None:
    first = {one.product_id: one for one in reversed(live)}
    known = set(FirstLive.objects.filter(product_id__in=first).values_list("product_id", flat=True))
    new = sorted(first.keys() - known)
    FirstLive.objects.bulk_create([FirstLive(product_id=product, at=at) for product in new])
    uids = dict(Product.objects.filter(pk__in=new).values_list("pk", "uid")) if new else {}
    rows = [(uids[product], {"sku": first[product].sku} | _codes(scopes[first[product].scope_id])) for product in new]
    append_events(events.FIRST_LIVE, sorted(rows, key=lambda row: row[0]))


def _codes(scope: Scope) -> dict[str, str]:
    return {"channel": scope.channel.code, "market": scope.market.code, "locale": scope.locale_id}


def _ask_for_renditions(drafts: list[Draft]) -> None:
    """What is out must be there to be fetched: ask for the renditions that nobody has asked for."""
    wanted = {
        rendition_key(one.version, one.preset): (one.version, one.preset)
        for draft in drafts
        if draft.state == ListingState.LIVE
        for one in draft.media
    }
    known = set(Rendition.objects.filter(key__in=wanted).values_list("key", flat=True)) if wanted else set()
    missing: dict[int, list[Preset]] = defaultdict(list)
    versions = {version.pk: version for version, _ in wanted.values()}
    for key in sorted(wanted.keys() - known):
        missing[wanted[key][0].pk].append(wanted[key][1])
    for pk, presets in sorted(missing.items()):
        request_renditions(versions[pk], presets=presets, actor=HOUSE)


def _set_binding_timers(root_ids: Sequence[int], at: datetime) -> None:
    """A binding that begins or ends later is a change then."""
    later = Q(starts_at__gt=at) | Q(ends_at__gt=at)
    rows = Binding.objects.active().filter(later, product__root_id__in=root_ids)
    next_at: dict[int, datetime] = {}
    for root, *moments in rows.values_list("product__root_id", "starts_at", "ends_at"):
        for when in moments:
            if when is not None and when > at:
                next_at[root] = min(when, next_at.get(root, when))
    for root, when in sorted(next_at.items()):
        set_timer(BINDING_TIMER, str(root), when)
