"""Creating users, granting roles, closing accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.usersessions.models import UserSession

from foundation.accounts import events
from foundation.accounts.choices import Dimension, Role
from foundation.accounts.models import Grant, Group, User
from foundation.accounts.queries import administrators
from foundation.accounts.registry import LEAVING, LINES
from foundation.accounts.services.roles import lock_role, require_own_access
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.core.locks import hold_until_commit
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.jobs.services import cancel_jobs_of

USERNAME = re.compile(r"[\w.@+-]{1,150}")


def create_user(
    *, username: str, actor: Actor, password: str | None = None, email: str = "", name: str = "",
    is_service: bool = False, is_staff: bool = False, is_superuser: bool = False,
) -> User:  # fmt: skip
    """A new user without any role; without a password nobody can sign in as them."""
    actor = actor.require("accounts.manage")
    _check_username(username)
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
    first, _, last = name.strip().partition(" ")
    return identify_user(user=user, username=user.username, first_name=first, last_name=last, email=email, actor=actor)


def identify_user(*, user: User, username: str, first_name: str, last_name: str, email: str, actor: Actor) -> User:
    """Whom a sign-in name, a name and an address mean; raises `Conflict` for a sign-in name that is taken."""
    actor = actor.require("accounts.manage")
    wanted = {"username": username, "first_name": first_name, "last_name": last_name, "email": email}
    with recorded(actor):
        user = User.objects.select_for_update().get(pk=user.pk)
        changed = [field for field, value in wanted.items() if getattr(user, field) != value]
        if "username" in changed:
            _check_username(username)
            if User.objects.filter(username__iexact=username).exclude(pk=user.pk).exists():
                raise Conflict(f"Somebody signs in as {username} already", path="username")
        for field in changed:
            setattr(user, field, wanted[field])
        if changed:
            user.save(update_fields=changed)
            append_event(events.USER_CHANGED, user.uid, username=user.username)
    return user


def _check_username(username: str) -> None:
    if not USERNAME.fullmatch(username):
        raise Invalid("A sign-in name has letters, digits and @ . + - _, and 150 at most", path="username")


def close_account(*, user: User, actor: Actor) -> User:
    """Nobody acts as them any more: sessions, password, keys, links, uploads and jobs end. What they did stays."""
    _require_other(user, actor)
    with recorded(actor):
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active:
            user.is_active = False
            user.closings += 1  # links hang on it, and must not come back with the account
            user.set_unusable_password()  # another one each time: sessions hang on it
            with require_administrators(is_at_stake=True):
                user.save(update_fields=["is_active", "password", "closings"])
            user.api_keys.filter(revoked_at=None).update(revoked_at=moment.now())
            for session in UserSession.objects.filter(user=user):
                session.end()
            cancel_jobs_of(user.pk)
            for end in LEAVING:
                end(user, actor=actor)
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
    with recorded(actor):
        grant, made = give(user=user, role=role, dimension=dimension, code=code)
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
        with require_administrators(is_at_stake=grant.role == Role.ADMINISTRATOR):
            grant.delete()
            if user.pk == actor.user_id:
                require_own_access(actor)
        append_event(events.USER_CHANGED, user.uid, username=user.username)
    return grant


def give(
    *, role: str, dimension: Dimension, code: str, user: User | None = None, group: Group | None = None
) -> tuple[Grant, bool]:
    """A grant of a user or of a group, and whether it is new; for services that recorded who gives it."""
    if (dimension == Dimension.EVERYWHERE) != (not code):
        raise Invalid(
            "A role holds everywhere, or in one market, channel, queue or category that is named", path="code"
        )
    if dimension in LINES and not LINES[dimension](code):
        raise Invalid(f"There is no {dimension.value} {code[:80]!r} in which a role may hold", path="code")
    lock_role(role)
    return Grant.objects.get_or_create(user=user, group=group, role=role, dimension=dimension, code=code)


@contextmanager
def require_administrators(*, is_at_stake: bool) -> Iterator[None]:
    """Refuse what would leave the house without an administrator; one such change at a time."""
    if not is_at_stake:
        yield
        return
    hold_until_commit("accounts.administrators")
    had_some = administrators().exists()
    yield
    if had_some and not administrators().exists():
        raise Conflict("This would leave nobody who administers the house; name another administrator first")
