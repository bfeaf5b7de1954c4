"""Creating users, granting roles, issuing and revoking keys."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from foundation.accounts import events
from foundation.accounts.choices import Dimension, Role
from foundation.accounts.models import ApiKey, ApiKeyUse, Grant, User
from foundation.accounts.queries import SCHEME, digest_key
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded

USERNAME = re.compile(r"[\w.@+-]{1,150}")
USED_AGAIN_AFTER = timedelta(minutes=1)


def create_user(
    *, username: str, actor: Actor, password: str | None = None, email: str = "", name: str = "",
    is_service: bool = False, is_staff: bool = False, is_superuser: bool = False,
) -> User:  # fmt: skip
    """A new user without any role; without a password nobody can sign in as them."""
    actor.require("accounts.manage")
    if not USERNAME.fullmatch(username):
        raise Invalid("A sign-in name has letters, digits and @ . + - _, and 150 at most", path="username")
    if User.objects.filter(username=username).exists():
        raise Conflict(f"Somebody signs in as {username} already", path="username")
    first, _, last = name.partition(" ")
    with recorded(actor):
        user = User(
            username=username,
            email=email,
            first_name=first,
            last_name=last,
            is_service=is_service,
            is_staff=is_staff,
            is_superuser=is_superuser,
        )
        user.set_password(password)
        user.save()
        append_event(events.USER_CREATED, user.uid, username=username)
    return user


def edit_user(*, user: User, actor: Actor, name: str, email: str) -> User:
    """What a person is called and written to at."""
    actor.require("accounts.manage")
    first, _, last = name.strip().partition(" ")
    with recorded(actor):
        user = User.objects.select_for_update().get(pk=user.pk)
        if (user.first_name, user.last_name, user.email) != (first, last, email):
            user.first_name, user.last_name, user.email = first, last, email
            user.save(update_fields=["first_name", "last_name", "email"])
            append_event(events.USER_CHANGED, user.uid, username=user.username)
    return user


def close_account(*, user: User, actor: Actor) -> User:
    """Nobody acts as them any more: sessions, password and keys are dead at the next request. What they did stays."""
    _require_other(user, actor)
    with recorded(actor):
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active:
            user.is_active = False
            user.set_unusable_password()  # their sessions hang on it, and must not come back with the account
            user.save(update_fields=["is_active", "password"])
            user.api_keys.filter(revoked_at=None).update(revoked_at=moment.now())
            append_event(events.USER_CHANGED, user.uid, username=user.username)
    return user


def reopen_account(*, user: User, actor: Actor) -> User:
    """They may come back, with a password that is yet to be set. Sessions and keys that ended stay ended."""
    _require_other(user, actor)
    with recorded(actor):
        user = User.objects.select_for_update().get(pk=user.pk)
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            append_event(events.USER_CHANGED, user.uid, username=user.username)
    return user


def _require_other(user: User, actor: Actor) -> None:
    actor.require("accounts.manage")
    if user.pk == actor.user_id:
        raise Conflict("Nobody closes their own account; ask another administrator", path="user")


def set_password(*, user: User, password: str, actor: Actor) -> None:
    """Give the user another password; other sessions of theirs end."""
    if actor.user_id != user.pk:
        actor.require("accounts.manage")
    with recorded(actor):
        user.set_password(password)
        user.save(update_fields=["password"])
        append_event(events.USER_CHANGED, user.uid, username=user.username)


def grant_role(
    *, user: User, role: Role, actor: Actor, dimension: Dimension = Dimension.EVERYWHERE, code: str = ""
) -> Grant:
    """Give a role; giving it twice changes nothing."""
    actor.require("accounts.manage")
    if (dimension == Dimension.EVERYWHERE) != (not code):
        raise Invalid("A role holds everywhere, or in one market, channel or queue that is named", path="code")
    with recorded(actor):
        grant, made = Grant.objects.get_or_create(user=user, role=role, dimension=dimension, code=code)
        if made:
            append_event(events.USER_CHANGED, user.uid, username=user.username)
    return grant


def revoke_role(*, user: User, grant_id: int, actor: Actor) -> Grant:
    """Take a role away; raises `Missing` when they do not have it any more."""
    actor.require("accounts.manage")
    with recorded(actor):
        grant = Grant.objects.select_for_update().filter(pk=grant_id, user=user).first()
        if grant is None:
            raise Missing("They do not have this role any more", path="grant")
        if user.pk == actor.user_id and grant.role == Role.ADMINISTRATOR:
            raise Conflict("Nobody takes away their own last key to the house; ask another administrator", path="grant")
        grant.delete()
        append_event(events.USER_CHANGED, user.uid, username=user.username)
    return grant


def create_api_key(*, user: User, name: str, actor: Actor, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """A key and its secret, which is shown this once and cannot be read again."""
    if actor.user_id != user.pk:
        actor.require("accounts.manage")
    prefix = secrets.token_hex(4)
    secret = f"{SCHEME}{prefix}_{secrets.token_urlsafe(32)}"
    with recorded(actor):
        key = ApiKey.objects.create(
            user=user,
            name=name,
            prefix=prefix,
            digest=digest_key(secret),
            created_at=moment.now(),
            expires_at=expires_at,
        )
        append_event(events.USER_CHANGED, user.uid, username=user.username)
    return key, secret


def revoke_api_key(*, key_id: int, actor: Actor) -> None:
    """End a key at once; ending it twice changes nothing."""
    with recorded(actor):
        key = ApiKey.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=key_id).first()
        if key is None:
            raise Missing("There is no such key", path="key")
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
