"""Two kinds of delivery token, signed with HMAC-SHA256 (RFC 2104), 128 bits of it kept.

`L` listing tokens name asset, version, preset, channel and market, and have no expiry of their own: rights are
asked at every request. `G` grant tokens (previews, downloads) name an audience and end at a stated second.

Form: kind, key id, `.`, payload, `.`, signature; the last two base64url without padding (RFC 4648 section 5).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from foundation.links.errors import BadToken, TokenOver

SIGNATURE_BYTES = 16
LONGEST = 600


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
    """Signing keys by id; the first signs, all verify."""

    keys: Mapping[str, bytes]

    @classmethod
    def parse(cls, items: list[str]) -> KeyRing:
        """From `id:hex` items, newest first."""
        keys = {}
        for item in items:
            name, separator, secret = item.partition(":")
            if not separator or not name.isalnum() or len(secret) < 32:
                raise ValueError("LINK_KEYS must read id:hex,id:hex with at least 16 bytes a key")
            keys[name] = bytes.fromhex(secret)
        return cls(keys)

    def sign(self, token: Token) -> str:
        key_id = next(iter(self.keys), None)
        if key_id is None:
            raise ValueError("LINK_KEYS is empty: no delivery link can be made")
        head = f"{_kind(token)}{key_id}.{_encode(json.dumps(_payload(token), separators=(',', ':')).encode())}"
        return f"{head}.{_encode(self._signature(key_id, head))}"

    def verify(self, text: str, *, at: float) -> Token:
        """The token, if it was signed here and has not ended at the given second. Raises `BadToken`, `TokenOver`."""
        head, _, signature = text.rpartition(".")
        kind_and_key, _, payload = head.partition(".")
        key_id = kind_and_key[1:]
        if len(text) > LONGEST or key_id not in self.keys:
            raise BadToken("The link is not one of ours")
        if not hmac.compare_digest(_encode(self._signature(key_id, head)).encode(), signature.encode()):
            raise BadToken("The link's signature does not fit")
        token = _token(kind_and_key[0], json.loads(_decode(payload)))
        if isinstance(token, GrantToken) and at >= token.expires:
            raise TokenOver("The link was good until a moment that has passed; ask for a new one")
        return token

    def _signature(self, key_id: str, head: str) -> bytes:
        return hmac.new(self.keys[key_id], head.encode(), hashlib.sha256).digest()[:SIGNATURE_BYTES]


def bucketed_expiry(at: float, *, seconds: int) -> int:
    """An expiry between one and two buckets ahead, the same for all links of a bucket, so that caches hit."""
    return (int(at) // seconds + 2) * seconds


def _kind(token: Token) -> str:
    return "L" if isinstance(token, ListingToken) else "G"


def _payload(token: Token) -> list[object]:
    asset = _encode(token.asset.bytes)
    if isinstance(token, ListingToken):
        return [asset, token.version, token.preset, token.channel, token.market]
    return [asset, token.version, token.preset, token.audience, token.use, token.expires]


def _token(kind: str, values: list[object]) -> Token:
    asset = UUID(bytes=_decode(str(values[0])))
    rest = values[1:]
    return ListingToken(asset, *rest) if kind == "L" else GrantToken(asset, *rest)  # type: ignore[arg-type]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadToken("The link is not one of ours") from error
