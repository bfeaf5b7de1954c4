"""The house as an outsider sees it: HTTP with a key, and read-only SQL to check what HTTP says."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import psycopg

T = TypeVar("T")
PATIENCE = 60.0


class House:
    """One caller with one API key."""

    def __init__(self, origin: str, key: str, database: str) -> None:
        self.http = httpx.Client(
            base_url=f"{origin}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False
        )
        self.media = httpx.Client(timeout=30, trust_env=False)
        self.database = psycopg.connect(database, autocommit=True)
        self.database.execute("SET default_transaction_read_only = on")

    def get(self, path: str, **params: Any) -> Any:
        return self._answer(self.http.get(path, params=params))

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        return self._answer(self.http.request(method, path, json=body, **options))

    def upload(self, path: str, files: list[tuple[str, tuple[str, bytes]]], **fields: str) -> Any:
        return self._answer(self.http.post(path, files=files, data=fields))

    def pages(self, path: str, **params: Any) -> list[Any]:
        """All rows of a list, page by page."""
        body = self.get(path, **params)
        rows = list(body["results"])
        while body["next"]:
            body = self._answer(self.http.get(body["next"]))
            rows += body["results"]
        return rows

    def status(self, method: str, path: str, body: Any = None) -> int:
        return self.http.request(method, path, json=body).status_code

    def sql(self, query: str, *values: Any) -> Any:
        """The one value, or the one row, that the query gives."""
        row = self.database.execute(query.encode(), values).fetchone()
        return row[0] if row is not None and len(row) == 1 else row

    def _answer(self, response: httpx.Response) -> Any:
        if response.is_error:
            raise RuntimeError(
                f"{response.request.method} {response.request.url}: {response.status_code} {response.text}"
            )
        return response.json() if response.content else None


def wait_for(what: str, look: Callable[[], T | None], *, patience: float = PATIENCE) -> T:
    """Look again and again until there is something; says what was missing when it gives up."""
    end = time.monotonic() + patience
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise RuntimeError(f"Waited {patience:.0f} s for {what} in vain")
        time.sleep(0.05)
