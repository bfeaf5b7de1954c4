"""How somebody signs in, and where they are signed in now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.urls import reverse

from foundation.accounts.models import Provider, User

SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
           ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))


@dataclass(frozen=True)
class PasskeyRow:
    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class WayIn:
    name: str
    url: str


@dataclass(frozen=True)
class LinkRow:
    """A provider, beside somebody."""

    code: str
    name: str
    is_linked: bool


@dataclass(frozen=True)
class SessionRow:
    """One browser that somebody is signed in with."""

    id: int
    device: str
    address: str
    since: datetime
    seen_at: datetime
    is_here: bool


@dataclass(frozen=True)
class Factors:
    """What somebody shows when they sign in."""

    has_password: bool
    app_since: datetime | None
    passkeys: Sequence[PasskeyRow]
    codes_left: int | None

    @property
    def words(self) -> str:
        """In short, for who looks after people."""
        told = [f"{len(self.passkeys)} passkey{'s' if len(self.passkeys) > 1 else ''}"] if self.passkeys else []
        told += ["an authenticator app"] if self.app_since else []
        return " and ".join(told)


def factors_of(user: User) -> Factors:
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    of = {one.type: one for one in found}
    app, codes = of.get(Authenticator.Type.TOTP), of.get(Authenticator.Type.RECOVERY_CODES)
    return Factors(
        has_password=user.has_usable_password(),
        app_since=app.created_at if app else None,
        passkeys=[
            PasskeyRow(one.pk, one.wrap().name, one.created_at, one.last_used_at)
            for one in found
            if one.type == Authenticator.Type.WEBAUTHN
        ],
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
    )


def sessions_of(user: User, *, session_key: str = "") -> list[SessionRow]:
    """Where somebody is signed in, the one of this key first, then the last seen. What has run out is left out."""
    rows = [
        SessionRow(one.pk, device_of(one.user_agent), one.ip, one.created_at, one.last_seen_at,
                   one.session_key == session_key)
        for one in UserSession.objects.purge_and_list(user)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row.is_here, -row.seen_at.timestamp()))


def ways_in(following: str = "") -> list[WayIn]:
    """The providers that are open, and where one comes by them; `following` is where one wants to."""
    query = f"?{urlencode({'next': following})}" if following else ""
    return [
        WayIn(one.name, reverse(f"{one.kind}_login", args=[one.code]) + query)
        for one in Provider.objects.filter(is_open=True).order_by("name")
    ]


def links_of(user: User) -> list[LinkRow]:
    """Every open provider, and whether one signs in by it."""
    linked = set(SocialAccount.objects.filter(user=user).values_list("provider", flat=True))
    found = Provider.objects.filter(is_open=True) | Provider.objects.filter(code__in=linked)
    return [LinkRow(one.code, one.name, one.code in linked) for one in found.order_by("name")]


def device_of(user_agent: str) -> str:
    """`Firefox on Windows`, or what the browser calls itself."""
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    browser = next((name for mark, name in BROWSERS if re.search(rf"\b{mark}", user_agent)), "")
    return " on ".join(filter(None, [browser, system])) or user_agent[:60] or "Unknown"
