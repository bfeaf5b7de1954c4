"""API keys as people see them: what each may, how often, and when it was last used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.accounts.models import ApiKey
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.pages import keyset_page
from workspace.queries.shown import State

PAGE = 50
SOON = timedelta(days=14)


@dataclass(frozen=True)
class KeyRow:
    prefix: str
    name: str
    owner: str
    facts: Sequence[str]
    state: State
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    may_rotate: bool
    may_revoke: bool


@dataclass(frozen=True)
class KeyList:
    keys: list[KeyRow]
    next_cursor: str


def key_list(actor: Actor, *, cursor: str = "") -> KeyList:
    """One's own keys, newest first; everybody's for who manages accounts."""
    rows = ApiKey.objects.visible_to(actor).select_related("user", "use").prefetch_related("successors")
    page = keyset_page(rows, order=("-pk",), cursor=cursor, limit=PAGE)
    at = moment.now()
    return KeyList([_row(one, at) for one in page.rows], page.next_cursor)


def _row(key: ApiKey, at: datetime) -> KeyRow:
    use, lives = getattr(key, "use", None), key.is_in_force(at)
    return KeyRow(
        prefix=key.prefix,
        name=key.name,
        owner=str(key.user),
        facts=_facts(key),
        state=_state(key, at),
        created_at=key.created_at,
        expires_at=key.expires_at,
        used_at=use.at if use else None,
        may_rotate=lives and all(one.revoked_at for one in key.successors.all()),
        may_revoke=lives,
    )


def _facts(key: ApiKey) -> list[str]:
    """Its scope in words; what is not said is not limited."""
    facts = [", ".join(key.permissions) or "all that its owner may"]
    facts += [f"in {', '.join(key.markets)}"] if key.markets else []
    facts += [f"on {', '.join(key.channels)}"] if key.channels else []
    facts += [f"of {', '.join(key.categories)}"] if key.categories else []
    facts += [f"{key.per_minute:,} a minute"] if key.per_minute else []
    facts += [f"{key.per_day:,} a day"] if key.per_day else []
    return facts


def _state(key: ApiKey, at: datetime) -> State:
    if key.revoked_at:
        return State("Revoked", "bad")
    if key.expires_at is None:
        return State("In force", "ok")
    if key.expires_at <= at:
        return State("Expired")
    return State("Ends soon", "attention") if key.expires_at - at < SOON else State("In force", "ok")
