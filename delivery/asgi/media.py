"""Sending a rendition: conditional, in part, without a body, or whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from delivery.asgi.bodies import stored_bytes
from delivery.asgi.messages import BARE, Headers, Request, Send
from delivery.decision import Permission, RenditionFacts
from delivery.errors import RangeNotSatisfiable

SPAN = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@dataclass(frozen=True)
class Part:
    """`length` bytes from `start`."""

    start: int
    length: int


async def send_media(send: Send, request: Request, permission: Permission, rendition: RenditionFacts) -> None:
    """Answer with what was permitted. Raises before the first byte when there is nothing to send."""
    etag = f'"{rendition.sha256}"'
    headers: Headers = [
        (b"etag", etag.encode()),
        (b"cache-control", permission.cache_control.encode()),
        (b"accept-ranges", b"bytes"),
        *BARE,
    ]
    if _is_known(request.header("if-none-match"), etag):
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body"})
        return
    part = wanted_part(request, etag, rendition.length)
    status = 200
    if part is not None:
        status, last = 206, part.start + part.length - 1
        headers.append((b"content-range", f"bytes {part.start}-{last}/{rendition.length}".encode()))
    part = part or Part(0, rendition.length)
    headers += [
        (b"content-type", rendition.media_type.encode()),
        (b"content-length", str(part.length).encode()),
    ]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    if request.method == "HEAD":
        await send(start)
        await send({"type": "http.response.body"})
        return
    body = await stored_bytes(rendition.sha256, length=rendition.length, start=part.start, count=part.length)
    try:
        await send(start)
        if body.path is not None and status == 200 and "http.response.pathsend" in request.extensions:
            await send({"type": "http.response.pathsend", "path": body.path})
            return
        async for chunk in body.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})
    finally:
        body.close()


def wanted_part(request: Request, etag: str, length: int) -> Part | None:
    """The one part that Range asks for (RFC 9110 section 14), or None for the whole: several parts, another form."""
    text, condition = request.header("range"), request.header("if-range")
    match = SPAN.fullmatch(text)
    if request.method != "GET" or match is None or match[0] == "bytes=-" or condition not in {"", etag}:
        return None
    first, last = match.groups()
    if not first:  # the last so many
        start, stop = max(0, length - int(last)), length
    else:
        start, stop = int(first), min(int(last) + 1, length) if last else length
        if last and int(last) < start:
            return None
    if start >= length or start >= stop:
        raise RangeNotSatisfiable(f"It has {length} bytes", length=length)
    return Part(start, stop - start)


def _is_known(condition: str, etag: str) -> bool:
    """If-None-Match, compared weakly (RFC 9110 section 13.1.2)."""
    known = {one.strip().removeprefix("W/") for one in condition.split(",")}
    return condition == "*" or etag in known
