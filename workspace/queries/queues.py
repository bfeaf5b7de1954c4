"""Working through a queue one by one: where one stands, and what comes before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from workspace.queries.counts import Capped, capped_count

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Spot(Generic[M]):
    """One of a queue, with its place among all; None where the queue is empty."""

    current: M | None
    position: Capped
    total: Capped
    previous: UUID | None
    following: UUID | None


def spot_in(rows: QuerySet[M], *, key: str, uid: str = "", after: Any = None) -> Spot[M]:
    """The one asked for, else the first after the key of one just decided, else the first of all.

    `key` is unique and orders the queue, with `-` downwards. Counts stop at a thousand.
    """
    name, ahead, behind = key.lstrip("-"), "gt", "lt"
    if key.startswith("-"):
        ahead, behind = behind, ahead
    ordered = rows.order_by(key)
    current = _by_uid(ordered, uid)
    if current is None and after is not None:
        current = ordered.filter(**{f"{name}__{ahead}": after}).first()
    current = current or ordered.first()
    if current is None:
        return Spot(None, Capped(0), Capped(0), None, None)
    value = getattr(current, name)
    before, later = ordered.filter(**{f"{name}__{behind}": value}), ordered.filter(**{f"{name}__{ahead}": value})
    gone = capped_count(before)
    return Spot(
        current,
        Capped(gone.number + 1, gone.is_more),
        capped_count(rows),
        before.reverse().values_list("uid", flat=True).first(),
        later.values_list("uid", flat=True).first(),
    )


def _by_uid(rows: QuerySet[M], uid: str) -> M | None:
    try:
        return rows.filter(uid=UUID(uid)).first() if uid else None
    except ValueError:
        return None
