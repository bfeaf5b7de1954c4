"""What goes over the wire: requests read strictly, problems and headers written in one form."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from delivery.errors import UnknownMedia
from foundation.core.errors import TandemError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# One spelling for each link: nothing percent-encoded, no dot segments, no doubled slashes, no query.
LINK = re.compile(rb"/m/([A-Za-z0-9_.-]{1,600})/[a-z0-9_-]{1,80}\.[a-z0-9]{1,5}")
BARE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]


@dataclass(frozen=True)
class Request:
    """A request as far as delivery looks at it."""

    method: str
    path: bytes
    query: bytes
    headers: dict[bytes, bytes]
    extensions: frozenset[str]

    @classmethod
    def of(cls, scope: Scope) -> Request:
        path = scope.get("raw_path") or scope["path"].encode()
        extensions = frozenset(scope.get("extensions") or ())
        return cls(scope["method"], path, scope["query_string"], dict(scope["headers"]), extensions)

    def token(self) -> str:
        """The token of a link in its one spelling; raises `UnknownMedia` for any other."""
        match = None if self.query else LINK.fullmatch(self.path)
        if match is None:
            raise UnknownMedia("The address is not written as it was given out")
        return match[1].decode()

    def header(self, name: str) -> str:
        return self.headers.get(name.encode(), b"").decode("latin-1").strip()


async def send_problem(send: Send, error: TandemError, *, method: str, extra: Headers | None = None) -> None:
    """RFC 9457; kept by nobody, since the next moment may answer otherwise."""
    document = {
        "type": f"urn:tandem:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    headers = [(b"cache-control", b"no-store"), *BARE, *(extra or [])]
    body = json.dumps(document).encode()
    await send_whole(send, error.status, b"application/problem+json", body, headers=headers, method=method)


async def send_whole(send: Send, status: int, media_type: bytes, body: bytes, *, headers: Headers, method: str) -> None:
    length = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*length, *headers]})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
