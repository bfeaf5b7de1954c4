"""Keeping refusals: in batches, behind the answer, within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

DETAIL = 500


@dataclass(frozen=True)
class Refused:
    """One refused request, in the order of the table's columns."""

    at: datetime
    code: str
    status: int
    asset_uid: UUID | None
    channel: str
    market: str
    audience: str
    detail: str


INSERT = """
INSERT INTO delivery_deliveryrefusal (at, code, status, asset_uid, channel, market, audience, detail)
SELECT * FROM unnest(%s::timestamptz[], %s::text[], %s::int[], %s::uuid[],
                     %s::text[], %s::text[], %s::text[], %s::text[])
"""


async def insert_refusals(connection: AsyncConnection[Any], *, rows: Sequence[Refused]) -> None:
    """Write a batch, in one statement."""
    columns = [list(column) for column in zip(*map(astuple, rows), strict=True)]
    await connection.execute(INSERT, columns)
