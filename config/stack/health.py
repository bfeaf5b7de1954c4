"""Ways to see that a process does its work."""

import contextlib
import http.client
import socket
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

LIMIT = 2.0  # seconds one look may take


class Observed(Protocol):
    """What a check may know of the process it looks at."""

    @property
    def age(self) -> float: ...

    def said(self) -> str: ...


class Health(Protocol):
    def __call__(self, process: Observed, /) -> bool: ...


@dataclass(frozen=True)
class Tcp:
    """Something accepts connections."""

    host: str
    port: int

    def __call__(self, process: Observed, /) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), LIMIT):
            return True
        return False


@dataclass(frozen=True)
class Http:
    """A GET is answered with 200."""

    host: str
    port: int
    path: str = "/healthz"

    def __call__(self, process: Observed, /) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LIMIT)
        try:
            connection.request("GET", self.path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@dataclass(frozen=True)
class Ping:
    """A Valkey or Redis answers PONG."""

    url: str

    def __call__(self, process: Observed, /) -> bool:
        parts = urlsplit(self.url)
        words = f"AUTH {unquote(parts.password)}\r\n" if parts.password else ""
        address = (parts.hostname or "127.0.0.1", parts.port or 6379)
        with contextlib.suppress(OSError), socket.create_connection(address, LIMIT) as link:
            link.sendall(f"{words}PING\r\n".encode())
            answer = b""
            while b"PONG" not in answer and (piece := link.recv(256)):
                answer += piece
            return b"+PONG" in answer
        return False


@dataclass(frozen=True)
class Query:
    """A PostgreSQL takes a log-in; an open port is not enough, since it may still be in recovery."""

    url: str

    def __call__(self, process: Observed, /) -> bool:
        import psycopg  # noqa: PLC0415   `python -m config.stack clean` runs without any package

        try:
            psycopg.connect(self.url, connect_timeout=int(LIMIT)).close()
        except psycopg.Error:
            return False
        return True


@dataclass(frozen=True)
class Says:
    """Its log holds these words; or, where a log level may silence them, it has lasted for some seconds."""

    words: str
    or_lasts: float = float("inf")

    def __call__(self, process: Observed, /) -> bool:
        return self.words in process.said() or process.age >= self.or_lasts


@dataclass(frozen=True)
class Lasts:
    """It has not died for some seconds: for processes that can be asked nothing."""

    seconds: float

    def __call__(self, process: Observed, /) -> bool:
        return process.age >= self.seconds
