"""Groups as a directory has them. What a group may is said by people, in settings."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from foundation.accounts.choices import Source
from foundation.accounts.models import Group, User
from foundation.accounts.services import add_members, create_group, delete_group, edit_group, remove_members
from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.history.services import recorded
from foundation.provisioning.queries.documents import find_group, group_documents, known_people
from foundation.provisioning.schemas import Group as GroupDocument
from foundation.provisioning.services.people import LONGEST_ID, Change, require_version


def provision_group(*, document: GroupDocument, actor: Actor) -> Group:
    """A group without a role, with the members that it names."""
    actor = actor.require("accounts.provision")
    with recorded(actor):
        group = create_group(
            name=document.display_name or "", external_id=_external_id(document), source=Source.SCIM, actor=actor
        )
        add_members(group=group, users=_people(_ids(document)), source=Source.SCIM, actor=actor)
    return group


def change_group(*, uid: str, change: Change, actor: Actor, match: str = "") -> Group:
    """Write what the change makes of the group's document; members by others' word stay."""
    actor = actor.require("accounts.provision")
    with recorded(actor):
        group = find_group(uid, lock=True)
        [before] = group_documents([group], base="")
        require_version(before, match)
        old = _ids(before)
        after = change(before.model_copy(deep=True))
        new = _ids(after)
        group = edit_group(group=group, name=after.display_name or "", external_id=_external_id(after), actor=actor)
        add_members(group=group, users=_people(new - old), source=Source.SCIM, actor=actor)
        gone = User.objects.filter(uid__in=old - new)
        remove_members(group=group, users=list(gone), source=Source.SCIM, actor=actor)
    return group


def withdraw_group(*, uid: str, actor: Actor, match: str = "") -> str:
    """End the group and what its members had by it; its name."""
    actor = actor.require("accounts.provision")
    with recorded(actor):
        group = find_group(uid, lock=True)
        [before] = group_documents([group], base="")
        require_version(before, match)
        delete_group(group=group, actor=actor)
    return group.name


def _ids(document: GroupDocument) -> set[str]:
    return {str(one.value) for one in document.members or [] if one.value}


def _people(ids: Iterable[str]) -> list[User]:
    """Everybody who is named; raises `Invalid` for an id that names nobody."""
    uids = {_uid(one) for one in ids}
    people = list(known_people().filter(uid__in=uids).order_by("pk"))
    if len(people) < len(uids):
        unknown = sorted(map(str, uids - {one.uid for one in people}))
        raise Invalid(f"No person has the id {unknown[0]}; groups of groups are not kept", path="members")
    return people


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(f"{text[:40]!r} is the id of nobody", path="members") from None


def _external_id(document: GroupDocument) -> str:
    external_id = document.external_id or ""
    if len(external_id) > LONGEST_ID:
        raise Invalid(f"An externalId has at most {LONGEST_ID} characters", path="externalId")
    return external_id
