"""What each role may: roles made, copied, changed and deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from foundation.accounts import events
from foundation.accounts.choices import PERMISSIONS, SENTENCES, Role
from foundation.accounts.models import Grant, RoleDefinition, User
from foundation.accounts.queries import actor_of
from foundation.core.actors import ALL, Actor, system
from foundation.core.codes import SMALL_CODE
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.core.permissions import DECLARED
from foundation.events.services import append_event
from foundation.history.services import recorded

FULL = "Administrators may everything; make another role for less"
LONGEST_NAME, LONGEST_SENTENCE = 100, 300


def define_role(
    *, code: str, actor: Actor, name: str | None = None, sentence: str | None = None,
    permissions: Collection[str] | None = None, requires_factor: bool | None = None, is_new: bool | None = None,
) -> RoleDefinition:  # fmt: skip
    """Make a role, or change what is named of one; `is_new` says which of the two it must be.

    Raises `Conflict` where the actor would lose their own access, and for a new one whose code is taken.
    """
    actor = _require_person(actor)
    if not SMALL_CODE.fullmatch(code):
        raise Invalid("A role's code has small letters, digits and hyphens, 40 at most", path="code")
    with recorded(actor):
        role = RoleDefinition.objects.select_for_update().filter(code=code).first() or RoleDefinition(code=code)
        if is_new is False and role.pk is None:
            raise Missing(f"There is no role {code!r}", path="role")
        if is_new and role.pk is not None:
            raise Conflict(f"There is a role {code} already", path="code")
        before = (role.pk, role.name, role.sentence, sorted(role.permissions), role.requires_factor)
        if name is not None or role.pk is None:
            role.name = _text(name or code.capitalize(), LONGEST_NAME, "name")
        if sentence is not None:
            role.sentence = _text(sentence, LONGEST_SENTENCE, "sentence", is_needed=False)
        if permissions is not None:
            role.permissions = _checked(role, permissions)
        if requires_factor is not None:
            role.requires_factor = requires_factor
        if (role.pk, role.name, role.sentence, role.permissions, role.requires_factor) != before:
            role.save()
            append_event(events.ROLE_DEFINED, role.uid, role=code)
            require_own_access(actor)
    return role


def permit(*, code: str, permission: str, holds: bool, actor: Actor) -> RoleDefinition:
    """Give a role one permission, or take it away."""
    actor = _require_person(actor)
    with recorded(actor):
        role = lock_role(code)
        if ALL in role.permissions:
            raise Conflict(FULL, path="permissions")
        wanted = {*role.permissions, permission} if holds else set(role.permissions) - {permission}
        return define_role(code=code, permissions=wanted, actor=actor)


def copy_role(*, code: str, to: str, name: str, actor: Actor, sentence: str | None = None) -> RoleDefinition:
    """A new role that may and requires what another one does, and says the same of itself unless told otherwise."""
    actor = _require_person(actor)
    with recorded(actor):
        role = lock_role(code)
        permissions = DECLARED.keys() if ALL in role.permissions else role.permissions
        words = role.sentence if sentence is None else sentence
        return define_role(
            code=to, name=name, sentence=words, permissions=permissions, requires_factor=role.requires_factor,
            actor=actor, is_new=True,
        )  # fmt: skip


def delete_role(*, code: str, actor: Actor) -> None:
    """A role that nobody has; those that the house began with stay."""
    actor = _require_person(actor)
    with recorded(actor):
        role = lock_role(code)
        if role.is_first:
            raise Conflict("The house began with this role, and it stays", path="code")
        if held := Grant.objects.filter(role=code).count():
            raise Conflict(f"It is granted {held} times; take it from those who have it first", path="code")
        role.delete()
        append_event(events.ROLE_DELETED, role.uid, role=code)


def lock_role(code: str) -> RoleDefinition:
    """The role, which nobody deletes or changes meanwhile."""
    role = RoleDefinition.objects.select_for_update().filter(code=code).first()
    if role is None:
        raise Missing(f"There is no role {code!r}", path="role")
    return role


def require_own_access(actor: Actor) -> None:
    """Raise `Conflict` where the actor, a person, has just locked themselves out of accounts."""
    user = User.objects.filter(pk=actor.user_id or -1).first()
    if user is not None and not actor_of(user).may("accounts.manage"):
        raise Conflict("Nobody takes away their own last key to the house; ask another administrator", path="role")


@contextmanager
def keeping_own_access(actor: Actor) -> Iterator[None]:
    """For changes to groups, whoever makes them: who managed accounts before manages them after."""
    user = User.objects.filter(pk=actor.user_id or -1).first()
    had = user is not None and actor_of(user).may("accounts.manage")
    yield
    if had:
        require_own_access(actor)


def seed_roles() -> None:
    """The roles that a house begins with, where they are not there."""
    if RoleDefinition.objects.filter(is_first=True).exists():
        return
    with recorded(system("migration")):
        RoleDefinition.objects.bulk_create(
            RoleDefinition(
                code=role.value, name=role.value.capitalize(), sentence=SENTENCES[role], is_first=True,
                permissions=sorted(PERMISSIONS[role]),
            )
            for role in Role
        )  # fmt: skip


def _require_person(actor: Actor) -> Actor:
    """Who manages accounts, signed in. A key that said what roles may would widen itself."""
    if actor.is_key:
        raise Denied("People say what roles may, signed in; a key cannot", permission="accounts.manage")
    return actor.require("accounts.manage")


def _checked(role: RoleDefinition, permissions: Collection[str]) -> list[str]:
    found = set(permissions)
    if role.code == Role.ADMINISTRATOR and found != {ALL}:
        raise Conflict(FULL, path="permissions")
    if role.code != Role.ADMINISTRATOR and (unknown := sorted(found - DECLARED.keys())):
        raise Invalid(f"There is no permission {unknown[0]!r}", path="permissions")
    if "pim.view_secret" in found:
        found.add("pim.view_restricted")  # the higher class has the lower ones in it
    return sorted(found)


def _text(text: str, longest: int, path: str, *, is_needed: bool = True) -> str:
    text = text.strip()
    if (is_needed and not text) or len(text) > longest or "\0" in text:
        raise Invalid(f"{path.capitalize()}: at most {longest} characters", path=path)
    return text
