"""A write that is sent twice is carried out once: its answer is kept with what it did, in one transaction.

Whoever dies before the commit has done nothing and kept nothing; whoever dies after it is answered the same again.
Header field: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction

from foundation.accounts.errors import KeyReused, StillRunning
from foundation.accounts.models import KeptAnswer
from foundation.core import moment
from foundation.core.locks import try_hold_until_commit

KEPT = timedelta(days=1)
FORGOTTEN_AT_ONCE = 20


@dataclass(frozen=True)
class Answer:
    """What a client is told; `body` is text."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    is_repeated: bool = False

    @property
    def is_done(self) -> bool:
        return 200 <= self.status < 300


def answer_once(user_id: int, key: str, fingerprint: bytes, carry_out: Callable[[], Answer]) -> Answer:
    """The answer to this request: that of its first time, or what `carry_out` gives now. Refusals are not kept.

    Raises `StillRunning` while the first one runs, and `KeyReused` if the key came with another request.
    """
    with transaction.atomic():
        if not try_hold_until_commit(f"accounts.answer:{user_id}:{key}"):
            raise StillRunning("The first request with this key is still running: ask again in a moment")
        since = moment.now() - KEPT
        kept = KeptAnswer.objects.filter(user_id=user_id, key=key).first()
        if kept is not None and kept.at > since:
            if bytes(kept.fingerprint) != fingerprint:
                text = f"The key {key!r} came with another request before: take a new one for a new request"
                raise KeyReused(text, path="Idempotency-Key")
            return Answer(kept.status, kept.body, kept.headers, is_repeated=True)
        answer = carry_out()
        if answer.is_done:
            _keep(user_id, key, fingerprint, answer)
        return answer


def _keep(user_id: int, key: str, fingerprint: bytes, answer: Answer) -> None:
    """A few that nobody may ask for any more go with each that comes."""
    at = moment.now()
    old = KeptAnswer.objects.filter(at__lte=at - KEPT).order_by("at").select_for_update(skip_locked=True)
    KeptAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])).delete()
    KeptAnswer.objects.update_or_create(
        user_id=user_id,
        key=key,
        defaults={
            "fingerprint": fingerprint,
            "status": answer.status,
            "headers": answer.headers,
            "body": answer.body,
            "at": at,
        },
    )
