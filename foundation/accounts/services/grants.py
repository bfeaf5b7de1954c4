"""Roles given and taken, to a person or to all members of a group."""

from __future__ import annotations

from typing import Any

from foundation.accounts import events
from foundation.accounts.choices import Dimension, Role
from foundation.accounts.models import Grant, Group, User
from foundation.accounts.registry import LINES
from foundation.accounts.services.people import require_administrators
from foundation.accounts.services.roles import keeping_own_access, lock_role
from foundation.core.actors import Actor
from foundation.core.errors import Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded


def grant_role(
    *, holder: User | Group, role: str, actor: Actor, dimension: Dimension = Dimension.EVERYWHERE, code: str = ""
) -> Grant:
    """Give a role; giving it twice changes nothing."""
    actor = actor.require("accounts.manage")
    if (dimension == Dimension.EVERYWHERE) != (not code):
        text = "A role holds everywhere, or in one market, channel, queue or category that is named"
        raise Invalid(text, path="code")
    if dimension in LINES and not LINES[dimension](code):
        raise Invalid(f"There is no {dimension.value} {code[:80]!r} in which a role may hold", path="code")
    with recorded(actor):
        lock_role(role)
        grant, made = Grant.objects.get_or_create(**_held_by(holder), role=role, dimension=dimension, code=code)
        if made:
            _tell(holder)
    return grant


def revoke_role(*, holder: User | Group, grant_id: int, actor: Actor) -> Grant:
    """Take a role away; raises `Missing` when they do not have it any more."""
    actor = actor.require("accounts.manage")
    with recorded(actor):
        grant = Grant.objects.select_for_update().filter(pk=grant_id, **_held_by(holder)).first()
        if grant is None:
            raise Missing("This role is not there any more", path="grant")
        with keeping_own_access(actor), require_administrators(is_at_stake=grant.role == Role.ADMINISTRATOR):
            grant.delete()
        _tell(holder)
    return grant


def _held_by(holder: User | Group) -> dict[str, Any]:
    return {"user": None, "group": None} | {"group" if isinstance(holder, Group) else "user": holder}


def _tell(holder: User | Group) -> None:
    if isinstance(holder, Group):
        append_event(events.GROUP_CHANGED, holder.uid, group=holder.name)
    else:
        append_event(events.USER_CHANGED, holder.uid, username=holder.username)
