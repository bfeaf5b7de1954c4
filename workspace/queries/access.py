"""Why somebody may do something, or may not: each role that they have, looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from foundation.accounts.models import Grant, RoleDefinition, User
from foundation.accounts.queries import actor_of, grants_of, reaches_of, why_not_viewed
from foundation.core.actors import ALL, CATEGORY, Actor
from foundation.core.errors import Missing
from foundation.core.permissions import DECLARED, Permission
from foundation.taxonomy.queries import line_of
from pim.models import Product
from workspace.queries.people import who_helps
from workspace.queries.shown import State


@dataclass(frozen=True)
class Look:
    """One role of theirs: by which group, where it holds, and whether it allows what was asked."""

    role: str
    group: str
    group_url: str
    where: str
    state: State


@dataclass(frozen=True)
class Access:
    """`wish` says what would turn a no into a yes; `helpers` who can do that.

    `view_url` is where who asks may see the pages as the person does, where they may.
    """

    may: bool
    sentence: str
    looks: list[Look]
    wish: str
    helpers: list[str]
    view_url: str


@dataclass(frozen=True)
class Question:
    """May the person do this: at all, in these places (`market`: `FR`), with this product."""

    user: User
    permission: Permission
    places: Mapping[str, str]
    product: Product | None = None

    def __str__(self) -> str:
        words = [f"in {name} {code}" for name, code in self.places.items()]
        words += [f"with {self.product.sku}"] if self.product else []
        return " ".join([f"“{self.permission.sentence}”", *words])


def find_product(sku: str, *, actor: Actor) -> Product | None:
    """One that the asking person sees; raises `Missing` for any other."""
    if not sku:
        return None
    found = Product.objects.visible_to(actor).filter(sku=sku).first()
    if found is None:
        raise Missing("There is no product of this SKU", path="product")
    return found


def explain(asked: Question, *, actor: Actor) -> Access:
    """The answer that services would give now, with what each role says to it."""
    whom = actor_of(asked.user)
    may = _allows(whom, asked)
    return Access(
        may=may,
        sentence=f"{asked.user} {'may' if may else 'may not'}: {asked}",
        looks=_looks(asked),
        wish="" if may else _wish(asked),
        helpers=[] if may else who_helps(),
        view_url=reverse("view_as", args=[asked.user.uid]) if _may_view_as(asked.user, actor) else "",
    )


def _may_view_as(user: User, actor: Actor) -> bool:
    return actor.may("accounts.manage") and not why_not_viewed(user, actor=actor)


def _allows(whom: Actor, asked: Question) -> bool:
    places = {name: line_of(code) if name == CATEGORY else code for name, code in asked.places.items()}
    there = whom.at(**places)
    if not there.may(asked.permission.name):
        return False
    if asked.product is None:
        return True
    seen = Product.objects.visible_to(there.within(asked.permission.name))
    return seen.filter(pk=asked.product.pk).exists()


def _looks(asked: Question) -> list[Look]:
    names = dict(RoleDefinition.objects.values_list("code", "name"))

    def source(grant: Grant) -> tuple[int, str]:
        return grant.group_id or 0, grant.role

    grants = sorted(grants_of(asked.user), key=source)
    return [_look(names.get(role, role), list(some), asked) for (_, role), some in groupby(grants, key=source)]


def _look(name: str, grants: list[Grant], asked: Question) -> Look:
    [reach] = reaches_of(grants)
    group = grants[0].group
    wanted = asked.permission
    has = {wanted.name, ALL} & set(getattr(grants[0], "permissions", None) or ())
    if not has:
        state = State("Does not allow it")
    elif not reach.carries(wanted.name):
        state = State("Allows it only where the role holds everywhere", "attention")
    elif not _allows(Actor("nobody", reaches=(reach,)), asked):
        state = State("Does not reach there", "attention")
    else:
        state = State("Allows it", "ok")
    return Look(
        role=name,
        group=group.name if group else "",
        group_url=reverse("group", args=[group.uid]) if group else "",
        where=str(reach) or "everywhere",
        state=state,
    )


def _wish(asked: Question) -> str:
    if not asked.user.is_active:
        return "The account is closed; reopen it first"
    roles = _names(RoleDefinition.objects.order_by("pk"), asked.permission)
    if asked.permission.is_house_wide:
        return f"A role that allows it, granted everywhere: {roles}"
    where = " and ".join(f"{name} {code}" for name, code in asked.places.items())
    if asked.product and not where:
        where = f"a market or a category that {asked.product.sku} is in, or everywhere"
    return f"A role that allows it{f', granted in {where}' if where else ''}: {roles}"


def _names(roles: Iterable[RoleDefinition], permission: Permission) -> str:
    return ", ".join(one.name for one in roles if {permission.name, ALL} & set(one.permissions))


def permission_choices() -> list[tuple[str, str]]:
    """Every permission, to choose from by its sentence."""
    return [(one.name, f"{one.group}: {one.sentence}") for one in sorted(DECLARED.values(), key=lambda one: one.group)]
