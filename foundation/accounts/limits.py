"""How often a key may ask: so many requests a minute and a day, counted in Valkey by the clock's minute and UTC day.

Counts are traffic, not truth: where Valkey does not answer, requests are let through and the log says so.
Header fields: draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from foundation.accounts.models import ApiKey
from foundation.core import moment

LOG = logging.getLogger(__name__)
MINUTE, DAY = 60, 86_400


@dataclass(frozen=True)
class Allowance:
    """Of `limit` requests in a window of `seconds`, `used` are gone; it begins anew in `reset` seconds."""

    name: str
    limit: int
    seconds: int
    used: int
    reset: int

    @property
    def is_over(self) -> bool:
        return self.used > self.limit

    @property
    def policy(self) -> str:
        return f'"{self.name}";q={self.limit};w={self.seconds}'

    @property
    def left(self) -> str:
        return f'"{self.name}";r={max(0, self.limit - self.used)};t={self.reset}'


def count_request(key: ApiKey) -> list[Allowance]:
    """Note one request of the key; what is left in each window that limits it. One question to Valkey."""
    at = int(moment.now().timestamp())
    limits = [("minute", key.per_minute or settings.KEY_REQUESTS_PER_MINUTE, MINUTE), ("day", key.per_day or 0, DAY)]
    windows = [(name, limit, seconds) for name, limit, seconds in limits if limit]
    if not windows:
        return []
    try:
        with _valkey().pipeline(transaction=False) as pipe:
            for name, _, seconds in windows:
                where = f"{settings.CACHE_PREFIX}:key:{key.prefix}:{name}:{at // seconds}"
                pipe.incr(where)
                pipe.expire(where, seconds)
            counts = pipe.execute()[::2]
    except redis.RedisError as error:
        LOG.warning("Requests of keys are not counted: %s", type(error).__name__)
        return []
    return [
        Allowance(name, limit, seconds, used, seconds - at % seconds)
        for (name, limit, seconds), used in zip(windows, counts, strict=True)
    ]


@cache
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


class KeyThrottle(BaseThrottle):
    """Refuses a key beyond its limits with 429 and Retry-After; people at their pages are not counted."""

    def __init__(self) -> None:
        self.over: list[Allowance] = []

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return True
        allowances = count_request(request.auth)
        request._request.allowances = allowances  # type: ignore[attr-defined]
        self.over = [one for one in allowances if one.is_over]
        return not self.over

    def wait(self) -> float | None:
        return max((one.reset for one in self.over), default=None)
