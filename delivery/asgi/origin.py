"""The application: a link in, rights asked now, bytes or a named refusal out. In doubt nothing is served."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import datetime

import psycopg
from django.conf import settings

from delivery.asgi.ledger import Ledger
from delivery.asgi.media import send_media
from delivery.asgi.messages import Headers, Receive, Request, Scope, Send, send_problem, send_whole
from delivery.asgi.pool import Pool
from delivery.decision import Permission, RenditionFacts, permit
from delivery.errors import MethodNotAllowed, NotReady, NotServed, RangeNotSatisfiable, Undecidable
from delivery.queries.facts import SQL, facts_of, question
from delivery.services.refusals import Refused, insert_refusals
from delivery.services.renditions import request_missing
from foundation.blobs.services import BlobDamaged
from foundation.core import moment
from foundation.core.errors import Missing, TandemError
from foundation.links.errors import BadToken, TokenOver
from foundation.links.services import key_ring
from foundation.links.tokens import GrantToken, ListingToken, Token

log = logging.getLogger("delivery")
PATIENCE = 10.0  # seconds that a request waits for a rendition
WAITING = 64  # requests that may wait at a time
LOOK = 0.1  # seconds between two looks


class Application:
    """One per process and event loop."""

    def __init__(self) -> None:
        self._pool: Pool | None = None
        self._ledger = Ledger(self._keep)
        self._asked: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(Request.of(scope), send)

    async def close(self) -> None:
        """Keep the last refusals and let go of the database."""
        await self._ledger.close()
        if self._pool is not None:
            await self._pool.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _answer(self, request: Request, send: Send) -> None:
        try:
            if request.method not in {"GET", "HEAD"}:
                raise MethodNotAllowed("Ask with GET or HEAD")
            if request.path == b"/healthz":
                headers: Headers = [(b"cache-control", b"no-store")]
                await send_whole(send, 200, b"text/plain", b"ok", headers=headers, method=request.method)
            elif request.path.startswith(b"/m/"):
                await self._serve(request, send)
            else:
                raise Missing("Media is under /m/")
        except TandemError as error:
            await send_problem(send, error, method=request.method, extra=_hints(error))

    async def _serve(self, request: Request, send: Send) -> None:
        token: Token | None = None
        at = moment.now()
        try:
            text = request.token()
            token = key_ring().verify(text, at=at.timestamp())
            permission, rendition = await self._decide(text, token, at, self._country(request))
        except (NotServed, BadToken, TokenOver) as refusal:
            self._ledger.note(_refused(refusal, token, at))
            raise
        except TandemError:
            raise
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.error("rights cannot be asked: %s", error)  # noqa: TRY400  its trace says no more
            raise Undecidable("Try again in a moment") from error
        except Exception as error:  # whatever it was: no decision, no bytes
            log.exception("rights cannot be decided")
            raise Undecidable("Try again later; the house's log says what is wrong") from error
        await send_media(send, request, permission, rendition)

    async def _decide(
        self, text: str, token: Token, at: datetime, country: str | None
    ) -> tuple[Permission, RenditionFacts]:
        """Ask for rights, and again each time a missing rendition was waited for."""
        deadline, is_asked_for = time.monotonic() + PATIENCE, False
        while True:
            facts = facts_of(await self._database().fetch_one(SQL, question(token, at=at)))
            permission = permit(token, facts, at=at, country=country)
            rendition = permission.rendition
            if rendition is not None and rendition.is_done:
                return permission, rendition
            if rendition is not None and rendition.is_failed:
                raise NotReady("The rendition could not be made; look at the asset's file", retry_after=60)
            if self._waiting >= WAITING or time.monotonic() >= deadline:
                raise NotReady("The rendition is being made; try again in a moment", retry_after=2)
            await self._wait(permission.version_id, token.preset, is_asked_for=is_asked_for)
            is_asked_for = True
            at = moment.now()
            key_ring().verify(text, at=at.timestamp())

    async def _wait(self, version_id: int, preset: str, *, is_asked_for: bool) -> None:
        key = version_id, preset
        self._waiting += 1
        try:
            if not is_asked_for:
                if key not in self._asked:
                    self._asked[key] = asyncio.create_task(
                        asyncio.to_thread(request_missing, version_id, preset=preset)
                    )
                    self._asked[key].add_done_callback(lambda _: self._asked.pop(key, None))
                await asyncio.shield(self._asked[key])
            await asyncio.sleep(LOOK)
        finally:
            self._waiting -= 1

    async def _keep(self, rows: Sequence[Refused]) -> None:
        connection = await self._database().connect()
        async with connection:
            await insert_refusals(connection, rows=rows)

    def _database(self) -> Pool:
        if self._pool is None:
            self._pool = Pool()
        return self._pool

    def _country(self, request: Request) -> str | None:
        """As a trusted edge names it; nobody else is believed."""
        name = settings.CLIENT_COUNTRY_HEADER
        return (request.header(name.lower()).upper() or None) if name else None


def _refused(refusal: TandemError, token: Token | None, at: datetime) -> Refused:
    return Refused(
        at=at,
        code=refusal.code,
        status=refusal.status,
        asset_uid=token.asset if token else None,
        channel=token.channel if isinstance(token, ListingToken) else "",
        market=token.market if isinstance(token, ListingToken) else "",
        audience=token.audience if isinstance(token, GrantToken) else "",
        detail=refusal.detail,
    )


def _hints(error: TandemError) -> Headers:
    """What the status owes the client beside the problem."""
    match error:
        case MethodNotAllowed():
            return [(b"allow", b"GET, HEAD")]
        case NotReady() | Undecidable() | BlobDamaged():
            return [(b"retry-after", str(error.extra.get("retry_after", 2)).encode())]
        case RangeNotSatisfiable():
            return [(b"content-range", f"bytes */{error.extra['length']}".encode())]
    return []
