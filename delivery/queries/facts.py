"""All that a decision needs, in one round trip. Rows come as psycopg gives them; delivery has no ORM at a request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from dam.recipes import complete_recipe, engine, hash_recipe
from dam.verdict import LicenceFacts, TermFacts
from delivery.decision import Facts, RenditionFacts, wanted_version
from foundation.links.tokens import GrantToken, ListingToken, Token

SQL = """
SELECT a.id, a.deleted_at IS NULL, a.state = 'approved' AND v.state = 'approved', v.id, p.body::text, c.use,
  m.territories,
  EXISTS (SELECT FROM delivery_publication d WHERE d.asset_id = a.id AND d.channel = %(channel)s),
  EXISTS (
    SELECT FROM accounts_user u
     WHERE u.id = coalesce(%(user)s::bigint, (
           SELECT k.user_id FROM accounts_apikey k WHERE k.prefix = %(key)s::text
              AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %(at)s)))
       AND u.is_active AND (u.closings = %(closings)s OR %(key)s::text IS NOT NULL)
       AND (u.is_superuser OR EXISTS (
           SELECT FROM accounts_grant g JOIN accounts_roledefinition r ON r.code = g.role
            WHERE r.permissions && ARRAY['*', 'dam.view'] AND (g.user_id = u.id OR g.group_id IN (
               SELECT m.group_id FROM accounts_membership m WHERE m.user_id = u.id))))),
  (SELECT coalesce(json_agg(json_build_array(l.uid, l.revoked_at, (
            SELECT coalesce(json_agg(json_build_array(
                     t.is_grant, t.territories, t.uses, t.channels, t.starts_at, t.ends_at)), '[]')
              FROM dam_licenceterm t WHERE t.licence_id = l.id))), '[]')
     FROM dam_assetlicence al JOIN dam_licence l ON l.id = al.licence_id WHERE al.asset_id = a.id),
  (SELECT coalesce(json_object_agg(r.recipe_id, json_build_array(r.state, r.sha256, r.media_type, r.bytes)), '{}')
     FROM dam_rendition r WHERE r.source_sha256 = v.blob_id AND r.engine = %(engine)s)
  FROM dam_asset a
  LEFT JOIN dam_assetversion v ON v.asset_id = a.id
       AND (v.number = %(version)s::int OR %(version)s::int IS NULL AND v.id = a.current_version_id)
  LEFT JOIN dam_preset p ON p.code = %(preset)s
  LEFT JOIN markets_channel c ON c.code = %(channel)s
  LEFT JOIN markets_market m ON m.code = %(market)s
 WHERE a.uid = %(asset)s
"""


def question(token: Token, *, at: datetime) -> dict[str, Any]:
    """The parameters of SQL for a token."""
    listing = token if isinstance(token, ListingToken) else None
    kind, _, name = token.audience.partition(":") if isinstance(token, GrantToken) else ("", "", "")
    number, _, closings = name.partition(".")
    version = wanted_version(token)
    return {
        "asset": token.asset,
        "version": None if version is None else min(version, 2**31 - 1),
        "preset": token.preset,
        "channel": listing.channel if listing else "",
        "market": listing.market if listing else "",
        "user": int(number) if kind == "user" and number.isdecimal() and len(number) < 19 else None,
        "closings": int(closings) if closings.isdecimal() and len(closings) < 9 else 0,
        "key": name if kind == "key" else None,
        "engine": engine(),
        "at": at,
    }


def facts_of(row: Sequence[Any] | None) -> Facts | None:
    """One row of SQL as facts, or None when there is no such asset."""
    if row is None:
        return None
    asset_id, is_present, is_approved, version_id, preset, use, territories, published, audience, licences, made = row
    return Facts(
        asset_id=asset_id,
        is_present=is_present,
        is_approved=bool(is_approved),
        version_id=version_id,
        has_preset=preset is not None,
        channel_use=use,
        territories=None if territories is None else frozenset(territories),
        is_published=published,
        audience_may=audience,
        licences=tuple(LicenceFacts(uid, tuple(map(_term, terms)), _moment(end)) for uid, end, terms in licences),
        rendition=_rendition(made.get(_recipe_hash(preset))) if preset is not None else None,
    )


def _term(row: Sequence[Any]) -> TermFacts:
    is_grant, territories, uses, channels, starts_at, ends_at = row
    return TermFacts(
        is_grant, frozenset(territories), frozenset(uses), frozenset(channels), _moment(starts_at), _moment(ends_at)
    )


def _rendition(row: Sequence[Any] | None) -> RenditionFacts | None:
    if row is None:
        return None
    state, sha256, media_type, length = row
    return RenditionFacts(state == "done", state == "failed", sha256 or "", media_type, length or 0)


def _moment(text: str | None) -> datetime | None:
    """A moment as Postgres writes it into JSON."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


@lru_cache(maxsize=1024)
def _recipe_hash(body: str) -> str:
    return hash_recipe(complete_recipe(json.loads(body)))
