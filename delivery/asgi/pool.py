"""A few connections to Postgres for one event loop, each with short time-outs. Late is the same as no."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
from django.conf import settings
from psycopg import AsyncConnection

SIZE = 8
SECONDS = 2  # to connect, to wait for a free connection, for a statement


def connection_options() -> dict[str, Any]:
    """Django's database as psycopg's keywords."""
    database: dict[str, Any] = settings.DATABASES["default"]
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    given = {keyword: database[name] for name, keyword in names.items() if database.get(name)}
    return {
        **database.get("OPTIONS", {}),
        **given,
        "connect_timeout": SECONDS,
        "application_name": "tandem-delivery",
        "options": f"-c statement_timeout={SECONDS}s -c default_transaction_read_only=off",
    }


class Pool:
    """Lends connections, the last used first. A connection that failed is not lent again."""

    def __init__(self, size: int = SIZE) -> None:
        self._free: list[AsyncConnection[Any]] = []
        self._places = asyncio.Semaphore(size)

    async def fetch_one(self, sql: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
        """One row. Connections that Postgres has dropped meanwhile are passed over; a fresh one must do."""
        async with asyncio.timeout(2 * SECONDS), self._places:
            while True:
                connection, is_fresh = await self._take()
                try:
                    cursor = await connection.execute(sql, parameters, prepare=True, binary=True)
                    row = await cursor.fetchone()
                except psycopg.OperationalError:
                    await _drop(connection)
                    if is_fresh:
                        raise
                except BaseException:
                    await _drop(connection)
                    raise
                else:
                    self._free.append(connection)
                    return row

    async def connect(self) -> AsyncConnection[Any]:
        return await AsyncConnection.connect(autocommit=True, **connection_options())

    async def close(self) -> None:
        while self._free:
            await self._free.pop().close()

    async def _take(self) -> tuple[AsyncConnection[Any], bool]:
        if self._free:
            return self._free.pop(), False
        return await self.connect(), True


async def _drop(connection: AsyncConnection[Any]) -> None:
    """Close without waiting for anything."""
    connection.pgconn.finish()
