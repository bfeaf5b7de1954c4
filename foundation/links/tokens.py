"""Two kinds of delivery token, signed with HMAC-SHA256 (RFC 2104), 128 bits of it kept.

`L` listing tokens name asset, version, preset, channel and market, and have no expiry of their own: rights are
asked at every request. `G` grant tokens (previews, downloads) name an audience and end at a stated second.

Form: kind, key id, `.`, payload, `.`, signature; the last two base64url without padding (RFC 4648 section 5). A
token has one spelling only: its text is signed as it stands, and nothing but the canonical encoding is read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from foundation.core.errors import Invalid
from foundation.links.errors import BadToken, TokenOver

SIGNATURE_BYTES = 16
KEY_BYTES = 16
LONGEST = 600  # characters of a whole token
LONGEST_WORD = 100  # characters of a preset, channel, market, audience or use
LARGEST = 2**53 - 1  # the largest whole number that every JSON reader keeps exactly
KEY_ID = re.compile(r"[A-Za-z0-9]{1,16}")
FORM = re.compile(r"([LG])([A-Za-z0-9]{1,16})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class ListingToken:
    """What a published document links to. `version` makes new content a new URL; the current one is served."""

    asset: UUID
    version: int
    preset: str
    channel: str
    market: str


@dataclass(frozen=True)
class GrantToken:
    """What a person or a link may fetch until `expires` (seconds since 1970, UTC)."""

    asset: UUID
    version: int
    preset: str
    audience: str
    use: str
    expires: int


Token = ListingToken | GrantToken


@dataclass(frozen=True)
class KeyRing:
    """Signing keys by id; the first signs, all verify. No text made of a ring shows a key."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, items: list[str]) -> KeyRing:
        """From `id:hex` items, newest first."""
        keys: dict[str, bytes] = {}
        for item in items:
            name, _, secret = item.partition(":")
            key = _key(secret)
            if not KEY_ID.fullmatch(name) or key is None or name in keys:
                raise ValueError(
                    "LINK_KEYS must read id:hex,id:hex; ids of 1 to 16 letters and digits, each once; "
                    f"keys of at least {KEY_BYTES} bytes"
                )
            keys[name] = key
        return cls(keys)

    def sign(self, token: Token) -> str:
        """The token as text. Raises `Invalid` for one that `verify` would not read."""
        key_id = next(iter(self.keys), None)
        if key_id is None:
            raise ValueError("LINK_KEYS is empty: no delivery link can be made")
        kind, values = _payload(token)
        if not _is_sound(kind, values):
            raise Invalid(f"No link can be made of this: codes have 1 to {LONGEST_WORD} characters, numbers no sign")
        payload = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
        head = f"{kind}{key_id}.{_encode(payload.encode())}"
        text = f"{head}.{_encode(self._signature(key_id, head))}"
        if len(text) > LONGEST:
            raise Invalid(f"The link would be longer than {LONGEST} characters; shorten its codes")
        return text

    def verify(self, text: str, *, at: float) -> Token:
        """The token, if it was signed here and has not ended at the given second. Raises `BadToken`, `TokenOver`."""
        match = FORM.fullmatch(text) if len(text) <= LONGEST else None
        if match is None or match[2] not in self.keys:
            raise BadToken("The link is not one of ours")
        head, _, signature = text.rpartition(".")
        if not hmac.compare_digest(_encode(self._signature(match[2], head)), signature):
            raise BadToken("The link's signature does not fit")
        token = _token(match[1], match[3])
        if isinstance(token, GrantToken) and at >= token.expires:
            raise TokenOver("The link was good until a moment that has passed; ask for a new one")
        return token

    def _signature(self, key_id: str, head: str) -> bytes:
        return hmac.new(self.keys[key_id], head.encode(), hashlib.sha256).digest()[:SIGNATURE_BYTES]


def bucketed_expiry(at: float, *, seconds: int) -> int:
    """An expiry between one and two buckets ahead, the same for all links of a bucket, so that caches hit."""
    return (int(at) // seconds + 2) * seconds


def _key(secret: str) -> bytes | None:
    try:
        key = bytes.fromhex(secret)
    except ValueError:
        return None
    return key if len(key) >= KEY_BYTES else None


def _payload(token: Token) -> tuple[str, list[Any]]:
    asset = _encode(token.asset.bytes)
    if isinstance(token, ListingToken):
        return "L", [asset, token.version, token.preset, token.channel, token.market]
    return "G", [asset, token.version, token.preset, token.audience, token.use, token.expires]


def _token(kind: str, payload: str) -> Token:
    """A signed payload is still checked: whoever holds a key may err, and keys may be shared with other tools."""
    try:
        values = json.loads(_decode(payload))
    except (ValueError, RecursionError):
        values = None
    if not _is_sound(kind, values):
        raise BadToken("The link does not say what it should")
    asset, rest = UUID(bytes=_decode(values[0])), values[1:]
    return ListingToken(asset, *rest) if kind == "L" else GrantToken(asset, *rest)


def _is_sound(kind: str, values: Any) -> bool:
    words, numbers = ((0, 2, 3, 4), (1,)) if kind == "L" else ((0, 2, 3, 4), (1, 5))
    return (
        isinstance(values, list)
        and len(values) == len(words) + len(numbers)
        and all(_is_word(values[at]) for at in words)
        and all(type(values[at]) is int and 0 <= values[at] <= LARGEST for at in numbers)
        and _is_uuid(values[0])
    )


def _is_word(value: Any) -> bool:
    """Printable, so that neither a database nor a log can choke on it."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_WORD and value.isprintable()


def _is_uuid(text: str) -> bool:
    try:
        return len(_decode(text)) == 16
    except BadToken:
        return False


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    """Canonical base64url only: what does not encode to the same text again is refused."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadToken("The link is not one of ours") from error
    if _encode(data) != text:
        raise BadToken("The link is not one of ours")
    return data
