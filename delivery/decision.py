"""May this link be served at this moment? Token and facts in, what to send or a named refusal out.

No tables, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dam.verdict import LicenceFacts, TermFacts, decide
from delivery.errors import BY_VERDICT, UnknownMedia, Unpublished, WrongAudience
from foundation.links.tokens import GrantToken, ListingToken, Token

PREVIEW = "preview"
CEILING = 300  # seconds that anyone outside may keep what has no limit at all
ASK_EACH_TIME = "private, no-cache"


@dataclass(frozen=True)
class RenditionFacts:
    """The preset's rendition of the version, asked for already; its bytes are there once it is done."""

    is_done: bool
    is_failed: bool
    sha256: str
    media_type: str
    length: int


@dataclass(frozen=True)
class Facts:
    """What the database says about a token's subject, in one round trip."""

    asset_id: int
    is_present: bool
    is_approved: bool
    version_id: int | None
    has_preset: bool
    channel_use: str | None
    territories: frozenset[str] | None
    is_published: bool
    audience_may: bool
    licences: tuple[LicenceFacts, ...] = ()
    rendition: RenditionFacts | None = None


@dataclass(frozen=True)
class Permission:
    """Yes: what to send, once it is rendered, and how long it may be kept outside, as Cache-Control."""

    cache_control: str
    version_id: int
    rendition: RenditionFacts | None


def wanted_version(token: Token) -> int | None:
    """The number of the version to serve, or None for the current approved one.

    Previews show people inside the house what is not approved yet; everything else is what was approved.
    """
    return token.version if isinstance(token, GrantToken) and token.use == PREVIEW else None


def permit(token: Token, facts: Facts | None, *, at: datetime, country: str | None = None) -> Permission:
    """Decide, or raise a `NotServed` with its reason.

    Rights come before publication: the reason stays the same when the listing has been withdrawn in the
    meantime for the same cause.
    """
    if facts is None or not facts.is_present or not facts.has_preset or facts.version_id is None:
        raise UnknownMedia("The asset, its version or the preset does not exist, or not any more")
    if isinstance(token, ListingToken):
        cache_control = _permit_listing(token, facts, at)
    else:
        cache_control = _permit_grant(token, facts, at, country)
    return Permission(cache_control, facts.version_id, facts.rendition)


def _permit_listing(token: ListingToken, facts: Facts, at: datetime) -> str:
    if facts.channel_use is None or facts.territories is None:
        raise UnknownMedia("The channel or the market does not exist any more")
    if not facts.is_approved:
        raise Unpublished("The asset is not approved")
    _ask_rights(facts, token.channel, facts.territories, facts.channel_use, at)
    if not facts.is_published:
        raise Unpublished(f"No live listing of the channel {token.channel} uses the asset")
    if any(map(_has_limits, facts.licences)):
        return ASK_EACH_TIME
    return f"public, max-age={CEILING}"  # nothing limits it, so no boundary lies ahead


def _permit_grant(token: GrantToken, facts: Facts, at: datetime, country: str | None) -> str:
    if not facts.audience_may:
        raise WrongAudience("Sign in again, or ask for a link of your own")
    if token.use != PREVIEW:
        if not facts.is_approved:
            raise Unpublished("The asset is not approved")
        # Without a country the licence must cover the whole world.
        _ask_rights(facts, "", frozenset({country} if country else ()), token.use, at)
    return ASK_EACH_TIME


def _ask_rights(facts: Facts, channel: str, territories: frozenset[str], use: str, at: datetime) -> None:
    verdict = decide(facts.licences, channel=channel, territories=territories, use=use, at=at)
    if not verdict.allowed:
        raise BY_VERDICT[verdict.code](verdict.reason)


def _has_limits(licence: LicenceFacts) -> bool:
    return licence.revoked_at is not None or any(map(_is_limited, licence.terms))


def _is_limited(term: TermFacts) -> bool:
    limits = (term.territories, term.uses, term.channels, term.starts_at, term.ends_at)
    return not term.is_grant or any(limits)
