"""People and groups as SCIM documents."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from scim2_models import Context, Email, GroupMembership, Meta, Name, Reference

from foundation.accounts import models as accounts
from foundation.accounts.choices import Source
from foundation.core.errors import Missing
from foundation.provisioning.models import Entry
from foundation.provisioning.schemas import Group, Member, Person


def known_people() -> QuerySet[accounts.User]:
    """Who a directory may know of: people, not programs, and nobody whom it deleted and nobody took back."""
    known = accounts.User.objects.filter(is_service=False).exclude(Q(entry__is_gone=True, is_active=False))
    return known.select_related("entry")


def known_groups() -> QuerySet[accounts.Group]:
    """The groups that the directory keeps; those made by hand are none of its business."""
    return accounts.Group.objects.filter(source=Source.SCIM)


def find_person(uid: str, *, lock: bool = False) -> accounts.User:
    """Raises `Missing`."""
    rows = known_people().select_for_update(of=("self",)) if lock else known_people()
    found = rows.filter(uid__in=_uids(uid)).first()
    if found is None:
        raise Missing("The directory's id names nobody here", path="id")
    return found


def find_group(uid: str, *, lock: bool = False) -> accounts.Group:
    """Raises `Missing`."""
    rows = known_groups().select_for_update() if lock else known_groups()
    found = rows.filter(uid__in=_uids(uid)).first()
    if found is None:
        raise Missing("The directory's id names no group of its own", path="id")
    return found


def person_documents(users: Iterable[accounts.User], *, base: str) -> list[Person]:
    """One each, with the groups that the directory said they are in."""
    people = list(users)
    groups: dict[int, list[GroupMembership]] = defaultdict(list)
    said = accounts.Membership.objects.filter(user__in=people, source=Source.SCIM, group__in=known_groups())
    for one in said.select_related("group").order_by("group__name"):
        where = f"{base}/Groups/{one.group.uid}"
        member = GroupMembership(value=str(one.group.uid), ref=Reference(where), display=one.group.name, type="direct")
        groups[one.user_id].append(member)
    return [_person(user, groups[user.pk], base) for user in people]


def group_documents(groups: Iterable[accounts.Group], *, base: str, with_members: bool = True) -> list[Group]:
    """One each, with the members that the directory put in."""
    found = list(groups)
    members: dict[int, list[Member]] = defaultdict(list)
    if with_members:
        said = accounts.Membership.objects.filter(group__in=found, source=Source.SCIM)
        for one in said.select_related("user").order_by("pk"):
            where = f"{base}/Users/{one.user.uid}"
            member = Member(value=str(one.user.uid), ref=Reference(where), type="User")
            members[one.group_id].append(member)
    return [_group(group, members[group.pk], base) for group in found]


def version_of(document: Person | Group) -> str:
    """A weak entity tag of all that the document says."""
    body = document.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    body.pop("meta", None)
    text = json.dumps(body, sort_keys=True, default=str)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def entry_of(user: accounts.User) -> Entry | None:
    """What the directory said of them, if it ever did."""
    return getattr(user, "entry", None)


def _person(user: accounts.User, groups: list[GroupMembership], base: str) -> Person:
    entry = entry_of(user)
    document = Person.model_validate(entry.document if entry else {})
    document.id, document.user_name, document.active = str(user.uid), user.username, user.is_active
    document.external_id = (entry.external_id if entry else "") or None
    _say_name(document, user)
    _say_email(document, user)
    document.groups = groups or None
    changed = entry.changed_at if entry else user.date_joined
    document.meta = Meta(
        resource_type="User", created=user.date_joined, last_modified=changed, location=f"{base}/Users/{user.uid}"
    )
    document.meta.version = version_of(document)
    return document


def _say_name(document: Person, user: accounts.User) -> None:
    name = document.name or Name()
    name.given_name, name.family_name = user.first_name or None, user.last_name or None
    document.name = name if name.model_dump() else None


def _say_email(document: Person, user: accounts.User) -> None:
    """The account's address is the primary one, or the first."""
    emails = document.emails or []
    chosen = main_email(document)
    if chosen is not None and user.email:
        chosen.value = user.email
    elif user.email:
        emails = [Email(value=user.email, type=Email.Type.work, primary=True)]
    document.emails = emails or None


def main_email(document: Person) -> Email | None:
    """The address that the account is written to at."""
    emails = document.emails or []
    return next((one for one in emails if one.primary), emails[0] if emails else None)


def _group(group: accounts.Group, members: list[Member], base: str) -> Group:
    document = Group(
        id=str(group.uid), display_name=group.name, external_id=group.external_id or None, members=members or None
    )
    document.meta = Meta(resource_type="Group", location=f"{base}/Groups/{group.uid}")
    document.meta.version = version_of(document)
    return document


def _uids(text: str) -> list[UUID]:
    """The id, or nothing where it is none of ours."""
    try:
        return [UUID(text)]
    except ValueError:
        return []
