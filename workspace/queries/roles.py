"""What each role may, as a matrix, and who has it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count
from django.urls import reverse

from foundation.accounts.models import Grant, RoleDefinition
from foundation.core.actors import ALL, Actor
from foundation.core.permissions import DECLARED, Permission

HOLDERS = 6
FACTOR = Permission("second-factor", "Signing in", "Signs in with a second factor")
"""A line of the matrix which is no permission, and says what a role requires."""


@dataclass(frozen=True)
class Holder:
    name: str
    url: str
    where: str


@dataclass(frozen=True)
class Cell:
    """Whether a role has a permission; `is_fixed` for administrators, who have all."""

    role: str
    role_name: str
    permission: str
    sentence: str
    holds: bool
    is_fixed: bool

    @property
    def id(self) -> str:
        return f"may-{self.role}-{self.permission.replace('.', '-')}"


@dataclass(frozen=True)
class Line:
    permission: Permission
    cells: list[Cell]


@dataclass(frozen=True)
class Group:
    name: str
    lines: list[Line]


@dataclass(frozen=True)
class RoleCard:
    role: RoleDefinition
    held: int
    holders: list[Holder]


@dataclass(frozen=True)
class Matrix:
    roles: list[RoleCard]
    groups: list[Group]
    may_edit: bool


def role_matrix(actor: Actor) -> Matrix:
    """Every permission by room, every role; who has them is for those who manage accounts."""
    roles = list(RoleDefinition.objects.visible_to(actor))
    may_edit = actor.may("accounts.manage")
    groups = [
        Group(name, [Line(one, [cell_of(role, one) for role in roles]) for one in some])
        for name, some in groupby(_by_group(), key=lambda one: one.group)
    ]
    groups.append(Group(FACTOR.group, [Line(FACTOR, [cell_of(role, FACTOR) for role in roles])]))
    return Matrix(_cards(roles, counted=may_edit), groups, may_edit)


def cell_of(role: RoleDefinition, permission: Permission) -> Cell:
    if permission is FACTOR:
        return Cell(role.code, role.name, FACTOR.name, FACTOR.sentence, role.requires_factor, is_fixed=False)
    is_fixed = ALL in role.permissions
    holds = is_fixed or permission.name in role.permissions
    return Cell(role.code, role.name, permission.name, permission.sentence, holds, is_fixed)


def _by_group() -> list[Permission]:
    order = {name: place for place, name in enumerate(dict.fromkeys(one.group for one in DECLARED.values()))}
    return sorted(DECLARED.values(), key=lambda one: order[one.group])


def _cards(roles: list[RoleDefinition], *, counted: bool) -> list[RoleCard]:
    if not counted:
        return [RoleCard(role, 0, []) for role in roles]
    held = dict(Grant.objects.order_by().values_list("role").annotate(Count("pk")))
    cards = []
    for role in roles:
        some = Grant.objects.filter(role=role.code).select_related("user", "group").order_by("pk")[:HOLDERS]
        cards.append(RoleCard(role, held.get(role.code, 0), [_holder(one) for one in some]))
    return cards


def _holder(grant: Grant) -> Holder:
    where = f"{grant.dimension} {grant.code}" if grant.code else ""
    if grant.group:
        return Holder(f"group {grant.group}", reverse("group", args=[grant.group.uid]), where)
    return Holder(str(grant.user), reverse("person", args=[grant.user.uid if grant.user else ""]), where)
