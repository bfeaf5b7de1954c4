"""What may be served, as a table: token and facts in, permission or a named refusal out."""  # V1

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from dam.verdict import LicenceFacts, TermFacts
from delivery.decision import Facts, permit, wanted_version
from foundation.core.errors import TandemError
from foundation.links.tokens import GrantToken, ListingToken

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LISTING = ListingToken(uuid4(), 1, "card", "shop", "DACH")
PREVIEW = GrantToken(LISTING.asset, 4, "card", "user:7", "preview", 0)
DOWNLOAD = replace(PREVIEW, use="download")
FREE = (LicenceFacts("a", (TermFacts(),)),)
FACTS = Facts(
    asset_id=1,
    is_present=True,
    is_approved=True,
    version_id=1,
    has_preset=True,
    channel_use="web",
    territories=frozenset({"DE", "AT"}),
    is_published=True,
    audience_may=True,
    licences=FREE,
)


def licence(revoked_at=None, **term):
    return LicenceFacts("a", (TermFacts(**{name: _set(value) for name, value in term.items()}),), revoked_at)


def _set(value):
    return frozenset(value) if isinstance(value, list) else value


def answer(token, at=AT, country=None, **changes):
    try:
        return permit(token, replace(FACTS, **changes), at=at, country=country).cache_control
    except TandemError as refusal:
        return refusal.status, refusal.code


EACH_TIME = "private, no-cache"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "public, max-age=300"),
        ({"licences": (licence(territories=["DE", "AT", "CH"]),)}, EACH_TIME),
        ({"licences": (licence(ends_at=AT + SECOND),)}, EACH_TIME),
        ({"licences": (licence(revoked_at=AT + SECOND),)}, EACH_TIME),
        ({"licences": (*FREE, licence(territories=["FR"], is_grant=False))}, EACH_TIME),
        ({"licences": (*FREE, licence(uses=["print"]))}, EACH_TIME),
        ({"licences": ()}, (403, "no-licence")),
        ({"licences": (licence(ends_at=AT),)}, (410, "expired")),
        ({"licences": (licence(starts_at=AT + SECOND),)}, (403, "embargoed")),
        ({"licences": (licence(starts_at=AT),)}, EACH_TIME),
        ({"licences": (licence(revoked_at=AT),)}, (410, "revoked")),
        ({"licences": (licence(territories=["DE"]),)}, (451, "territory")),
        ({"licences": (licence(channels=["bazaar"]),)}, (403, "channel")),
        ({"licences": (licence(uses=["print"]),)}, (403, "use")),
        ({"licences": (*FREE, licence(territories=["AT"], is_grant=False))}, (403, "excluded")),
        ({"is_published": False}, (404, "unpublished")),
        ({"is_published": False, "licences": (licence(ends_at=AT),)}, (410, "expired")),
        ({"is_approved": False}, (404, "unpublished")),
        ({"is_present": False}, (404, "unknown-media")),
        ({"version_id": None}, (404, "unknown-media")),
        ({"has_preset": False}, (404, "unknown-media")),
        ({"channel_use": None}, (404, "unknown-media")),
        ({"territories": None}, (404, "unknown-media")),
        ({"audience_may": False}, "public, max-age=300"),
    ],
)
def test_listing_links(changes, expected):
    assert answer(LISTING, **changes) == expected


@pytest.mark.parametrize(
    ("token", "country", "changes", "expected"),
    [
        (PREVIEW, None, {}, EACH_TIME),
        (PREVIEW, None, {"licences": (), "is_approved": False, "is_published": False}, EACH_TIME),
        (PREVIEW, None, {"audience_may": False}, (403, "wrong-audience")),
        (PREVIEW, None, {"is_present": False}, (404, "unknown-media")),
        (DOWNLOAD, None, {}, EACH_TIME),
        (DOWNLOAD, None, {"audience_may": False}, (403, "wrong-audience")),
        (DOWNLOAD, None, {"is_approved": False}, (404, "unpublished")),
        (DOWNLOAD, None, {"licences": ()}, (403, "no-licence")),
        (DOWNLOAD, None, {"licences": (licence(territories=["DE"]),)}, (451, "territory")),
        (DOWNLOAD, "DE", {"licences": (licence(territories=["DE"]),)}, EACH_TIME),
        (DOWNLOAD, "FR", {"licences": (licence(territories=["DE"]),)}, (451, "territory")),
        (DOWNLOAD, "DE", {"licences": (licence(channels=["shop"]),)}, (403, "channel")),
        (DOWNLOAD, None, {"licences": (licence(uses=["web"]),)}, (403, "use")),
    ],
)
def test_granted_links(token, country, changes, expected):
    assert answer(token, country=country, **changes) == expected


def test_nothing_known_is_nothing_served():
    with pytest.raises(TandemError, match="does not exist"):
        permit(LISTING, None, at=AT)


def test_only_previews_see_a_version_of_their_own():
    assert (wanted_version(LISTING), wanted_version(DOWNLOAD), wanted_version(PREVIEW)) == (None, None, 4)
