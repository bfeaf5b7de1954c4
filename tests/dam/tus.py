"""A tus client by hand, over real HTTP: what a browser would never send, it can."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

CHUNK = "application/offset+octet-stream"
Headers = dict[str, str]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def offset(self) -> int:
        return int(self.headers["Upload-Offset"])


def metadata(**values: str | bytes) -> str:
    raw = {name: value.encode() if isinstance(value, str) else value for name, value in values.items()}
    return ",".join(f"{name} {base64.b64encode(value).decode()}" for name, value in raw.items())


def checksum(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


class Tus:
    """One sender, with its key, at one server."""

    def __init__(self, address: str, secret: str) -> None:
        parts = urlsplit(address)
        self.host, self.port, self.secret = parts.hostname or "", parts.port or 80, secret

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Headers by keyword: `upload_offset="0"`; an empty one is not sent."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=self.headers(**headers))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def headers(self, **more: str) -> Headers:
        all_of = {"Authorization": f"Bearer {self.secret}", "Tus-Resumable": "1.0.0"}
        all_of |= {name.replace("_", "-").title(): value for name, value in more.items()}
        return {name: value for name, value in all_of.items() if value}

    def create(self, length: int, *, body: bytes | None = None, told: str = "", **headers: str) -> Answer:
        if body is not None:
            headers["content_type"] = CHUNK
        return self.send("POST", "/api/v1/uploads", body, upload_length=str(length), upload_metadata=told, **headers)

    def begin(self, length: int, **told: str | bytes) -> str:
        """Where the bytes go."""
        answer = self.create(length, told=metadata(**({"filename": "picture.jpg"} | told)))
        assert answer.status == 201, answer.body
        return answer.headers["Location"]

    def patch(self, where: str, body: bytes, at: int, **headers: str) -> Answer:
        return self.send("PATCH", where, body, **({"content_type": CHUNK, "upload_offset": str(at)} | headers))

    def offset(self, where: str) -> int:
        answer = self.send("HEAD", where)
        assert answer.status == 200, answer.status
        return answer.offset

    def break_off(self, where: str, body: bytes, at: int, *, announced: int, **more: str) -> None:
        """Send less than was announced and hang up."""
        line = self.hang(where, body, at, announced=announced, **more)
        line.shutdown(socket.SHUT_RDWR)
        line.close()

    def hang(self, where: str, body: bytes, at: int, *, announced: int, **more: str) -> socket.socket:
        """Send less than was announced and keep the line open."""
        line = socket.create_connection((self.host, self.port), timeout=30)
        headers = self.headers(
            host=self.host, content_type=CHUNK, upload_offset=str(at), content_length=str(announced), **more
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line.sendall(f"PATCH {where} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return line

    def wait_for(self, where: str, offset: int, seconds: float = 20) -> None:
        """The server notices a broken line a moment later."""
        deadline = time.monotonic() + seconds
        while (found := self.offset(where)) != offset:
            assert time.monotonic() < deadline, f"the offset stays at {found}"
            time.sleep(0.02)
