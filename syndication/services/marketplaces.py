"""Talking to a marketplace: hand over a feed, ask for its report. No tables but the key."""

from __future__ import annotations

import json
import time
from typing import Any

from foundation.audit.registry import OUTGOING_REFUSED
from foundation.audit.services import record_act
from foundation.core.actors import system
from foundation.core.outgoing import AddressRefused, Answer, NoAnswer, call
from syndication.errors import FeedRefused, FeedUnanswered
from syndication.models import ChannelCredential, Feed

POST_SECONDS = 60.0
ASK_SECONDS = 15.0
PATIENCE_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
TRY_AGAIN = frozenset({408, 425, 429, *range(500, 600)})


def post_feed(feed: Feed) -> str:
    """Hand the feed over under its key and return its number there. Raises `FeedUnanswered` or `FeedRefused`."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(feed.uid)}
    answer = _ask(feed, "POST", "feeds", headers=headers, content=feed.body.encode(), seconds=POST_SECONDS)
    remote_id = _member(_read(answer), "feedId")
    if not remote_id:
        raise FeedRefused(f"The answer {answer.status} names no feedId")
    return remote_id


def await_report(feed: Feed) -> dict[str, Any] | None:
    """The report of a feed that was handed over, or None when it is not ready within some seconds."""
    give_up, pause = time.monotonic() + PATIENCE_SECONDS, FIRST_PAUSE
    while True:
        status = _member(_read(_ask(feed, "GET", f"feeds/{feed.remote_id}", seconds=ASK_SECONDS)), "processingStatus")
        if status == "DONE":
            return _read(_ask(feed, "GET", f"feeds/{feed.remote_id}/report", seconds=ASK_SECONDS))
        if status in {"FATAL", "CANCELLED"}:
            raise FeedRefused(f"The channel could not process the feed: {status}")
        if time.monotonic() > give_up:
            return None
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _ask(
    feed: Feed, method: str, path: str, *, seconds: float, headers: dict[str, str] | None = None, content: bytes = b""
) -> Answer:
    key = ChannelCredential.objects.filter(channel=feed.channel).values_list("token", flat=True).first()
    authorization = {"Authorization": f"Bearer {key}"} if key else {}
    url = f"{feed.channel.endpoint.rstrip('/')}/{path}"
    try:
        answer = call(method, url, headers={**(headers or {}), **authorization}, content=content, seconds=seconds)
    except AddressRefused as refusal:
        record_act(OUTGOING_REFUSED, actor=system("syndication.feeds"), subject_type="channel",
                   subject=feed.channel.code, said=refusal.detail)  # fmt: skip
        raise FeedRefused(refusal.detail) from refusal
    except NoAnswer as silence:
        raise FeedUnanswered(silence.detail) from silence
    if answer.status in TRY_AGAIN:
        raise FeedUnanswered(f"The channel answered {answer.status}")
    if answer.status not in {200, 201, 202}:
        raise FeedRefused(f"The channel answered {answer.status}: {_detail(answer)}")
    return answer


def _read(answer: Answer) -> dict[str, Any]:
    try:
        body = json.loads(answer.content)
    except ValueError as error:
        raise FeedUnanswered(f"The channel's answer is no JSON: {error}") from error
    return body if isinstance(body, dict) else {}


def _member(body: dict[str, Any], name: str) -> str:
    return str(body.get(name, ""))


def _detail(answer: Answer) -> str:
    try:
        body = json.loads(answer.content)
    except ValueError:
        return answer.content[:200].decode(errors="replace")
    return str(body.get("detail", body))[:200] if isinstance(body, dict) else ""
