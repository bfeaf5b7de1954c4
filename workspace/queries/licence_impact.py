"""What a change of a licence does to live listings, counted before it is made.

Assets are grouped by the licences that hold for them: a verdict depends on nothing else of an asset. So a licence for
a hundred thousand assets costs as many verdicts as there are combinations of licences, channels and markets, and the
counting is one statement. Counts are kept to the actor's channels and markets, not to who may read listings: whoever
may end a right is told what that touches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from associations.models import Binding
from dam.models import Licence
from dam.queries.rights import facts_of_licences
from dam.verdict import LicenceFacts, TermFacts, decide
from foundation.core import moment
from foundation.core.actors import CATEGORY, Actor
from foundation.markets.models import Channel, Market, Scope
from pim.models import Product
from pim.models.classifications import of_branches

HELD = """
WITH held AS (
    SELECT asset_id, array_agg(licence_id ORDER BY licence_id)::text AS licences FROM dam_assetlicence
     WHERE asset_id IN (SELECT asset_id FROM dam_assetlicence WHERE licence_id = %(licence)s) GROUP BY asset_id
)
"""
SETS = HELD + "SELECT DISTINCT licences FROM held"  # noqa: S608  constants alone
PLACED = """
JOIN unnest(%(sets)s::text[], %(channels)s::text[], %(markets)s::text[]) AS w(licences, channel, market)
  ON w.licences = h.licences
"""
# What is out: the last row has the totals.
LOST = f"""{HELD}
SELECT p.channel, p.market, count(DISTINCT p.listing), count(DISTINCT p.asset_id) FROM held h {PLACED}
  JOIN delivery_publication p ON p.asset_id = h.asset_id AND p.channel = w.channel AND p.market = w.market
   AND (%(roots)s::bigint[] IS NULL OR p.root_id = ANY(%(roots)s))
 GROUP BY GROUPING SETS ((p.channel, p.market), ())
"""  # noqa: S608  constants alone
# What is bound and approved, and kept from listings that exist by its rights alone.
GAINED = f"""{HELD}
SELECT w.channel, w.market, count(DISTINCT l.id), count(DISTINCT h.asset_id) FROM held h {PLACED}
  JOIN dam_asset a ON a.id = h.asset_id AND a.state = 'approved' AND a.deleted_at IS NULL
  JOIN associations_binding b ON b.asset_id = h.asset_id AND b.status = 'active'
  JOIN pim_product shown ON shown.id = b.product_id AND (%(roots)s::bigint[] IS NULL OR shown.root_id = ANY(%(roots)s))
  JOIN syndication_listing l ON l.root_id = shown.root_id AND l.state <> 'tombstone'
  JOIN pim_product sold ON sold.id = l.product_id AND b.product_id IN (sold.id, sold.parent_id, sold.root_id)
  JOIN markets_scope s ON s.id = l.scope_id
  JOIN markets_channel c ON c.id = s.channel_id AND c.code = w.channel
  JOIN markets_market m ON m.id = s.market_id AND m.code = w.market
 GROUP BY GROUPING SETS ((w.channel, w.market), ())
"""  # noqa: S608  constants alone


@dataclass(frozen=True)
class Place:
    """A channel in a market, as rights ask for it."""

    channel: str
    market: str
    label: str
    use: str
    territories: frozenset[str]


@dataclass(frozen=True)
class PlaceImpact:
    label: str
    listings: int
    pictures: int


@dataclass(frozen=True)
class Count:
    """How many listings and pictures, in all and by place."""

    listings: int
    pictures: int
    places: list[PlaceImpact]


@dataclass(frozen=True)
class Impact:
    """`lost` is exact; `gained` says how many listings may show a picture more, roles and rules permitting."""

    lost: Count
    gained: Count

    @property
    def is_nothing(self) -> bool:
        return not (self.lost.listings or self.gained.listings)


def impact_of_revoking(licence: Licence, *, actor: Actor) -> Impact:
    """If it ended now."""
    return _impact(licence, lambda facts, at: replace(facts, revoked_at=at), actor)


def impact_of_terms(licence: Licence, terms: Iterable[TermFacts], *, actor: Actor) -> Impact:
    """If it had these terms."""
    wanted = tuple(terms)
    return _impact(licence, lambda facts, _: replace(facts, terms=wanted), actor)


def still_out(licence: Licence, *, actor: Actor) -> Count:
    """What live listings still name although it is refused by now: their links are dead, they are being rewritten."""
    at, places = moment.now(), _places(actor)
    facts, sets = _facts(licence)
    refused = [(key, place) for key, ids in sets.items() for place in places if not _may(place, facts, ids, at)]
    return _count(LOST, licence, refused, _roots(licence, actor))


def _impact(licence: Licence, changed: Callable[[LicenceFacts, datetime], LicenceFacts], actor: Actor) -> Impact:
    at, places = moment.now(), _places(actor)
    before, sets = _facts(licence)
    if licence.pk not in before:
        return Impact(Count(0, 0, []), Count(0, 0, []))
    after = before | {licence.pk: changed(before[licence.pk], at)}
    lost, gained = [], []
    for key, ids in sets.items():
        for place in places:
            was, will = _may(place, before, ids, at), _may(place, after, ids, at)
            if was and not will:
                lost.append((key, place))
            elif will and not was:
                gained.append((key, place))
    roots = _roots(licence, actor)
    return Impact(_count(LOST, licence, lost, roots), _count(GAINED, licence, gained, roots))


def _facts(licence: Licence) -> tuple[dict[int, LicenceFacts], dict[str, list[int]]]:
    """The licences that meet in the licence's assets, and the sets in which they do, by the name SQL gives a set."""
    with connection.cursor() as cursor:
        cursor.execute(SETS, {"licence": licence.pk})
        sets = {key: [int(one) for one in key.strip("{}").split(",")] for (key,) in cursor.fetchall()}
    return facts_of_licences({pk for ids in sets.values() for pk in ids}), sets


def _may(place: Place, facts: Mapping[int, LicenceFacts], ids: list[int], at: datetime) -> bool:
    held = [facts[pk] for pk in ids]
    return decide(held, channel=place.channel, territories=place.territories, use=place.use, at=at).allowed


def _places(actor: Actor) -> list[Place]:
    """Each channel and market where the house publishes and the actor works."""
    scopes = Scope.objects.visible_to(actor).order_by("channel_id", "market_id")
    pairs = scopes.values_list("channel_id", "market_id").distinct()
    channels, markets = Channel.objects.in_bulk(), Market.objects.in_bulk()
    return [_place(channels[channel], markets[market]) for channel, market in pairs]


def _place(channel: Channel, market: Market) -> Place:
    label = f"{channel.name or channel.code} · {market.name or market.code}"
    return Place(channel.code, market.code, label, channel.use, frozenset(market.territories))


def _roots(licence: Licence, actor: Actor) -> list[int] | None:
    """The products of the actor's branches that its assets show; None for who ends in no branch."""
    if not actor.is_anywhere_limited(CATEGORY):
        return None
    shown = Binding.objects.filter(asset__asset_licences__licence=licence).values("product__root_id")
    rows = Product.objects.filter(actor.where(category=of_branches("pk__in")), pk__in=shown)
    return list(rows.values_list("pk", flat=True))


def _count(sql: str, licence: Licence, cases: list[tuple[str, Place]], roots: list[int] | None) -> Count:
    if not cases:
        return Count(0, 0, [])
    parameters: dict[str, Any] = {
        "licence": licence.pk,
        "roots": roots,
        "sets": [key for key, _ in cases],
        "channels": [place.channel for _, place in cases],
        "markets": [place.market for _, place in cases],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    labels = {(place.channel, place.market): place.label for _, place in cases}
    places = [PlaceImpact(labels[row[0], row[1]], row[2], row[3]) for row in rows if row[0] is not None]
    listings, pictures = next(((row[2], row[3]) for row in rows if row[0] is None), (0, 0))
    return Count(listings, pictures, sorted(places, key=lambda one: one.label))
