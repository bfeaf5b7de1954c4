"""Finding people for items, and queues for people."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from foundation.accounts.models import Grant, RoleDefinition, User
from foundation.accounts.queries import actor_of
from foundation.core.actors import Actor
from foundation.workflow.models import Queue, WorkItem


def queues_of(actor: Actor) -> QuerySet[Queue]:
    """The queues that the actor sees; `is_owned` says which are of one of their roles. Administrators own all."""
    if not actor.may("workflow.work"):
        return Queue.objects.none()
    mine = Grant.objects.filter(user_id=actor.user_id or -1, role=OuterRef("role"))
    return Queue.objects.visible_to(actor).annotate(is_owned=Value(True) if actor.may("*") else Exists(mine))


def able_people(item: WorkItem | None = None) -> list[User]:
    """Who works on work items, or on this one, by name."""
    working = RoleDefinition.objects.carrying("workflow.work").values("code")
    users: Iterable[User] = (
        User.objects.filter(
            Q(is_superuser=True) | Q(grants__role__in=working),
            is_active=True,
            is_service=False,
        )
        .distinct()
        .prefetch_related("grants")
    )
    able = [user for user in users if item is None or item.is_visible_to(actor_of(user))]
    return sorted(able, key=lambda user: str(user).casefold())
