"""The library's calls to providers, by the house's one way out."""

from __future__ import annotations

import base64
import json
from typing import Any, Self
from urllib.parse import urlencode

from allauth.socialaccount.providers.oauth2.client import OAuth2Error

from foundation.core.errors import TandemError
from foundation.core.outgoing import Answer, call

SECONDS, MOST_BYTES = 10, 1024 * 1024


class Response:
    """Of an answer what the library looks at."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.headers, self.content = answer.status, answer.headers, answer.content

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        try:
            return json.loads(self.content)
        except ValueError:
            raise OAuth2Error("The provider's answer is no JSON") from None

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise OAuth2Error(f"The provider answered {self.status_code}")


class GuardedSession:
    """Stands where the library would use `requests`: listed hosts alone, no redirects, limits on time and size."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def get(self, url: str, **more: Any) -> Response:
        return self.request("GET", url, **more)

    def request(
        self, method: str, url: str, *, params: Any = None, data: Any = None, headers: Any = None, auth: Any = None
    ) -> Response:
        told = {"Accept": "application/json", **(headers or {})}
        if auth is not None:
            told["Authorization"] = "Basic " + base64.b64encode(f"{auth.username}:{auth.password}".encode()).decode()
        if data:
            told["Content-Type"] = "application/x-www-form-urlencoded"
        address = f"{url}?{urlencode(params)}" if params else url
        content = urlencode(data).encode() if data else b""
        try:
            return Response(call(method, address, headers=told, content=content, seconds=SECONDS, max_bytes=MOST_BYTES))
        except TandemError as error:
            raise OAuth2Error(error.detail) from error
