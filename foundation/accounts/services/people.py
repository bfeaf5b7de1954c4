"""Creating users, granting roles, closing accounts."""

from __future__ import annotations

import re

from foundation.accounts import events
from foundation.accounts.choices import Dimension
from foundation.accounts.models import Grant, User
from foundation.accounts.services.roles import lock_role, require_own_access
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded

USERNAME = re.compile(r"[\w.@+-]{1,150}")


def create_user(
    *, username: str, actor: Actor, password: str | None = None, email: str = "", name: str = "",
    is_service: bool = False, is_staff: bool = False, is_superuser: bool = False,
) -> User:  # fmt: skip
    """A new user without any role; without a password nobody can sign in as them."""
    actor = actor.require("accounts.manage")
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
    actor = actor.require("accounts.manage")
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
    actor = actor.require("accounts.manage")
    if user.pk == actor.user_id:
        raise Conflict("Nobody closes their own account; ask another administrator", path="user")


def set_password(*, user: User, password: str, actor: Actor) -> None:
    """Give the user another password; other sessions of theirs end."""
    if actor.user_id != user.pk:
        actor = actor.require("accounts.manage")
    with recorded(actor):
        user.set_password(password)
        user.save(update_fields=["password"])
        append_event(events.USER_CHANGED, user.uid, username=user.username)


def grant_role(
    *, user: User, role: str, actor: Actor, dimension: Dimension = Dimension.EVERYWHERE, code: str = ""
) -> Grant:
    """Give a role; giving it twice changes nothing."""
    actor = actor.require("accounts.manage")
    if (dimension == Dimension.EVERYWHERE) != (not code):
        raise Invalid("A role holds everywhere, or in one market, channel or queue that is named", path="code")
    with recorded(actor):
        lock_role(role)
        grant, made = Grant.objects.get_or_create(user=user, role=role, dimension=dimension, code=code)
        if made:
            append_event(events.USER_CHANGED, user.uid, username=user.username)
    return grant


def revoke_role(*, user: User, grant_id: int, actor: Actor) -> Grant:
    """Take a role away; raises `Missing` when they do not have it any more."""
    actor = actor.require("accounts.manage")
    with recorded(actor):
        grant = Grant.objects.select_for_update().filter(pk=grant_id, user=user).first()
        if grant is None:
            raise Missing("They do not have this role any more", path="grant")
        grant.delete()
        if user.pk == actor.user_id:
            require_own_access(actor)
        append_event(events.USER_CHANGED, user.uid, username=user.username)
    return grant
