"""Groups: made and ended, filled by hand or by a directory, given roles."""

from __future__ import annotations

from collections.abc import Collection

from foundation.accounts import events
from foundation.accounts.choices import Role, Source
from foundation.accounts.models import Group, Membership, User
from foundation.accounts.services.people import require_administrators
from foundation.accounts.services.roles import keeping_own_access
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded

LONGEST_NAME = 200


def create_group(*, name: str, actor: Actor, external_id: str = "", source: str = Source.HAND) -> Group:
    """A group without members and without roles."""
    _require(actor, source)
    with recorded(actor):
        group = Group.objects.create(name=_free(name), external_id=external_id, source=source)
        append_event(events.GROUP_CHANGED, group.uid, group=group.name)
    return group


def edit_group(*, group: Group, actor: Actor, name: str, external_id: str | None = None) -> Group:
    """What a group is called, and what its directory knows it by."""
    with recorded(actor):
        group = _lock(group, actor)
        kept = group.name, group.external_id
        group.name = _free(name, group)
        group.external_id = group.external_id if external_id is None else external_id
        if (group.name, group.external_id) != kept:
            group.save(update_fields=["name", "external_id"])
            append_event(events.GROUP_CHANGED, group.uid, group=group.name)
    return group


def delete_group(*, group: Group, actor: Actor) -> None:
    """End a group: its members lose what they had by it."""
    with recorded(actor):
        group = _lock(group, actor)
        with keeping_own_access(actor), require_administrators(is_at_stake=_administers(group)):
            group.delete()
        append_event(events.GROUP_CHANGED, group.uid, group=group.name)


def add_members(*, group: Group, users: Collection[User], actor: Actor, source: str = Source.HAND) -> int:
    """Put people into a group by the word of a source; how many were not in it by that word."""
    _require(actor, source)
    with recorded(actor):
        group = Group.objects.select_for_update().get(pk=group.pk)
        known = set(group.memberships.filter(source=source, user__in=users).values_list("user", flat=True))
        new = [Membership(group=group, user=user, source=source) for user in users if user.pk not in known]
        if new:
            Membership.objects.bulk_create(new)
            append_event(events.GROUP_CHANGED, group.uid, group=group.name)
    return len(new)


def remove_members(*, group: Group, users: Collection[User], actor: Actor, source: str = Source.HAND) -> int:
    """Take back a source's word that people are in a group; how many it had said so of."""
    _require(actor, source)
    with recorded(actor):
        group = Group.objects.select_for_update().get(pk=group.pk)
        with keeping_own_access(actor), require_administrators(is_at_stake=_administers(group)):
            gone, _ = group.memberships.filter(source=source, user__in=users).delete()
        if gone:
            append_event(events.GROUP_CHANGED, group.uid, group=group.name)
    return gone


def set_memberships(
    *, user: User, names: Collection[str], source: str, actor: Actor, makes_groups: bool = False
) -> list[Group]:
    """The groups that a source says somebody is in, by name; what other sources say stays.

    Names that no group has are left out, or with `makes_groups` made into groups without roles, kept by the source.
    """
    _require(actor, source)
    wanted = {name.strip().casefold(): name for name in names if name.strip()}
    with recorded(actor):
        known = {group.name.casefold(): group for group in Group.objects.order_by("pk")}
        if makes_groups:
            for folded, name in wanted.items():
                if folded not in known:
                    known[folded] = create_group(name=name, source=source, actor=actor)
        groups = [known[folded] for folded in wanted if folded in known]
        said = {one.group_id: one.group for one in user.memberships.filter(source=source).select_related("group")}
        chosen = {group.pk for group in groups}
        for group in groups:
            if group.pk not in said:
                add_members(group=group, users=[user], source=source, actor=actor)
        for number, group in said.items():
            if number not in chosen:
                remove_members(group=group, users=[user], source=source, actor=actor)
    return groups


def _lock(group: Group, actor: Actor) -> Group:
    locked = Group.objects.select_for_update().filter(pk=group.pk).first()
    if locked is None:
        raise Missing("There is no such group any more", path="group")
    _require(actor, locked.source)
    return locked


def _require(actor: Actor, source: str) -> None:
    """A directory's key keeps what the directory said; everything else is for who manages accounts."""
    if source != Source.SCIM or not actor.may("accounts.provision"):
        actor = actor.require("accounts.manage")


def _administers(group: Group) -> bool:
    return group.grants.filter(role=Role.ADMINISTRATOR).exists()


def _free(name: str, group: Group | None = None) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid(f"A group has a name of at most {LONGEST_NAME} characters", path="name")
    taken = Group.objects.filter(name__iexact=name).first()
    if taken and taken != group:
        raise Conflict(f"There is a group {taken.name!r} already", path="name")
    return name
