"""Completeness counted: by family and scope, by missing attribute, and day by day. None of it reads products."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from foundation.core.actors import ANONYMOUS, CATEGORY, Actor
from foundation.core.fields import positions
from foundation.markets.models import Scope
from pim.models import Completeness, CompletenessDay, CompletenessSummary, FamilyAttribute, MissingCount
from pim.models.completeness import CompletenessQuerySet

# What the summary of some families should hold, counted anew.
COUNTED = """
    SELECT family_id, scope_id, count(*)::int AS products, (count(*) FILTER (WHERE filled = required))::int AS complete,
           sum(required)::bigint AS required, sum(filled)::bigint AS filled
      FROM pim_completeness WHERE is_placed AND is_sellable AND family_id = ANY(%(families)s)
     GROUP BY family_id, scope_id
"""
MISSED = """
    SELECT one.family_id, one.scope_id, fa.index, sum(one.products)::int AS products
      FROM (SELECT family_id, scope_id, missing, count(*) AS products
              FROM pim_completeness
             WHERE is_placed AND is_sellable AND filled < required AND family_id = ANY(%(families)s)
             GROUP BY family_id, scope_id, missing) AS one
      JOIN pim_familyattribute fa ON fa.family_id = one.family_id AND get_bit(one.missing, fa.index) = 1
     GROUP BY one.family_id, one.scope_id, fa.index
"""
LAST_BEFORE = """
    SELECT last.products, last.complete, last.required, last.filled, f.id, s.id
      FROM pim_family f CROSS JOIN markets_scope s
     CROSS JOIN LATERAL (
           SELECT * FROM pim_completenessday d
            WHERE d.family_id = f.id AND d.scope_id = s.id AND d.day < %(since)s ORDER BY d.day DESC LIMIT 1) AS last
     WHERE f.id = ANY(%(families)s) AND s.id = ANY(%(scopes)s)
"""
Counts = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sums:
    """Products (each counts once in every scope), those that are complete, values required and filled."""

    products: int
    complete: int
    required: int
    filled: int

    @property
    def percent(self) -> float:
        return 100 * self.filled / self.required if self.required else 100.0

    @property
    def missing(self) -> int:
        return self.required - self.filled

    @property
    def incomplete(self) -> int:
        return self.products - self.complete


@dataclass(frozen=True)
class MissingAttribute:
    """An attribute that the actor may know of, and how many values of it are missing."""

    code: str
    label: str
    products: int


@dataclass(frozen=True)
class TrendDay:
    day: date
    sums: Sums


def total(parts: Iterable[Sums]) -> Sums:
    found = [(one.products, one.complete, one.required, one.filled) for one in parts]
    return Sums(*(sum(column) for column in zip(*found, strict=True))) if found else Sums(0, 0, 0, 0)


def summaries(actor: Actor, *, families: Collection[int], scopes: Collection[int]) -> dict[tuple[int, int], Sums]:
    """(family, scope) to what is counted there. However many products there are, a row for each of the two."""
    if actor.within("pim.view").is_anywhere_limited(CATEGORY):
        return _counted_now(actor, families, scopes)
    rows = CompletenessSummary.objects.visible_to(actor).filter(family__in=families, scope__in=scopes)
    return {(row.family_id, row.scope_id): Sums(row.products, row.complete, row.required, row.filled) for row in rows}


def _counted_now(actor: Actor, families: Collection[int], scopes: Collection[int]) -> dict[tuple[int, int], Sums]:
    """Of who ends in branches their products are counted: the summaries tell of all branches."""
    rows = Completeness.objects.of_places(actor).counted().filter(family__in=families, scope__in=scopes).order_by()
    grouped = rows.values_list("family_id", "scope_id")
    sums = grouped.annotate(
        number=Count("*"),
        done=Count("required", filter=Q(filled=F("required"))),
        asked=Sum("required"),
        held=Sum("filled"),
    )
    return {(row[0], row[1]): Sums(*row[2:]) for row in sums}


def _missed(actor: Actor, families: Collection[int], scopes: Collection[int]) -> dict[tuple[int, int], int]:
    """(family, bit) to how many values of that attribute are missing."""
    if not actor.within("pim.view").is_anywhere_limited(CATEGORY):
        counted = MissingCount.objects.visible_to(actor).filter(family__in=families, scope__in=scopes).order_by()
        rows = counted.values_list("family_id", "index").annotate(Sum("products"))
        return {(family, index): products for family, index, products in rows}
    found: dict[tuple[int, int], int] = {}
    lacks = Completeness.objects.of_places(actor).counted().incomplete()
    masks = lacks.filter(family__in=families, scope__in=scopes).order_by().values_list("family_id", "missing")
    for family, missing, products in masks.annotate(number=Count("*")):
        for index in positions(missing):
            found[family, index] = found.get((family, index), 0) + products
    return found


def missing_most(
    actor: Actor, *, families: Collection[int], scopes: Collection[int], locale: str
) -> list[MissingAttribute]:
    """The attributes that lack most values there, worst first, without those above the actor's clearance."""
    counts = _missed(actor, families, scopes)
    members = FamilyAttribute.objects.visible_to(actor).filter(family__in=families).select_related("attribute")
    found: dict[str, MissingAttribute] = {}
    for member in members:
        if products := counts.get((member.family_id, member.index)):
            before = found.get(member.attribute.code)
            found[member.attribute.code] = MissingAttribute(
                member.attribute.code, member.attribute.label(locale), products + (before.products if before else 0)
            )
    return sorted(found.values(), key=lambda one: (-one.products, one.label, one.code))


def lacking(
    actor: Actor, *, families: Collection[int], scopes: Collection[int], attribute: str = ""
) -> CompletenessQuerySet:
    """Rows of products that are not complete there; with an attribute, of those that miss it."""
    rows = Completeness.objects.of_places(actor).counted().incomplete()
    rows = rows.filter(family__in=families, scope__in=scopes)
    if not attribute:
        return rows
    members = FamilyAttribute.objects.visible_to(actor).filter(attribute__code=attribute, family__in=families)
    wanted = Q(pk__in=[])
    for family, index in members.values_list("family_id", "index"):
        wanted |= Q(family_id=family, missing__has_bit=index)
    return rows.filter(wanted)


def trend(actor: Actor, *, families: Sequence[int], scopes: Sequence[int], since: date, until: date) -> list[TrendDay]:
    """Day by day what was counted there, from the first day that is known in the time asked for.

    Reads the rows of these days and one row before them for each family and scope. A day is told of a family as a
    whole, so who ends in branches is told none.
    """
    scope_ids = _whole_scopes(actor, scopes)
    standing = _standing(families, scope_ids, since)
    rows = CompletenessDay.objects.visible_to(actor).filter(
        family__in=families, scope__in=scope_ids, day__gte=since, day__lte=until
    )
    changes: dict[date, dict[tuple[int, int], Sums]] = {}
    for row in rows:
        place = (row.family_id, row.scope_id)
        changes.setdefault(row.day, {})[place] = Sums(row.products, row.complete, row.required, row.filled)
    return list(_days(standing, changes, since, until))


def _whole_scopes(actor: Actor, scopes: Collection[int]) -> list[int]:
    """Of these scopes those where the actor sees all branches."""
    whole = actor.within("pim.view").beyond(CATEGORY) if actor.may("pim.view") else ANONYMOUS
    return list(Scope.objects.visible_to(whole).filter(pk__in=scopes).values_list("pk", flat=True))


def _standing(families: Sequence[int], scopes: Sequence[int], since: date) -> dict[tuple[int, int], Sums]:
    with connection.cursor() as cursor:
        cursor.execute(LAST_BEFORE, {"families": list(families), "scopes": list(scopes), "since": since})
        return {(row[4], row[5]): Sums(*row[:4]) for row in cursor.fetchall()}


def _days(
    standing: dict[tuple[int, int], Sums], changes: dict[date, dict[tuple[int, int], Sums]], since: date, until: date
) -> Iterable[TrendDay]:
    day, now = since, total(standing.values())
    while day <= until:
        if day in changes:
            standing |= changes[day]
            now = total(standing.values())
        if standing:
            yield TrendDay(day, now)
        day += timedelta(days=1)


def wrong_summaries(family: int) -> list[str]:
    """A sentence for each scope of the family whose counts are not what its products say."""
    found = []
    for statement, rows, fields in _checks(family):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"families": [family]})
            wanted = set(cursor.fetchall())
        kept = set(rows.filter(family=family).values_list(*fields))
        found += [f"the count of completeness in scope {row[1]}" for row in sorted(wanted ^ kept)]
    return found


def _checks(family: int) -> list[tuple[str, QuerySet[Any], tuple[str, ...]]]:
    counts = ("family_id", "scope_id", "products", "complete", "required", "filled")
    return [
        (COUNTED, CompletenessSummary.objects.all(), counts),
        (MISSED, MissingCount.objects.all(), ("family_id", "scope_id", "index", "products")),
    ]


def falls(actor: Actor, *, families: Sequence[int], scopes: Sequence[int], since: date) -> list[tuple[int, int, int]]:
    """(family, scope, how many fewer are complete now than before that day), the deepest fall first."""
    seen = _whole_scopes(actor, scopes)
    now = summaries(actor, families=families, scopes=seen)
    before = _standing(families, seen, since)
    lost = [(*place, then.complete - (now[place].complete if place in now else 0)) for place, then in before.items()]
    return sorted((one for one in lost if one[2] > 0), key=lambda one: (-one[2], one[0], one[1]))
