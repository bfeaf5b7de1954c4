"""Keys for programs: made, rotated with an overlap, revoked."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from foundation.accounts import events
from foundation.accounts.models import ApiKey, ApiKeyUse, User
from foundation.accounts.queries import SCHEME, actor_of, digest_key
from foundation.accounts.registry import LINES
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.core.permissions import DECLARED
from foundation.events.services import append_event
from foundation.history.services import recorded

USED_AGAIN_AFTER = timedelta(minutes=1)
LONGEST_NAME, MOST_REQUESTS = 100, 10_000_000
LISTS = ("permissions", "markets", "channels", "categories")
OVERLAP, LONGEST_OVERLAP = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True)
class KeyScope:
    """What a key may, of what its owner may: empty means all of it. Limits are requests; none means the house's own."""

    permissions: Collection[str] = ()
    markets: Collection[str] = ()
    channels: Collection[str] = ()
    categories: Collection[str] = ()
    per_minute: int | None = None
    per_day: int | None = None

    def columns(self) -> dict[str, object]:
        lists = {name: sorted(set(getattr(self, name))) for name in LISTS}
        return {**vars(self), **lists}


SCOPE = tuple(one.name for one in fields(KeyScope))


def create_api_key(
    *, user: User, name: str, actor: Actor, expires_at: datetime | None = None, scope: KeyScope = KeyScope()
) -> tuple[ApiKey, str]:
    """A key and its secret, which is shown this once and cannot be read again.

    Raises `Invalid` for a scope beyond what the owner may, `Denied` for a key that asks for another one.
    """
    _require_owner(user, actor)
    _check(user, name, expires_at, scope)
    with recorded(actor):
        return _issue(user, name.strip(), expires_at, scope.columns())


def rotate_api_key(*, prefix: str, actor: Actor, overlap: timedelta = OVERLAP) -> tuple[ApiKey, str]:
    """Another key of the same name, scope and life. The one before it ends after the overlap, or at its own end."""
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Invalid("The old key goes on for at most 30 days", path="overlap")
    with recorded(actor):
        old = _lock(prefix, actor)
        _require_owner(old.user, actor)
        at = moment.now()
        if not old.is_in_force(at):
            raise Conflict("This key has ended; make a new one", path="key")
        if ApiKey.objects.filter(replaces=old, revoked_at=None).exists():
            raise Conflict("This key has been rotated already; its successor can be", path="key")
        life = old.expires_at - old.created_at if old.expires_at else None
        kept = {name: getattr(old, name) for name in SCOPE}
        made = _issue(old.user, old.name, at + life if life else None, kept, replaces=old)
        old.expires_at = min(filter(None, [old.expires_at, at + overlap]))
        old.save(update_fields=["expires_at"])
    return made


def revoke_api_key(*, prefix: str, actor: Actor) -> None:
    """End a key at once; ending it twice changes nothing. Raises `Denied` for a key that asks for it."""
    with recorded(actor):
        key = _lock(prefix, actor)
        _require_owner(key.user, actor)
        if key.revoked_at is None:
            key.revoked_at = moment.now()
            key.save(update_fields=["revoked_at"])
            append_event(events.USER_CHANGED, key.user.uid, username=key.user.username)


def note_key_used(key: ApiKey) -> None:
    """Remember when the key was last used, to the minute: a write per request would be too many."""
    at = moment.now()
    use = getattr(key, "use", None)
    if use is None or at - use.at > USED_AGAIN_AFTER:
        ApiKeyUse.objects.bulk_create(
            [ApiKeyUse(key=key, at=at)], update_conflicts=True, unique_fields=["key"], update_fields=["at"]
        )


def _issue(
    user: User, name: str, expires_at: datetime | None, columns: dict[str, object], replaces: ApiKey | None = None
) -> tuple[ApiKey, str]:
    prefix = secrets.token_hex(4)
    secret = f"{SCHEME}{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        user=user, name=name, prefix=prefix, digest=digest_key(secret), created_at=moment.now(),
        expires_at=expires_at, replaces=replaces, **columns,
    )  # fmt: skip
    append_event(events.USER_CHANGED, user.uid, username=user.username)
    return key, secret


def _lock(prefix: str, actor: Actor) -> ApiKey:
    rows = ApiKey.objects.visible_to(actor).select_for_update(of=("self",)).select_related("user")
    key = rows.filter(prefix=prefix).first()
    if key is None:
        raise Missing("There is no such key", path="key")
    return key


def _require_owner(user: User, actor: Actor) -> None:
    """Oneself, or who manages accounts. A key that could make keys would outlive its own end."""
    if actor.is_key:
        raise Denied("People make and revoke keys, signed in; a key cannot", permission="accounts.manage")
    if actor.user_id != user.pk:
        actor = actor.require("accounts.manage")


def _check(user: User, name: str, expires_at: datetime | None, scope: KeyScope) -> None:
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise Invalid(f"A key has a name of at most {LONGEST_NAME} characters that says who uses it", path="name")
    if expires_at is not None and expires_at <= moment.now():
        raise Invalid("This moment has passed", path="expires_at")
    owner = actor_of(user)
    for permission in scope.permissions:
        if permission not in DECLARED:
            raise Invalid(f"There is no permission {permission!r}", path="permissions")
        if not owner.may(permission):
            raise Invalid(f"{user} may not {permission} either", path="permissions")
    for dimension, path in (("market", "markets"), ("channel", "channels"), ("category", "categories")):
        for code in getattr(scope, path):
            place = LINES[dimension](code) if dimension in LINES else {code}
            if not place or not owner.sees(dimension, place):
                raise Invalid(f"{user} does not see the {dimension} {code!r}", path=path)
    for path in ("per_minute", "per_day"):
        number = getattr(scope, path)
        if number is not None and not 0 < number <= MOST_REQUESTS:
            raise Invalid(f"A limit is a number of requests from 1 to {MOST_REQUESTS:,}", path=path)
