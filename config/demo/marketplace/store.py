"""What the marketplace remembers, in one SQLite file, so that a restart forgets nothing."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final

Json = dict[str, Any]

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS feed (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, body TEXT NOT NULL,
    status TEXT NOT NULL, messages INTEGER NOT NULL, report TEXT
);
CREATE TABLE IF NOT EXISTS listing (sku TEXT PRIMARY KEY, product_type TEXT NOT NULL, attributes TEXT);
CREATE TABLE IF NOT EXISTS received (sku TEXT PRIMARY KEY, times INTEGER NOT NULL, accepted INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class Store:
    """Feeds, accepted listings and counters; one writer at a time."""

    def __init__(self, folder: Path) -> None:
        """Open or make the file in ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = RLock()
        self.base = sqlite3.connect(folder / "marketplace.sqlite3", check_same_thread=False, isolation_level=None)
        self.base.row_factory = sqlite3.Row
        self.base.executescript(f"PRAGMA journal_mode = WAL; {SCHEMA}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the lock and commit at the end, or nothing at all."""
        with self.lock:
            self.base.execute("BEGIN IMMEDIATE")
            try:
                yield self.base
            except BaseException:
                self.base.execute("ROLLBACK")
                raise
            self.base.execute("COMMIT")

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self.lock:
            return self.base.execute(query, values).fetchall()

    def count(self, name: str) -> None:
        """Add one to a counter."""
        with self.transaction() as base:
            base.execute(
                "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
                (name,),
            )

    def accept_feed(self, key: str, sha256: str, body: Json) -> tuple[int, str]:
        """Return the feed's number and ``new``, ``same`` or ``other``: was the key seen with this body?"""
        with self.transaction() as base:
            known = base.execute("SELECT id, sha256 FROM feed WHERE key = ?", (key,)).fetchone()
            if known:
                return known["id"], "same" if known["sha256"] == sha256 else "other"
            text = json.dumps(body, ensure_ascii=False)
            cursor = base.execute(
                "INSERT INTO feed (key, sha256, body, status, messages) VALUES (?, ?, ?, 'IN_QUEUE', ?)",
                (key, sha256, text, len(body["messages"])),
            )
            return int(cursor.lastrowid or 0), "new"

    def finish_feed(self, number: int, report: Json, accepted: list[Json], seen: list[str]) -> None:
        """Apply the accepted messages, count what was seen, keep the report: all in one transaction."""
        skus = [message["sku"] for message in accepted]
        with self.transaction() as base:
            for message in accepted:
                if message["operationType"] == "DELETE":
                    base.execute("DELETE FROM listing WHERE sku = ?", (message["sku"],))
                    continue
                attributes = json.dumps(message["attributes"], ensure_ascii=False)
                base.execute(
                    "INSERT OR REPLACE INTO listing VALUES (?, ?, ?)",
                    (message["sku"], message["productType"], attributes),
                )
            for sku in seen:
                base.execute(
                    "INSERT INTO received VALUES (?, 1, ?) ON CONFLICT (sku) DO UPDATE SET times = times + 1,"
                    " accepted = accepted + excluded.accepted",
                    (sku, int(sku in skus)),
                )
            base.execute("UPDATE feed SET status = 'DONE', report = ? WHERE id = ?", (json.dumps(report), number))

    def listings(self, sku: str | None = None) -> list[Json]:
        """Return the accepted listings by SKU, with how often each SKU was received and accepted."""
        query = "SELECT * FROM listing JOIN received USING (sku) WHERE ?1 IS NULL OR sku = ?1 ORDER BY sku"
        return [
            {
                "sku": row["sku"],
                "productType": row["product_type"],
                "attributes": json.loads(row["attributes"]),
                "received": row["times"],
                "accepted": row["accepted"],
            }
            for row in self.rows(query, sku)
        ]

    def stats(self) -> Json:
        """Return the counters."""
        (feeds,) = self.rows("SELECT count(*) AS feeds, coalesce(sum(messages), 0) AS messages FROM feed")
        counters = {row["name"]: row["value"] for row in self.rows("SELECT * FROM counter")}
        return {
            "feeds": feeds["feeds"],
            "messages": feeds["messages"],
            "listings": self.rows("SELECT count(*) AS n FROM listing")[0]["n"],
            **{name: counters.get(name, 0) for name in ("duplicates", "mismatches", "faults", "dropped")},
            "received": {row["sku"]: row["times"] for row in self.rows("SELECT * FROM received ORDER BY sku")},
        }
