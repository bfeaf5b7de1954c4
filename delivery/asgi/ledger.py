"""Refusals on their way into the database. An answer never waits for them, and a flood of them never fills memory."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from delivery.services.refusals import Refused

log = logging.getLogger("delivery")
EVERY = 0.2  # seconds between batches
AGAIN = 1.0  # seconds after a batch that could not be written
BATCH = 1000
ROOM = 20_000
Write = Callable[[Sequence[Refused]], Awaitable[None]]


class Ledger:
    """Collects refusals and writes them in batches from a task of its own, which ends when there are none."""

    def __init__(self, write: Write, *, room: int = ROOM) -> None:
        self._write = write
        self._rows: deque[Refused] = deque()
        self._room = room
        self._task: asyncio.Task[None] | None = None
        self.lost = 0

    def note(self, refused: Refused) -> None:
        if len(self._rows) >= self._room:
            self.lost += 1
            return
        self._rows.append(refused)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Write what is left, once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        while self._rows and await self._flush():
            pass
        if self._rows:
            log.error("%d refusals could not be kept", len(self._rows))

    async def _run(self) -> None:
        while self._rows:
            await asyncio.sleep(EVERY)
            if not await self._flush():
                await asyncio.sleep(AGAIN)

    async def _flush(self) -> bool:
        """Write one batch; it leaves the queue only when it is written."""
        batch = [self._rows[at] for at in range(min(BATCH, len(self._rows)))]
        try:
            await self._write(batch)
        except Exception as error:  # noqa: BLE001  whatever it was, refusing must go on
            log.warning("refusals wait to be kept: %s", type(error).__name__)
            return False
        for _ in batch:
            self._rows.popleft()
        if self.lost:
            log.warning("%d refusals were not kept: too many at once", self.lost)
            self.lost = 0
        return True
