"""Working through a queue one by one: where one stands, and what comes before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from workspace.queries.counts import MOST, Capped, capped_count

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

    `key` is unique and orders the queue, with `-` downwards. The first few hundred are read once, by their keys: where
    few rows of a large table wait, finding each costs as much as finding all. What is further back is looked for.
    """
    name = key.lstrip("-")
    keys = list(rows.order_by(key).values_list(name, "uid")[: MOST + 1])
    at, is_more = _place_of(keys, uid, after, is_falling=key.startswith("-")), len(keys) > MOST
    if is_more and (at is None or at == MOST):
        return _spot_in_many(rows, key, uid, after)
    at = at or 0
    current = rows.filter(**{name: keys[at][0]}).first() if keys else None
    if current is None:
        return Spot(None, Capped(0), Capped(0), None, None)
    return Spot(
        current,
        Capped(at + 1),
        Capped(min(len(keys), MOST), is_more),
        keys[at - 1][1] if at else None,
        keys[at + 1][1] if at + 1 < len(keys) else None,
    )


def _place_of(keys: list[tuple[Any, UUID]], uid: str, after: Any, *, is_falling: bool) -> int | None:
    """The first of all when nothing is asked for; none when what is asked for is not among these."""
    named = next((at for at, (_, one) in enumerate(keys) if str(one) == uid), None)
    if named is not None:
        return named
    if after is None:
        return 0
    return next((at for at, (value, _) in enumerate(keys) if (value < after if is_falling else value > after)), None)


def _spot_in_many(rows: QuerySet[M], key: str, uid: str, after: Any) -> Spot[M]:
    name, ahead, behind = key.lstrip("-"), "gt", "lt"
    if key.startswith("-"):
        ahead, behind = behind, ahead
    ordered = rows.order_by(key)
    current = _by_uid(ordered, uid)
    if current is None and after is not None:
        current = ordered.filter(**{f"{name}__{ahead}": after}).first()
    current = current or ordered.first()
    if current is None:  # decided by others while it was read
        return Spot(None, Capped(0), Capped(0), None, None)
    value = getattr(current, name)
    before, later = ordered.filter(**{f"{name}__{behind}": value}), ordered.filter(**{f"{name}__{ahead}": value})
    gone = capped_count(before)
    return Spot(
        current,
        Capped(min(gone.number + 1, MOST), gone.is_more),
        Capped(MOST, is_more=True),
        before.reverse().values_list("uid", flat=True).first(),
        later.values_list("uid", flat=True).first(),
    )


def _by_uid(rows: QuerySet[M], uid: str) -> M | None:
    try:
        return rows.filter(uid=UUID(uid)).first() if uid else None
    except ValueError:
        return None
