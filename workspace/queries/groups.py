"""Groups as the pages of settings show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from foundation.accounts.choices import Source
from foundation.accounts.models import Group, Membership, User
from foundation.core.actors import Actor
from foundation.core.errors import Missing
from foundation.core.pages import keyset_page
from workspace.queries.settings import SettingList, SettingRow, grant_rows
from workspace.queries.shown import State

GROUPS, MEMBERS = 50, 50
KEEPERS = {Source.HAND: "by hand", Source.SCIM: "by the directory"}


@dataclass(frozen=True)
class MemberRow:
    """A membership; only one by hand is taken back here."""

    user_uid: UUID
    name: str
    username: str
    keeper: str
    is_by_hand: bool
    url: str


@dataclass(frozen=True)
class MemberList:
    rows: list[MemberRow]
    next_cursor: str


def group_list(actor: Actor, *, q: str = "", cursor: str = "") -> SettingList:
    """Groups by name, with their roles and how many are in each."""
    actor.require("accounts.manage")
    found = Group.objects.visible_to(actor).filter(name__icontains=q).prefetch_related("grants__group")
    page = keyset_page(found, order=("name", "pk"), cursor=cursor, limit=GROUPS)
    counts = dict(
        Membership.objects.filter(group__in=page.rows)
        .order_by()
        .values_list("group")
        .annotate(Count("user", distinct=True))
    )
    return SettingList([_row(one, counts.get(one.pk, 0)) for one in page.rows], page.next_cursor)


def get_group(uid: UUID, *, actor: Actor) -> Group:
    """Raises `Missing`, and `Denied` for who does not manage accounts."""
    actor.require("accounts.manage")
    group = Group.objects.visible_to(actor).prefetch_related("grants").filter(uid=uid).first()
    if group is None:
        raise Missing("There is no such group", path="uid")
    return group


def members(group: Group, *, cursor: str = "") -> MemberList:
    """Who is in it, by sign-in name, and by whose word."""
    found = group.memberships.select_related("user")
    page = keyset_page(found, order=("user__username", "pk"), cursor=cursor, limit=MEMBERS)
    return MemberList([_member(one) for one in page.rows], page.next_cursor)


def get_user_named(username: str) -> User:
    """Raises `Missing`."""
    user = User.objects.filter(username=username).first() if "\0" not in username else None
    if user is None:
        raise Missing(f"Nobody signs in as {username}", path="username")
    return user


def get_user(uid: Any) -> User:
    """Raises `Missing`."""
    try:
        return User.objects.get(uid=UUID(str(uid)))
    except (ValueError, User.DoesNotExist):
        raise Missing("There is no such person", path="user") from None


def group_names(user: User) -> list[tuple[str, str]]:
    """The groups of somebody with prefetched memberships: name and address."""
    groups = {one.group.name: one.group.uid for one in user.memberships.all()}
    return [(name, reverse("group", args=[uid])) for name, uid in sorted(groups.items())]


def keeper(source: str) -> str:
    """Who says that somebody is in a group, in words."""
    return KEEPERS.get(Source(source), "") if source in list(Source) else f"by {source}"


def _row(group: Group, members: int) -> SettingRow:
    roles = [f"{row.role}, {row.where}" for row in grant_rows(group.grants.all())] or ["no role yet"]
    count = f"{members:,} {'person' if members == 1 else 'people'}"
    kept = None if group.source == Source.HAND else State(f"Kept {keeper(group.source)}")
    return SettingRow(reverse("group", args=[group.uid]), "", group.name, [count, *roles], kept)


def _member(one: Membership) -> MemberRow:
    user = one.user
    url = reverse("person", args=[user.uid])
    return MemberRow(user.uid, str(user), user.username, keeper(one.source), one.source == Source.HAND, url)
