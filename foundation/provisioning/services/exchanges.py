"""The log of what directories asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from foundation.core import moment
from foundation.history.services import request_id
from foundation.provisioning.models import Exchange

LONGEST = 500
AT_ONCE = 10_000


def note_exchange(
    *, key: str, method: str, path: str, status: int, subject: str = "", what: str = "", error: str = ""
) -> None:
    """One request and what became of it. It stands outside the request's own transaction, which may have failed."""
    Exchange.objects.create(
        at=moment.now(), key=key, method=method, path=_clean(path), subject=_clean(subject), what=_clean(what),
        status=status, error=_clean(error), request=request_id.get(),
    )  # fmt: skip


def forget_exchanges(*, at: datetime) -> int:
    """Let go of what is older than PROVISIONING_LOG_DAYS, some at a time."""
    old = Exchange.objects.filter(at__lt=at - timedelta(days=settings.PROVISIONING_LOG_DAYS))
    gone, _ = Exchange.objects.filter(pk__in=old.order_by("at").values("pk")[:AT_ONCE]).delete()
    return gone


def _clean(text: str) -> str:
    """What a directory sends may hold anything, and the log keeps it all the same."""
    return text.encode("utf-8", "replace").decode().replace("\0", "�")[:LONGEST]
