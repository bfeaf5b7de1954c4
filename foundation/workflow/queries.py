"""Finding people for items, and queues for people."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from foundation.accounts.models import Grant, RoleDefinition, User
from foundation.accounts.queries import WITH_GRANTS, actor_of
from foundation.core.actors import Actor
from foundation.workflow.models import Queue, WorkItem


def queues_of(actor: Actor) -> QuerySet[Queue]:
    """The queues that the actor sees; `is_owned` says which are of one of their roles. Administrators own all."""
    if not actor.may("workflow.work"):
        return Queue.objects.none()
    mine = Grant.objects.held_by(actor.user_id).filter(role=OuterRef("role"))
    return Queue.objects.visible_to(actor).annotate(is_owned=Value(True) if actor.may("*") else Exists(mine))


def able_people(item: WorkItem | None = None) -> list[User]:
    """Who works on work items, or on this one, by name."""
    roles = RoleDefinition.objects.carrying("workflow.work").values("code")
    working = Grant.objects.filter(role__in=roles).values("pk")
    able = Q(is_superuser=True) | Q(grants__in=working) | Q(memberships__group__grants__in=working)
    users: Iterable[User] = (
        User.objects.filter(able, is_active=True, is_service=False).distinct().prefetch_related(*WITH_GRANTS)
    )
    found = [user for user in users if item is None or item.is_visible_to(actor_of(user))]
    return sorted(found, key=lambda user: str(user).casefold())
