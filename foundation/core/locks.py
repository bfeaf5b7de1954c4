"""Advisory locks of Postgres, named by text."""

from __future__ import annotations

import hashlib

from django.db import connection


def lock_number(name: str) -> int:
    """A stable signed 64-bit number for a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def hold_until_commit(name: str) -> None:
    """Wait for the lock and keep it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(name)])


def try_hold_until_commit(name: str) -> bool:
    """Take the lock until the transaction ends, without waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(name)])
        return bool(cursor.fetchone()[0])


def try_hold_for_session(name: str) -> bool:
    """Take the lock for as long as this connection lives, without waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_number(name)])
        return bool(cursor.fetchone()[0])
